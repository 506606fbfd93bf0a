"""Offers to people at browsers, read from the calls' records; who may take one; what coming and going means. Pure.

made ──► taken ──► in the room ──► left
  └── declined, its time is over, the caller has gone
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from gateway.calls.call import Call
from gateway.calls.offer_facts import OfferMade, OfferTaken
from gateway.calls.own_facts import RecordedFact
from gateway.kernel.errors import Conflict, NotAllowed
from gateway.transfers.story import Attempt, Story, tell

NO_MORE = "GET /v1/transfer-offers shows what is open"


@dataclass(frozen=True)
class Offer:
    """`call` is the caller's, as it is now."""

    call: Call
    story: Story
    attempt: Attempt
    made_at: datetime
    identity: str = field(repr=False)
    taken: bool = False

    @property
    def ring_until(self) -> datetime:
        return self.made_at + timedelta(seconds=self.attempt.ring_s)

    @property
    def rings(self) -> bool:
        """Nothing is known that ended it; whether its time is over is another question."""
        over = self.call.ended or self.story.settled or self.story.cancelled or bool(self.story.joined)
        return self.attempt.stage in ("placed", "ringing") and not over

    def is_open(self, now: datetime) -> bool:
        return self.rings and not self.taken and now < self.ring_until

    @property
    def is_with_caller(self) -> bool:
        return self.attempt.stage == "joined" and self.call.human == self.story.transfer_id and not self.call.ended

    @property
    def occupies(self) -> bool:
        """Whom it was made to is on this call, or on the way to it."""
        on_the_way = self.taken and self.rings
        return self.is_with_caller or on_the_way or self.attempt.stage in _IN_PRIVATE


_IN_PRIVATE = ("answered", "briefed", "accepted", "refused")


def offers_of(call: Call, facts: Sequence[RecordedFact]) -> list[Offer]:
    """All that were made during a call, the first one first."""
    taken = {fact.attempt_id for fact in facts if isinstance(fact, OfferTaken)}
    found: list[Offer] = []
    for fact in facts:
        story = tell(facts, fact.transfer_id) if isinstance(fact, OfferMade) else None
        attempt = story.attempt(fact.attempt_id) if story and isinstance(fact, OfferMade) else None
        if story and attempt and isinstance(fact, OfferMade):
            found.append(Offer(call, story, attempt, fact.at, fact.pii.identity, attempt.id in taken))
    return found


def is_busy(identity: str, offers: Iterable[Offer]) -> bool:
    return any(one.occupies for one in offers if one.identity == identity)


def check_yours(offer: Offer, identity: str) -> None:
    if offer.identity != identity:
        raise NotAllowed("this was offered to somebody else", code="offer.not_yours", field="identity", todo=NO_MORE)


def check_open(offer: Offer, now: datetime) -> None:
    """Raises Conflict for what was taken, or is gone."""
    if offer.taken:
        raise Conflict("this offer was taken already", code="offer.taken", todo=NO_MORE)
    if not offer.is_open(now):
        raise Conflict("this offer is gone: its time is over, or the caller has left", code="offer.gone", todo=NO_MORE)


def check_consulted(offer: Offer) -> None:
    """Raises Conflict unless the agent is asking, or about to."""
    if offer.story.mode != "warm":
        raise Conflict("a cold transfer asks nobody: whoever takes it is joined", code="offer.cold")
    if offer.attempt.stage not in ("answered", "briefed") or offer.call.ended or offer.story.cancelled:
        raise Conflict(
            "nobody is asked any more, or not yet: be in the room first", code="offer.not_asked",
            todo=f"GET /v1/calls/{offer.call.id}/transfers/{offer.story.transfer_id}",
        )  # fmt: skip


Meaning = Literal["answered", "stranger", "left", "human_left"]


def meaning_of(offer: Offer | None, *, present: bool) -> Meaning | None:
    """What it means that the person of an attempt is in the room, or is not; None when it is as it should be.

    Nobody who has no offer, or whose offer is over, may be in the room.
    """
    if offer is None:
        return "stranger" if present else None
    if present:
        if offer.taken and offer.rings:
            return "answered"
        return None if offer.occupies else "stranger"
    if offer.is_with_caller:
        return "human_left"
    return "left" if offer.attempt.stage in _IN_PRIVATE else None
