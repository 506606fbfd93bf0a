"""The check and the signature over REST, in the shape of ATIS-1000082 (SHAKEN APIs)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.stir_shaken.identity_header import LONGEST
from gateway.rest.written import Written

Text = Annotated[str, Field(min_length=1, max_length=64)]
Identity = Annotated[str, Field(max_length=2 * LONGEST)]
Time = Annotated[int, Field(ge=0, le=4_102_444_800, description="seconds since 1970")]


class OneNumber(Written):
    tn: Text


class Numbers(Written):
    tn: list[Text] = Field(min_length=1, max_length=32)


class VerificationRequest(Written):
    """`identity`: one header, or every one of the request, a line each."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    caller: OneNumber = Field(alias="from")
    to: Numbers
    time: Time
    identity: str = Field(max_length=8 * 2 * LONGEST)


class VerificationAsked(Written):
    verificationRequest: VerificationRequest  # noqa: N815 - the standard's name


class VerificationResponse(BaseModel):
    """`reasoncode`, `reasontext` and `reasondesc` are absent when the check passed. `attest` and `origid` are ours."""

    verstat: str
    reasoncode: int | None = None
    reasontext: str | None = None
    reasondesc: str | None = None
    attest: str | None = None
    origid: str | None = None


class VerificationAnswered(BaseModel):
    verificationResponse: VerificationResponse  # noqa: N815 - the standard's name


class SigningRequest(Written):
    attest: Literal["A", "B", "C"]
    dest: Numbers
    iat: Time
    orig: OneNumber
    origid: str = Field(default="", max_length=255)


class SigningAsked(Written):
    signingRequest: SigningRequest  # noqa: N815 - the standard's name


class SigningResponse(BaseModel):
    identity: str


class SigningAnswered(BaseModel):
    signingResponse: SigningResponse  # noqa: N815 - the standard's name


class RegionShown(BaseModel):
    """How well a region is looked after. `alarm`: what somebody should see to."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    authorities: int
    sequence: int | None
    list_expires: datetime | None
    revoked: int | None
    revocation_until: datetime | None
    alarm: str


class Regions(BaseModel):
    data: list[RegionShown]
