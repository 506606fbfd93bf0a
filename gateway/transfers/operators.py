"""Reaching people at a browser (`ports.Humans`): a call is offered; who takes it comes into the caller's room."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.calls.offer_facts import OfferMade, OfferPii
from gateway.calls.performing import Begin
from gateway.calls.ports import Rooms
from gateway.calls.runner import CallRunner
from gateway.calls.transfer_facts import AttemptEnded, AttemptMoved, OfTransfer
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict
from gateway.transfers.offer_book import OfferBook, made_id
from gateway.transfers.offers import is_busy
from gateway.transfers.ports import HumanDialled, Place
from gateway.transfers.repository import TargetRepository
from gateway.transfers.story import transfer_of

SOURCE = "operators"


class Operators:
    """An offer rings by being there: `GET /v1/transfer-offers`, and the events of the call, tell of it."""

    def __init__(self, runner: CallRunner, begin: Begin, rooms: Rooms, clock: Clock) -> None:
        self._runner, self._begin, self._rooms, self._clock = runner, begin, rooms, clock

    async def dial(self, place: Place, human: HumanDialled) -> None:
        """Raises Conflict when the target is gone. Who is on another call is busy."""
        async with self._begin() as session:
            target = await TargetRepository(session).find(human.target_id)
            if target is None or not target.identity:
                raise Conflict("the target is gone", code="target.gone")
            busy = is_busy(target.identity, await OfferBook(session).all())
        attempt = human.attempt_id
        named = {"call_id": place.call_id, "source": SOURCE, "seq": 0, "at": self._clock.now()}
        named |= {"transfer_id": transfer_of(attempt), "attempt_id": attempt}
        if busy:
            ended = AttemptEnded.model_validate(named | {"id": fact_id(attempt, "ended"), "outcome": "busy"})
            await self._take([ended])
            return
        made = OfferMade.model_validate(named | {"id": made_id(attempt), "pii": OfferPii(identity=target.identity)})
        rings = AttemptMoved.model_validate(named | {"id": fact_id(attempt, "ringing"), "stage": "ringing"})
        await self._take([made, rings])

    async def drop(self, place: Place, identity: str) -> None:
        await self._rooms.remove_participant(place.room, identity)

    async def _take(self, facts: Sequence[OfTransfer]) -> None:
        await self._runner.take(facts)  # type: ignore[arg-type] - each is one of `TransferFact`


def fact_id(attempt_id: str, name: str) -> str:
    """As `run.py` names them: whoever records the same thing first has recorded it."""
    return f"{transfer_of(attempt_id)}:{attempt_id}:{name}"
