"""Accounts at carriers as they go over REST. Keys go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.rest.written import Written
from trunks.carriers.port import Feature, NumberKind

CarrierName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", examples=["main"])]
KEYS = "what the carrier lets in with; see GET /v1/carriers/kinds. Never shown again"
CHECK = "ask the carrier whether it lets us in before anything is stored"
CarrierKeys = Annotated[dict[str, Any], Field(max_length=20, description=KEYS)]


class CarrierAsked(Written):
    name: CarrierName
    kind: str = Field(max_length=20, examples=["twilio"])
    keys: CarrierKeys
    check_keys: bool = Field(default=True, description=CHECK)


class CarrierChange(Written):
    name: CarrierName | None = None
    keys: CarrierKeys | None = None
    check_keys: bool = Field(default=True, description=CHECK)


class CarrierShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    kind: str
    checked_at: datetime | None = Field(description="when its keys last let us in")
    created_at: datetime
    updated_at: datetime


class KindShown(BaseModel):
    """A kind of carrier: its keys by name, and what it can do."""

    kind: str
    name: str
    keys: dict[str, bool] = Field(description="each key; is it needed?")
    can: dict[str, str]


class PriceShown(BaseModel):
    amount: str
    currency: str


class StepForPeople(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    what: str
    link: str


class OfferShown(BaseModel):
    """null: the carrier does not say what it costs."""

    number: str
    country: str
    kind: NumberKind
    features: list[Feature]
    once: PriceShown | None
    monthly: PriceShown | None
    needs: list[StepForPeople]


class OwnedShown(BaseModel):
    """A number that the account has. `number_id`: ours, when it is one of ours."""

    number: str
    remote_id: str
    tag: str
    leads_somewhere: bool
    monthly: PriceShown | None
    number_id: str | None


class Release(Written):
    number: str = Field(max_length=32, description="the number, typed again: it cannot be had back")
