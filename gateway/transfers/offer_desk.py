"""Offers are taken, declined and decided upon here; each with an audit record of the key that did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import record_act
from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.offer_facts import OfferTaken
from gateway.calls.own_facts import RecordedFact
from gateway.calls.passes import Entry, Pass, Passes
from gateway.calls.performing import Begin
from gateway.calls.runner import CallRunner, Recorded
from gateway.calls.transfer_facts import AttemptEnded, ConsultAnswered
from gateway.kernel.clock import Clock
from gateway.transfers.offer_book import OfferBook
from gateway.transfers.offers import Offer, check_consulted, check_open, check_yours
from gateway.transfers.operators import SOURCE, fact_id


class OfferDesk:
    """`identity` is of whom an offer was made to, `key_id` of the key that acts for that person.

    All raise NotFound for an attempt that was no offer, NotAllowed for one that was made to somebody else, and Conflict
    for what cannot be done (any more).
    """

    def __init__(self, runner: CallRunner, begin: Begin, clock: Clock, passes: Passes) -> None:
        self._runner, self._begin, self._clock, self._passes = runner, begin, clock, passes

    async def open(self, identity: str = "") -> list[Offer]:
        """Those that may be taken now; of one person, or of all."""
        async with self._begin() as session:
            found = await OfferBook(session).all()
        return [one for one in found if one.is_open(self._clock.now()) and identity in ("", one.identity)]

    async def take(self, attempt_id: str, identity: str, key_id: str) -> tuple[Offer, Pass]:
        """A way into the caller's room."""
        offer = await self._act(attempt_id, identity, key_id, "taken")
        entry = Entry(offer.call.room, offer.attempt.human, {ROLE: HUMAN}, speaks=True)
        return offer, self._passes.give(entry)

    async def decline(self, attempt_id: str, identity: str, key_id: str) -> Offer:
        """The next one is asked."""
        return await self._act(attempt_id, identity, key_id, "declined")

    async def consult(
        self, attempt_id: str, identity: str, key_id: str, answer: Literal["accepted", "declined"]
    ) -> Offer:
        """What that person says to the agent's question, by a click in place of a word."""
        return await self._act(attempt_id, identity, key_id, f"consult:{answer}")

    async def _act(self, attempt_id: str, identity: str, key_id: str, act: str) -> Offer:
        found: list[Offer] = []

        async def work(session: AsyncSession) -> Recorded:
            now = self._clock.now()
            offer = await OfferBook(session).held(attempt_id, now)
            check_yours(offer, identity)
            if act.startswith("consult"):
                check_consulted(offer)
            else:
                check_open(offer, now)
            found.append(offer)
            await record_act(session, key_id, attempt_id, act, now)
            return await self._runner.record(session, self._facts(offer, act, key_id))

        await self._runner.transact(work)
        return found[-1]

    def _facts(self, offer: Offer, act: str, key_id: str) -> Sequence[RecordedFact]:
        attempt = offer.attempt.id
        said = {
            "call_id": offer.call.id, "source": SOURCE, "seq": 0, "at": self._clock.now(),
            "transfer_id": offer.story.transfer_id, "attempt_id": attempt,
        }  # fmt: skip
        match act:
            case "taken":
                return [OfferTaken.model_validate(said | {"id": fact_id(attempt, "taken"), "key_id": key_id})]
            case "declined":
                return [AttemptEnded.model_validate(said | {"id": fact_id(attempt, "ended"), "outcome": "declined"})]
            case _:
                answer = act.removeprefix("consult:")
                said |= {"id": fact_id(attempt, "consulted"), "answer": answer, "by": "screen"}
                return [ConsultAnswered.model_validate(said)]
