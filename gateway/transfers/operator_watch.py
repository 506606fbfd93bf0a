"""Who comes into a caller's room from a browser, and goes: by LiveKit's webhooks, and by a look into the room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gateway.calls.call import Call
from gateway.calls.own_facts import RecordedFact
from gateway.calls.performing import Begin
from gateway.calls.ports import RoomEvent, Rooms
from gateway.calls.runner import CallRunner
from gateway.calls.transfer_facts import AttemptEnded, AttemptMoved, HumanLeft
from gateway.calls.webhook_facts import ROOM_CHANGED
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.transfers.offer_book import OfferBook
from gateway.transfers.offers import Meaning, Offer, meaning_of
from gateway.transfers.operators import SOURCE, fact_id
from gateway.transfers.story import human_identity, transfer_of

LOOKS_BEFORE_GONE = 2  # one look may fall between a connection and the next one of the same person

_log = get_logger(__name__)


class OperatorWatch:
    """A `gateway.calls.room_watch.RoomWatcher`."""

    def __init__(
        self, runner: CallRunner, begin: Begin, rooms: Rooms, clock: Clock, open_calls: Callable[[], Iterable[Call]]
    ) -> None:
        """`open_calls` as this process knows them: whose room is worth a look."""
        self._runner, self._begin, self._rooms, self._clock = runner, begin, rooms, clock
        self._open_calls = open_calls
        self._missed: dict[str, int] = {}  # attempts whose person was not seen, how often

    async def heed(self, event: RoomEvent, calls: Sequence[Call]) -> None:
        """`calls` are those of the event's room."""
        one = event.participant
        attempt = attempt_in(one.identity) if one else ""
        if one is None or not attempt or one.kind == "sip":
            return
        if event.name == "participant_joined":
            await self._note(event.room, attempt, await self._offer(calls, attempt), present=True)
        elif event.name in ROOM_CHANGED:
            present = await self._rooms.list_participants(event.room) or ()
            if one.identity not in {other.identity for other in present}:  # else it has come back by another connection
                await self._note(event.room, attempt, await self._offer(calls, attempt), present=False)

    async def look(self) -> None:
        """At the rooms of callers for whom somebody at a browser is expected, or with whom somebody is."""
        worth = [call.id for call in self._open_calls() if call.room and (call.transfer or call.human)]
        if not worth:
            return
        async with self._begin() as session:
            offers = [one for one in await OfferBook(session).of_calls(worth) if one.occupies]
        seen: dict[str, set[str]] = {}  # by room
        for offer in offers:
            room, name = offer.call.room, offer.attempt.id
            try:
                if room not in seen:
                    seen[room] = {one.identity for one in await self._rooms.list_participants(room) or ()}
            except Unavailable:
                return
            present = offer.attempt.human in seen[room]
            self._missed[name] = 0 if present else self._missed.get(name, 0) + 1
            if present or self._missed[name] >= LOOKS_BEFORE_GONE:
                await self._note(room, name, offer, present=present)
        self._missed = {one.attempt.id: self._missed.get(one.attempt.id, 0) for one in offers}

    async def _offer(self, calls: Sequence[Call], attempt_id: str) -> Offer | None:
        async with self._begin() as session:
            found = await OfferBook(session).of_calls([call.id for call in calls])
        return next((one for one in found if one.attempt.id == attempt_id), None)

    async def _note(self, room: str, attempt_id: str, offer: Offer | None, *, present: bool) -> None:
        meaning = meaning_of(offer, present=present)
        if meaning == "stranger":
            _log.warning("uninvited_operator", room_known=offer is not None)
            await self._rooms.remove_participant(room, human_identity(attempt_id))
        elif meaning and offer:
            await self._runner.take([self._fact(offer, meaning)])

    def _fact(self, offer: Offer, meaning: Meaning) -> RecordedFact:
        attempt, transfer = offer.attempt.id, offer.story.transfer_id
        said = {"call_id": offer.call.id, "source": SOURCE, "seq": 0, "at": self._clock.now(), "transfer_id": transfer}
        match meaning:
            case "answered":
                said |= {"id": fact_id(attempt, "answered"), "attempt_id": attempt, "stage": "answered"}
                return AttemptMoved.model_validate(said)
            case "human_left":
                return HumanLeft.model_validate(said | {"id": f"{transfer}:human-left", "by": "human"})
            case _:
                said |= {"id": fact_id(attempt, "ended"), "attempt_id": attempt, "outcome": "left"}
                return AttemptEnded.model_validate(said)


def attempt_in(identity: str) -> str:
    """The attempt by which a human of this identity came; empty for anybody else."""
    attempt = identity.removeprefix("human-")
    return attempt if attempt != identity and transfer_of(attempt) else ""
