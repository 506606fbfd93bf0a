"""What is recorded when a call is offered to somebody at a browser, who cannot be rung as a phone is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.calls.facts import Strict
from gateway.calls.transfer_facts import OfTransfer


class OfferPii(Strict):
    identity: str = Field(default="", repr=False, description="LiveKit's, of the target")


class OfferMade(OfTransfer):
    """From now on, and for the attempt's ring time, it may be taken: once, by whom it was made to."""

    kind: Literal["offer_made"] = "offer_made"
    attempt_id: str
    pii: OfferPii = OfferPii()


class OfferTaken(OfTransfer):
    """Somebody has got a token for the caller's room; the attempt is answered once that person is in it."""

    kind: Literal["offer_taken"] = "offer_taken"
    attempt_id: str
    key_id: str = Field(max_length=100)


OfferFact = OfferMade | OfferTaken
