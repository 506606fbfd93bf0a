"""Do-not-call and consents as they go over REST. Numbers and words are for a key that may see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from compliance.dialling.terms import ConsentKind, Purpose, Scope
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput
from gateway.rest.moments import Moment
from gateway.rest.written import Written

Heard = Literal["call", "key", "letter", "message", "web", "office"]
How = Literal["web_form", "paper", "recording", "message"]
CallId = Annotated[str, Field(pattern=r"^call_[0-9a-z]{26}$", description="the call that it was heard on")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]
ListId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$", examples=["us-national"])]
CallingCode = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$", examples=["1"])]
PERSONAL = "null for a key without the scope calls:pii, and after an erasure"


def _e164(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return parse_e164(text)
    except BadInput as error:
        raise ValueError(f"{error.detail}; {error.todo}") from error


Number = Annotated[str, BeforeValidator(_e164), Field(max_length=40, examples=["+15105550100"])]
Seller = Annotated[str, Field(max_length=100, description="in whose name is called; empty: whoever calls")]


class OwnEntryAsked(Written):
    number: Number
    scope: Scope = Field(default="everything", description="marketing: may still be informed")
    seller: Seller = ""
    reason: str = Field(default="", max_length=200)
    heard: Heard = "office"
    call_id: CallId | None = None


class OwnEntryShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    number: str | None = Field(description=PERSONAL)
    scope: Scope
    seller: str
    reason: str | None = Field(description=PERSONAL)
    heard: Heard
    call_id: str
    added_by: str
    created_at: datetime


class RevocationAsked(Written):
    number: Number
    scope: Scope = "everything"
    seller: Seller = ""
    heard: Heard = "call"
    words: str = Field(default="", max_length=400, description="what was said, written or pressed")
    call_id: CallId | None = None
    at: Moment | None = Field(default=None, description="when; left out: now")


class RevocationShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    number: str | None = Field(description=PERSONAL)
    scope: Scope
    seller: str
    heard: Heard
    words: str | None = Field(description=PERSONAL)
    call_id: str
    at: datetime
    added_by: str
    created_at: datetime


class ConsentAsked(Written):
    """`written` (47 CFR 64.1200(f)(9)) needs the text as it was shown, a signer, and both that it says."""

    number: Number
    kind: ConsentKind
    purposes: Annotated[list[Literal["marketing", "informational"]], Field(min_length=1, max_length=2)]
    seller: str = Field(min_length=1, max_length=100, description="to whom it was given")
    given_at: Moment
    how: How
    evidence: str = Field(min_length=1, max_length=300, description="where the proof is kept")
    evidence_sha256: Sha256 | None = Field(default=None, description="of the proof")
    text_shown: str = Field(default="", max_length=8000, description="the request, as it was shown or read out")
    signer: str = Field(default="", max_length=200)
    says_automated: bool = Field(default=False, description="the text says that a machine or its voice may call")
    no_condition: bool = Field(default=False, description="the text says that nothing depends on agreeing")

    @model_validator(mode="after")
    def _whole(self) -> ConsentAsked:
        if self.kind == "written" and not (
            self.text_shown.strip() and self.signer.strip() and self.says_automated and self.no_condition
        ):
            raise ValueError("written consent needs text_shown, signer, says_automated and no_condition")
        return self


class ConsentShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    number: str | None = Field(description=PERSONAL)
    kind: ConsentKind
    purposes: list[Purpose]
    seller: str
    given_at: datetime
    how: How
    evidence: str | None = Field(description=PERSONAL)
    evidence_sha256: str
    text_shown: str
    signer: str | None = Field(description=PERSONAL)
    says_automated: bool
    no_condition: bool
    withdrawn_at: datetime | None
    added_by: str
    created_at: datetime


class RejectedLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line: int = Field(description="the first line of the file is 1")
    reason: str


class ListShown(BaseModel):
    """An imported list as it counts."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    register_: str = Field(validation_alias="register", serialization_alias="register", description="whose list it is")
    place: str
    scope: Scope
    dated: date
    lines: int = Field(description="of the file: numbers, repeated, rejected, and those without a number")
    numbers: int
    repeated: int
    rejected: int
    sha256: str = Field(description="of the imported bytes")
    imported_at: datetime


class ListTaken(BaseModel):
    list: ListShown
    rejected: list[RejectedLine] = Field(description="lines that are no numbers, and so were left out")


class Lists(BaseModel):
    data: list[ListShown]


class HolidaysAsked(Written):
    days: list[date] = Field(max_length=60, description="all holidays of that year; none is an answer too")


class HolidaysShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    place: str
    year: int
    days: list[date]
    updated_at: datetime


class AllHolidays(BaseModel):
    data: list[HolidaysShown]
