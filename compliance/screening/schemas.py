"""Screening as it goes over REST. Numbers and addresses are for a key that may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from compliance.screening.entry_line import LONGEST_NOTE
from compliance.screening.found import ListName
from compliance.screening.value import LONGEST_VALUE, Kind
from gateway.rest.moments import Moment
from gateway.rest.written import Written

VALUE = (
    "number: +15105550100; prefix: +1900; range: +15105550100-+15105550199; source: an IP address or a CIDR block; "
    "null for a key without the scope calls:pii"
)
ListId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$", examples=["carrier-dno"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]
CallingCode = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$", examples=["1"])]


class EntryAsked(Written):
    list: ListName = Field(description="block: the call is refused; allow: it is let through a wider block")
    kind: Kind
    value: str = Field(min_length=1, max_length=LONGEST_VALUE, description=VALUE)
    note: str = Field(default="", max_length=LONGEST_NOTE, description="why; told with every refusal")
    expires_at: Moment | None = Field(default=None, description="from then on it does not count; null: never")


class EntryChange(Written):
    """What it names stays: delete it, and make another."""

    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    expires_at: Moment | None = Field(default=None, description="null: never")


class EntryShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    list: ListName
    kind: Kind
    value: str | None = Field(description=VALUE)
    note: str
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime


class RejectedLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line: int = Field(description="the first line of the file is 1")
    reason: str


class EntriesTaken(BaseModel):
    """What came of each line: added, kept (the list had it; note and end are the file's now), or rejected."""

    model_config = ConfigDict(from_attributes=True)

    added: int
    kept: int
    rejected: list[RejectedLine]
    stopped_at: int | None = Field(description="too many lines were bad, nothing after this one was read")


class NeverCallsShown(BaseModel):
    """A do-not-originate list as it counts."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    numbers: int
    sha256: str = Field(description="of the bytes that were imported")
    imported_at: datetime


class NeverCallsTaken(NeverCallsShown):
    rejected: list[RejectedLine] = Field(description="lines that are no numbers, and so were left out")


class NeverCallsLists(BaseModel):
    data: list[NeverCallsShown]
