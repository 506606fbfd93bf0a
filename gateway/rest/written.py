"""The base of every body a client writes: no unknown field, and no text that a database cannot keep."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        # PostgreSQL keeps no NUL in a text: refused here, it is the caller's error and not ours.
        if _has_nul(value):
            raise ValueError("it contains a NUL character")
        return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    return isinstance(value, list) and any(isinstance(one, str) and "\0" in one for one in value)
