"""Contacts and their imports as they go over REST. Numbers and variables are for a key that may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.dialling.terms import Line
from gateway.campaigns.models import ContactRow
from gateway.campaigns.terms import ContactState, Outcome
from gateway.rest.written import Written

AT_ONCE = 1000
PERSONAL = "null for a key without the scope calls:pii, and after an erasure"
_REFUSED_ALONE = "a contact with a bad value is rejected, and the others are taken"
Country = Annotated[
    str, Field(pattern=r"^[A-Z]{2}$", examples=["US"], description="whose numbers are written without +")
]
Value = str | int | float | bool | None
Result = Literal["added", "repeated", "rejected"]
ImportState = Literal["reading", "done", "broken"]


class ContactAsked(Written):
    """What is wrong with one is told with the answer: a file has the same columns, and the same reasons."""

    number: str = Field(max_length=1000, examples=["+15105550100"])
    ref: str = Field(default="", max_length=1000, description="your own name for it, 100 characters at most")
    place: str = Field(default="", max_length=1000, description="ISO 3166, of the address on record: US, US-FL")
    line: str = Field(default="", max_length=1000, description="what you know of the line: mobile, fixed or ported")
    not_before: str = Field(default="", max_length=1000, description="ISO 8601 with a time zone")
    variables: dict[str, Value] = Field(
        default={}, max_length=64, description="for the agent: 32 at most, of 1000 characters at most"
    )


class ContactsAsked(Written):
    contacts: Annotated[list[ContactAsked], Field(min_length=1, max_length=AT_ONCE, description=_REFUSED_ALONE)]
    country: Country | None = None


class ContactTaken(BaseModel):
    result: Result
    position: int | None = Field(description="of the contact that the campaign has; null: rejected")
    field: str | None = Field(default=None, description="that is wrong")
    reason: str | None = Field(default=None, description="why it was rejected, and what to do")


class ContactsTaken(BaseModel):
    added: int
    repeated: int = Field(description="numbers that the campaign had already; nothing about them has changed")
    rejected: int
    contacts: list[ContactTaken] = Field(description="one for each that was sent, in that order")


class ContactShown(BaseModel):
    position: int
    state: ContactState
    outcome: Outcome | None = Field(description="of the last attempt, or of the gate")
    why: str | None = Field(description="the first check of the gate that refused; erased: the person was")
    attempts: int
    next_at: datetime = Field(description="not dialled before")
    ref: str
    place: str | None
    line: Line
    import_id: str | None = Field(description="null: it came over REST")
    file_line: int | None
    number: str | None = Field(description=PERSONAL)
    variables: dict[str, str] | None = Field(description=PERSONAL)


class ImportShown(BaseModel):
    """Each row of the file is added, repeated or rejected. Counts grow while it is read."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    campaign_id: str
    state: ImportState = Field(description="broken: it was not read to its end; what was taken stays")
    rows: int
    added: int
    repeated: int = Field(description="numbers that the campaign had already; nothing about them has changed")
    rejected: int = Field(description="told by `rejected`, with line and reason")
    encoding: str = Field(description="that was found, or named")
    sha256: str = Field(description="of the bytes; empty before all of them have come")
    why: str = Field(description="it broke")
    started_at: datetime
    ended_at: datetime | None


class RejectedRowShown(BaseModel):
    """Nothing of its content: the file has it."""

    model_config = ConfigDict(from_attributes=True)

    line: int = Field(description="of the file, where the row begins; the first is 1")
    field: str = Field(description="that is wrong; empty: the row as a whole")
    reason: str


def shown(row: ContactRow, *, with_pii: bool) -> ContactShown:
    pii = with_pii and bool(row.pii_number)  # of somebody who was erased there is nothing to see
    return ContactShown(
        position=row.position, state=row.state, outcome=row.outcome or None, why=row.why or None,  # pyright: ignore[reportArgumentType]
        attempts=row.attempts, next_at=row.next_at, ref=row.ref, place=row.place or None, line=row.phone_line,  # pyright: ignore[reportArgumentType]
        import_id=row.import_id or None, file_line=row.line or None, number=row.pii_number if pii else None,
        variables=row.pii if pii else None,
    )  # fmt: skip
