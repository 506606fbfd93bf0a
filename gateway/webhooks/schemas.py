"""Webhooks and deliveries as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.rest.written import Written
from gateway.webhooks.models import DeliveryRow, WebhookRow
from gateway.webhooks.payload import TYPES
from trunks.schemas import Name

LONGEST_OVERLAP_S = 7 * 86_400


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"there is no such type of event; there are {', '.join(TYPES)}")
    return name


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


EventType = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(TYPES)})]
EventTypes = Annotated[list[EventType], Field(max_length=50), AfterValidator(_once)]
Url = Annotated[str, Field(min_length=1, max_length=2000, examples=["https://crm.example/hooks/phone"])]
DeliveryStatus = Literal["waiting", "delivered", "dead"]

EVENTS = "which types are told; empty: all, those of later releases too"
PERSONAL = "numbers and notes are told too, in `pii`; needs the scope calls:pii"


class WebhookAsked(Written):
    name: Name
    url: Url
    events: EventTypes = Field(default=[], description=EVENTS)
    personal: bool = Field(default=False, description=PERSONAL)


class WebhookChange(Written):
    name: Name | None = None
    url: Url | None = None
    events: EventTypes | None = Field(default=None, description="replaces all of them; " + EVENTS)
    personal: bool | None = Field(default=None, description=PERSONAL)
    enabled: bool | None = None


class SecretAsked(Written):
    overlap_s: int = Field(
        default=86_400, ge=0, le=LONGEST_OVERLAP_S, description="the secret so far stays valid for so long"
    )


class WebhookShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    url: str
    events: list[str]
    personal: bool
    enabled: bool
    off_reason: str = Field(description="why the gateway has switched it off; a change of `enabled` clears it")
    waiting: int = Field(description="deliveries that are still to be made")
    dead: int = Field(description="deliveries given up")
    old_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookCreated(WebhookShown):
    secret: str = Field(description="whsec_…, to check signatures with; shown this once")


class SecretMade(BaseModel):
    secret: str = Field(description="shown this once")
    old_secret_until: datetime | None


class PingTold(BaseModel):
    ok: bool
    status: int | None = Field(description="HTTP; null when nobody answered")
    words: str
    took_ms: int


class DeliveryShown(BaseModel):
    """`id` is the `webhook-id` that the receiver sees; `attempts` are those since the last replay."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    type: str
    call_id: str
    seq: int
    at: datetime
    status: DeliveryStatus
    attempts: int
    replays: int
    next_at: datetime | None
    last_status: int | None
    last_problem: str
    created_at: datetime
    settled_at: datetime | None


class Replayed(BaseModel):
    replayed: int


def show_webhook(row: WebhookRow, standing: dict[tuple[str, str], int]) -> WebhookShown:
    """`standing`: numbers by webhook and status."""
    numbers = {status: standing.get((row.id, status), 0) for status in ("waiting", "dead")}
    given = {name: getattr(row, name) for name in WebhookShown.model_fields if name not in numbers}
    return WebhookShown.model_validate(given | numbers)


def show_delivery(row: DeliveryRow) -> DeliveryShown:
    given = {name: getattr(row, name) for name in DeliveryShown.model_fields if name != "replays"}
    return DeliveryShown.model_validate(given | {"replays": row.round - 1})
