"""What a PATCH says: only the fields that were sent; null where a field cannot be null is an error in words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from gateway.kernel.errors import BadInput


def changes(body: BaseModel, *, nullable: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The sent fields. Raises BadInput for null in a field outside `nullable`."""
    sent = body.model_dump(exclude_unset=True)
    for name, value in sent.items():
        if value is None and name not in nullable:
            raise BadInput(f"{name} cannot be null", field=name, todo="leave it out to keep it as it is")
    return sent
