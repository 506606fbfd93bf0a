"""Offers to people at browsers as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from gateway.calls.transfer_facts import Mode
from gateway.rest.written import Written
from gateway.transfers.offers import Offer

IDENTITY = "of the target that the call is offered to"


class OfferAnswer(Written):
    answer: Literal["taken", "declined"]
    identity: str = Field(max_length=64, description=IDENTITY)


class ConsultAnswer(Written):
    answer: Literal["accepted", "declined"]
    identity: str = Field(max_length=64, description=IDENTITY)


class OfferShown(BaseModel):
    """`note`, of whoever asked for the transfer, is for a key with the scope calls:pii."""

    attempt_id: str
    call_id: str
    transfer_id: str
    target_id: str
    identity: str
    mode: Mode = Field(description="warm: the agent asks first; cold: the caller is there at once")
    since: datetime
    ring_until: datetime
    caller_trust: str | None = Field(description="how the caller stands: A, B, C, failed, unsigned, unchecked")
    caller_label: str | None
    note: str | None


class Offers(BaseModel):
    """Those that may be taken now, the oldest first."""

    data: list[OfferShown]


class OfferAnswered(BaseModel):
    """`url` and `token` let the person into the caller's room (LiveKit), once and soon; null when it was declined."""

    attempt_id: str
    answer: Literal["taken", "declined"]
    identity_in_room: str | None = None
    url: str | None = None
    token: str | None = Field(default=None, repr=False)
    expires_at: datetime | None = None


class ConsultTaken(BaseModel):
    attempt_id: str
    answer: Literal["accepted", "declined"]


def show_offer(one: Offer, *, with_pii: bool) -> OfferShown:
    return OfferShown(
        attempt_id=one.attempt.id, call_id=one.call.id, transfer_id=one.story.transfer_id,
        target_id=one.attempt.target_id, identity=one.identity, mode=one.story.mode, since=one.made_at,
        ring_until=one.ring_until, caller_trust=one.call.caller_trust or None,
        caller_label=one.call.caller_label or None, note=(one.story.note or None) if with_pii else None,
    )  # fmt: skip
