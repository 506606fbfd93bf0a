"""Carries one transfer to its end: asks what is next, does it, records it, waits for news.

Everything that matters is in the call's record before it is done, under an id of its own; so this may die at any
point and be run again by another process, which goes on from the record and repeats nothing that dials.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

from gateway.calls.call import Call
from gateway.calls.digits import pressed
from gateway.calls.performing import Begin
from gateway.calls.refer_facts import ReferEnded, ReferPlaced
from gateway.calls.repository import CallRepository
from gateway.calls.runner import CallRunner
from gateway.calls.transfer_facts import (
    AttemptEnded,
    AttemptMoved,
    AttemptOutcome,
    AttemptPlaced,
    By,
    CallerParked,
    HumanLeft,
    OfTransfer,
    TransferJoined,
    TransferOutcome,
    TransferSettled,
    TrunkFailed,
)
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.livekit.isolation import Isolation
from gateway.transfers import moves as m
from gateway.transfers.asking_back import asks_back
from gateway.transfers.dialled import DialledCalls
from gateway.transfers.mirror import by_another_trunk, news_of, who_ended
from gateway.transfers.ports import AgentLine, HumanDialled, Humans, Place, Referring
from gateway.transfers.reading import read_log, read_story
from gateway.transfers.referring import told_of_refer
from gateway.transfers.story import Attempt, Story, human_identity, then, transfer_of

SOURCE = "transfers"
AGAIN_S = 1.0  # after a move that failed; and at the latest so often the record is read again
UNSURE_S = 6.0  # a node that got the request to dial has asked for admission by then, or has given up
COMPANY_LOOK_S = 5.0  # the same, while the caller is with the human
_STAGES = ("ringing", "answered")
_HOPELESS = ("isolation.no_phone", "isolation.foreign_leg")  # of a caller whom nobody can have parked either

_log = get_logger(__name__)


@dataclass(frozen=True)
class TransferServices:
    runner: CallRunner
    begin: Begin
    clock: Clock
    isolation: Isolation
    humans: Humans
    agent: AgentLine
    referring: Referring


class TransferRun:
    """`await run()`: how it ended. Afterwards `await company()` until the human has gone, if there is one."""

    def __init__(self, call_id: str, transfer_id: str, services: TransferServices) -> None:
        self._call_id, self._transfer_id, self._services = call_id, transfer_id, services
        self._changed = asyncio.Event()
        self._calls = DialledCalls()
        self._dropped: set[str] = set()
        self._tasks, self._failed = TaskSet(), False
        self._telling = TaskSet()  # the agent: nothing waits for it, and it is not cut short either

    def heard_of(self, call: Call) -> None:
        """A call was recorded: the caller's, one of ours, or anybody's."""
        if call.asked_by.startswith(self._transfer_id):
            self._calls.heard_of(call)
            self._changed.set()
        elif call.id == self._call_id:
            self._changed.set()

    async def run(self) -> TransferOutcome:
        await self._catch_up()
        try:
            while True:
                self._changed.clear()
                story, call = await self._read()
                story = await self._note_news(story, Place.of(call))
                if story.outcome:
                    await self._telling.join()
                    return story.outcome
                step = m.next_moves(story, self._services.clock.now())
                for move in step.moves:
                    if not await self._tried(move, story, Place.of(call)):
                        break
                if not step.moves or self._failed:
                    await self._wait(step.again_at)
        finally:
            await self._telling.close()
            await self._tasks.close()

    async def company(self) -> None:
        """Returns when the caller is not with this human any more, and the human is let go; the caller's record tells
        what follows. Raises Unavailable."""
        while True:
            self._changed.clear()
            story, call = await self._read()
            if not story.joined:
                return
            joined = story.attempt(story.joined)
            human = self._calls.of(joined) if joined else None
            if call.ended or call.human != self._transfer_id:
                await self._services.humans.drop(Place.of(call), human_identity(story.joined))
                return
            if human and human.ended:
                await self._record(HumanLeft, "human-left", by=who_ended(human))
            elif human and await self._asks_back(human):
                await self._record(HumanLeft, "human-left", by="human", handed_back=True)
            else:
                await self._wait(None, at_most_s=COMPANY_LOOK_S)

    async def _asks_back(self, human: Call) -> bool:
        return asks_back(pressed(await read_log(self._services.begin, human.id)))

    async def _catch_up(self) -> None:
        """What was recorded of calls to humans while nobody ran this."""
        story, _ = await self._read()
        async with self._services.begin() as session:
            for call in await CallRepository(session).out_since(story.began_at):
                self.heard_of(call)

    # -- the record -------------------------------------------------------------------------------------------

    async def _read(self) -> tuple[Story, Call]:
        return await read_story(self._services.begin, self._call_id, self._transfer_id)

    async def _record(self, kind: type[OfTransfer], name: str, **fields: object) -> bool:
        """Under a name of its own; False when that was recorded before."""
        fact = kind.model_validate(
            {
                "id": f"{self._transfer_id}:{name}", "call_id": self._call_id, "source": SOURCE, "seq": 0,
                "at": self._services.clock.now(), "transfer_id": self._transfer_id, **fields,
            }
        )  # fmt: skip
        taken = await self._services.runner.take([fact])  # type: ignore[list-item]
        return taken.stored == 1

    async def _note_news(self, story: Story, place: Place) -> Story:
        """Writes what the calls to humans have come to into the caller's record."""
        wrote = False
        for one in story.attempts:
            call = self._calls.of(one)
            news = news_of(one, call) if call and one.is_open else None
            if news in _STAGES:
                wrote |= await self._record(AttemptMoved, f"{one.id}:{news}", attempt_id=one.id, stage=news)
            elif call and call.termination and by_another_trunk(story, one, call):
                wrote |= await self._dial_again(one, call, place)
            elif news and call and call.termination:
                wrote |= await self._ended(one.id, news, call.termination.sip_code)
            elif call and one.stage == "ended" and not call.ended and one.id not in self._dropped:
                self._dropped.add(one.id)  # it began after it was given up
                await self._told(self._services.humans.drop(place, one.human))
        return (await self._read())[0] if wrote else story

    async def _ended(self, name: str, outcome: str, sip_code: int | None = None) -> bool:
        return await self._record(AttemptEnded, f"{name}:ended", attempt_id=name, outcome=outcome, sip_code=sip_code)

    async def _dial_again(self, one: Attempt, call: Call, place: Place) -> bool:
        """As with the first trunk: whoever finds it recorded does not dial."""
        code = call.termination.sip_code if call.termination else None
        human = HumanDialled(one.id, one.target_id, one.human, one.ring_s, (*one.failed_trunks, call.trunk_id))
        name = f"{one.id}:trunk-failed-{len(human.failed_trunks)}"
        if new := await self._record(TrunkFailed, name, attempt_id=one.id, trunk_id=call.trunk_id, sip_code=code):
            self._tasks.start(self._dial(place, human, code), name="transfer:dial")
        return new

    async def _wait(self, until: datetime | None, *, at_most_s: float = AGAIN_S) -> None:
        seconds = at_most_s
        if until is not None and not self._failed:
            seconds = min(seconds, max(0.0, (until - self._services.clock.now()).total_seconds()))
        self._failed = False
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    # -- moves ------------------------------------------------------------------------------------------------

    async def _tried(self, move: m.Move, story: Story, place: Place) -> bool:
        try:
            await self._do(move, story, place)
        except GatewayError as error:  # it is asked for again, with what is true then
            _log.warning("transfer_move_failed", call_id=self._call_id, move=type(move).__name__, code=error.code)
            self._failed = True
            return isinstance(move, m.GiveBack) and error.code in _HOPELESS
        return True

    async def _do(self, move: m.Move, story: Story, place: Place) -> None:
        services = self._services
        match move:
            case m.Refer(target_id=target):
                if await self._record(ReferPlaced, "refer", target_id=target):  # whoever finds it never sends it again
                    self._tell(services.agent.wait(place, self._transfer_id))
                    self._tasks.start(self._refer(place, target), name="transfer:refer")
            case m.Park():
                await services.isolation.hold(place.room, place.caller, "music" if story.mode == "warm" else "ringback")
                await self._record(CallerParked, "parked")
                self._tell(services.agent.wait(place, self._transfer_id))
            case m.Place(attempt_id=name, wave=wave, ring=ring):
                new = await self._record(
                    AttemptPlaced, f"{name}:placed", attempt_id=name, target_id=ring.target_id, wave=wave,
                    ring_s=ring.ring_s,
                )  # fmt: skip
                if new:  # whoever finds it recorded does not know whether it was dialled, and so never dials
                    human = HumanDialled(name, ring.target_id, human_identity(name), ring.ring_s)
                    self._tasks.start(self._dial(place, human), name="transfer:dial")
            case m.Brief(attempt_id=name):
                await self._brief(story, name, place)
            case m.Join(attempt_id=name):
                await services.isolation.join(place.room, (place.caller, human_identity(name)))
                await self._record(TransferJoined, "joined", attempt_id=name)
                self._tell(services.agent.introduce(place, story))
            case m.Drop(attempt_id=name, outcome=outcome):
                await self._drop(story, name, outcome, place)
            case m.GiveBack(outcome=outcome):
                await self._give_back(story, outcome, place)
            case m.Settle(outcome=outcome, by=by):
                await self._settle(story, outcome, by, place)

    async def _refer(self, place: Place, target_id: str) -> None:
        told = await told_of_refer(self._services.referring, self._services.begin, place, target_id)
        if told is not None:
            await self._record(ReferEnded, "referred", outcome=told.end, sip_code=told.code)

    async def _dial(self, place: Place, human: HumanDialled, sip_code: int | None = None) -> None:
        """`sip_code`: what the trunk before said, for the end when there is no other one."""
        try:
            await self._services.humans.dial(place, human)
        except GatewayError as error:
            _log.warning("human_not_dialled", call_id=self._call_id, code=error.code)
            if not await self._has_record(human, wait=isinstance(error, Unavailable)):
                await self._ended(human.attempt_id, "unreachable", sip_code)

    async def _has_record(self, human: HumanDialled, *, wait: bool) -> bool:
        """Then that tells how it ended. Where nobody answered the request, which says nothing about the phone, its call
        has a record before it rings."""
        if wait:
            await asyncio.sleep(UNSURE_S)
        return self._calls.besides(human.attempt_id, human.failed_trunks) is not None

    async def _drop(self, story: Story, name: str, outcome: AttemptOutcome, place: Place) -> None:
        await self._services.humans.drop(place, human_identity(name))
        self._dropped.add(name)
        if story.attempt(name):
            await self._ended(name, outcome)

    async def _brief(self, story: Story, name: str, place: Place) -> None:
        """Recorded for each agent: one that goes leaves the next one to begin again."""
        attempt = story.attempt(name)
        if attempt is None:
            return
        await self._services.isolation.consult(place.room, place.caller, place.agent, attempt.human)
        await self._services.agent.brief(place, attempt, story)
        await self._record(AttemptMoved, f"{name}:briefed:{place.agent}", attempt_id=name, stage="briefed")

    async def _give_back(self, story: Story, outcome: TransferOutcome, place: Place) -> None:
        """To the human whom the caller was with before, if there is one still; else to the agent. One that cannot be
        told keeps no transfer open, and asks by itself (`agents/waiting.py`); a caller who still hears music does."""
        services, before = self._services, human_identity(story.replaces)
        if story.replaces and place.human == transfer_of(story.replaces):
            await services.isolation.join(place.room, (place.caller, before))
            return
        await services.isolation.back(place.room, place.caller)
        await self._told(services.agent.give_back(place, self._transfer_id, outcome, then(story, outcome)))

    async def _settle(self, story: Story, outcome: TransferOutcome, by: By, place: Place) -> None:
        if outcome == "connected" and story.replaces:
            await self._services.humans.drop(place, human_identity(story.replaces))
        promised = then(story, outcome) == "callback"
        await self._record(TransferSettled, "settled", outcome=outcome, by=by, callback_wanted=promised)

    def _tell(self, telling: Awaitable[None]) -> None:
        self._telling.start(self._told(telling), name="transfer:tell")

    async def _told(self, telling: Awaitable[None]) -> None:
        """The transfer succeeds without these words as well."""
        try:
            await telling
        except GatewayError as error:
            _log.warning("not_told", call_id=self._call_id, code=error.code)
