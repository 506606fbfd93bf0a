"""What Wavix refuses, in our words. It says so by status and a sentence; the sentence may hold numbers: only the name
of the parameter that Wavix does not like is taken from it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from gateway.kernel.errors import (
    BadInput,
    Conflict,
    GatewayError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Unavailable,
)

PORTAL = "https://app.wavix.com"

_PARAMETER = re.compile(r"parameters?:? <?([a-z_]+)", re.IGNORECASE)
_OUR_FIELDS: Mapping[str, str] = {
    "label": "tag", "password": "password", "host_request": "sources", "allowed_ips": "sources",
    "ip_restrict": "sources", "encrypted_media": "secure", "destinations": "targets", "destination": "targets",
}  # fmt: skip


class _Said(BaseModel):
    success: bool = True
    message: str = ""


def refusal(answer: httpx.Response) -> GatewayError:
    """The error for an answer of 400 and above, and for one that says that it was no success."""
    status = answer.status_code
    if status >= 500:
        return Unavailable(
            f"Wavix failed (HTTP {status}); whether it did what was asked is not known", code="carrier.unavailable",
            todo="ask again: what was done is looked up before anything is sent twice",
        )  # fmt: skip
    if status == 401:
        return NotAuthenticated(
            "Wavix does not know this key", code="carrier.keys",
            todo=f"make an API key at {PORTAL} (Administration, API keys) and store it again",
        )  # fmt: skip
    if status == 403:
        return NotAllowed(
            "the Wavix account or its key may not do that", code="carrier.right_missing",
            todo=f"look at {PORTAL} whether the key has the right, and whether the account is Flex Pro: trunks need it",
        )  # fmt: skip
    if status == 404:
        return NotFound(
            "Wavix has nothing of that name in this account", code="carrier.gone",
            todo="look whether somebody has deleted it by hand, then plan again",
        )  # fmt: skip
    if status == 429:
        wait = answer.headers.get("retry-after")
        return Overloaded(
            "Wavix takes no more requests from this account for now", code="carrier.busy", todo="ask again in a while",
            headers={"Retry-After": wait} if wait else None,
        )  # fmt: skip
    parameter = _parameter(answer)
    kind = BadInput if status in (400, 422) else Conflict
    return kind(
        f"Wavix does not take the parameter {parameter}" if parameter else "Wavix does not take this",
        code="carrier.refused", field=_OUR_FIELDS.get(parameter), todo="correct it, and apply again",
    )  # fmt: skip


def garbled() -> Unavailable:
    """It answered, but not with what it should."""
    return Unavailable(
        "Wavix's answer cannot be understood; whether it did what was asked is not known", code="carrier.unavailable",
        todo="ask again; should it stay so, look for an update of the gateway",
    )  # fmt: skip


def is_refused(answer: httpx.Response) -> bool:
    """Some answers are 200 and say `success: false`."""
    if not answer.is_success:
        return True
    try:
        return not _Said.model_validate_json(answer.content).success
    except ValidationError:
        return False  # a list, or no JSON: whoever reads it will see


def _parameter(answer: httpx.Response) -> str:
    try:
        named = _PARAMETER.search(_Said.model_validate_json(answer.content).message)
    except ValidationError:
        named = None
    return named.group(1) if named else ""
