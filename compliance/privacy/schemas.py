"""What the REST API says about privacy. No answer but an export has a number in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field, model_validator

from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput
from gateway.kernel.ids import is_id
from gateway.rest.written import Written


class About(Written):
    """One of both: a person, or a call."""

    person: str | None = Field(default=None, max_length=32, description="telephone number, E.164", repr=False)
    call_id: str | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _one(self) -> About:
        if (self.person is None) == (self.call_id is None):
            raise ValueError("give person or call_id, one of both")
        return self

    def read(self) -> tuple[str | None, str | None]:
        """The number as E.164, the call's id. Raises BadInput."""
        if self.call_id is not None and not is_id("call", self.call_id):
            raise BadInput("call_id is not the id of a call", field="call_id", todo="GET /v1/calls")
        return (None if self.person is None else parse_e164(self.person, field="person")), self.call_id


class Erase(About):
    also_lists: bool = Field(default=False, description="entries of the block and allow lists too; a keyed hash stays")


class Hold(About):
    why: str = Field(min_length=1, max_length=300, pattern=r"^[^0-9+]*([0-9]{1,6}[^0-9+]*)*$", description="no number")


class KeptShown(BaseModel):
    count: int
    why: str


class PlaceShown(BaseModel):
    place: str
    found: int
    erased: int = 0
    kept: list[KeptShown] = []


class Found(BaseModel):
    """`holds`: on the person, or on a call of theirs. `suppressed`: lists that they were on when erased before."""

    calls: int
    places: list[PlaceShown]
    holds: list[str]
    suppressed: list[str]


class Exported(BaseModel):
    at: datetime
    calls: list[str]
    places: dict[str, list[dict[str, Any]]]


class ErasureShown(BaseModel):
    """`rewritten`: the database's file has no page of before any more (SQLite); else it follows with the next sweep
    that meets no call."""

    id: str
    at: datetime
    asked_by: str
    rewritten: bool
    places: list[PlaceShown]


class HoldShown(BaseModel):
    id: str
    kind: str
    call_id: str | None
    why: str
    asked_by: str
    created_at: datetime
    released_at: datetime | None
    released_by: str | None


class RetentionShown(BaseModel):
    """`before`: what came in before then is to be gone; `swept_to`: how far the sweep has come."""

    kind: str
    days: int
    least: int
    most: int
    version: int
    checked: date
    source: str
    says: str
    before: datetime
    swept_to: datetime | None


class Retentions(BaseModel):
    data: list[RetentionShown]
