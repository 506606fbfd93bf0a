"""One caller on the way to a human: carried out as planned, watched until somebody talks to the caller again."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from bench.chaos.judge import Fate, Seen, problems_of
from bench.chaos.lane import Lane
from bench.chaos.phones import TICK_S, Caller, HumanCall
from bench.chaos.plan import Kill, Moment, Transfer
from bench.chaos.record import Record
from gateway.kernel.ids import new_id
from gateway.sip.wire.ua import CallFailed

GREETED_WITHIN_S = 90.0
BOUND_S = 150.0  # from the last of request and kill until somebody has to be there
LATE_S = 25.0  # the moment of the kill never came: then it is now
QUIET_AFTER_S = 8.0  # what a kill does shows within so long
TALK_S = 1.5
CLOSED_WITHIN_S = 60.0
WORDS_BEFORE_END_S = 15.0
STATE_EVERY_S = 1.0


@dataclass
class Chaos:
    """The kill of a batch, whose callers ask when all of them are `greeted`. `at`: monotonic, once it has happened."""

    kill: Kill
    record: Record
    greeted: asyncio.Barrier
    done: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 0.0

    async def happen(self) -> None:
        if self.kill.victim != "nobody":
            self.record.kill(self.kill.victim)
        self.at = time.monotonic()
        self.done.set()


class Round:
    def __init__(self, lane: Lane, plan: Transfer, chaos: Chaos, place: int, caller: Caller, record: Record) -> None:
        self._lane, self._plan, self._chaos, self._place = lane, plan, chaos, place
        self._caller, self._record = caller, record
        self.seen = Seen(plan, killed=chaos.kill.victim)
        self._asked_at = 0.0
        self._settled = False  # as far as the record tells: no transfer is under way

    async def run(self) -> Seen:
        seen, caller = self.seen, self._caller
        for place, desk in enumerate(self._lane.desks):
            desk.ready_for(self._plan, place)
        try:
            greeted = await self._greeted()
            await self._chaos.greeted.wait()
            if greeted:
                caller.asks = True
                await asyncio.gather(self._ask(), self._watch(), self._kill())
            else:
                seen.fate, seen.why = "not connected", seen.why or "no greeting"
                await self._chaos_is_over()
        finally:
            ended = caller.ended_at or time.monotonic()
            await caller.close()
        await self._judge(ended)
        return seen

    async def _chaos_is_over(self) -> None:
        if self._chaos.kill.whose == self._place and not self._chaos.done.is_set():
            await self._chaos.happen()

    async def _greeted(self) -> bool:
        caller = self._caller
        try:
            await caller.dial(self._record.stack.uri(self._lane.number))
        except CallFailed as failed:
            self.seen.why = f"{failed.code}"
            return False
        self.seen.sip_call_id = caller.sip_call_id
        deadline = time.monotonic() + GREETED_WITHIN_S
        while time.monotonic() < deadline and not caller.ended_at:
            now = time.monotonic()
            call = await self._record.call_of(caller.sip_call_id)
            self.seen.call_id = call["id"] if call else ""
            if (
                self.seen.call_id
                and caller.ears.since("voice", now - 8) > 50
                and caller.ears.since("voice", now - 1) < 5
            ):
                return True
            await asyncio.sleep(TICK_S)
        self.seen.why = "ended before the greeting" if caller.ended_at else "no greeting"
        return False

    async def _ask(self) -> None:
        plan, lane = self._plan, self._lane
        await asyncio.sleep(plan.asks_after_s)
        self._asked_at = time.monotonic()
        if plan.by_key:
            await self._caller.press(lane.keys[plan.shape, plan.mode])
            return
        body = {"to": lane.targets[plan.shape], "mode": plan.mode, "last_resort": plan.last_resort}
        path = f"/v1/calls/{self.seen.call_id}/transfers"
        status = await self._record.post(path, body, key=new_id("evt"), within_s=30)
        if status != 202:
            self.seen.why = f"transfer refused with {status}"

    # -- the kill ---------------------------------------------------------------------------------------------

    async def _kill(self) -> None:
        if self._chaos.kill.whose != self._place:
            return
        while not self._came(self._chaos.kill.moment):
            late = self._asked_at and time.monotonic() - self._asked_at > LATE_S
            if late or self._caller.ended_at:
                break
            await asyncio.sleep(TICK_S / 2)
        await asyncio.sleep(self._chaos.kill.after_s)
        await self._chaos.happen()

    def _came(self, moment: Moment) -> bool:
        ears, humans = self._caller.ears, self._humans()
        waits = 0 < self._asked_at < max(ears.last.get("music", 0), ears.last.get("ringback", 0))
        match moment:
            case "asked":
                return self._asked_at > 0
            case "waiting":
                return waits
            case "invited":
                return bool(humans)
            case "answered":
                return any(one.answered_at for one in humans)
            case "told":
                return any(one.told_at for one in humans)
            case "pressed":
                return any(one.pressed_at for one in humans)
            case "talking":
                return any(one.joined_at for one in humans)
            case "over":
                return self._settled and not any(one.joined_at and not one.ended_at for one in humans)

    def _humans(self) -> list[HumanCall]:
        return [one for desk in self._lane.desks for one in desk.calls]

    # -- watching ---------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Until the caller's fate is known."""
        seen, caller = self.seen, self._caller
        looked_at, ending_at = 0.0, 0.0
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            if now - looked_at > STATE_EVERY_S:
                looked_at = now
                await self._look()
            if caller.ended_at:
                seen.fate = self._fate_of_ended()
                return
            if caller.line_is_dead:
                seen.fate = "cut" if self._chaos.kill.victim == "sip-node" and self._chaos.at else "stranded"
                seen.why = "the line went dead"
                return
            if self._is_impatient(now):
                seen.fate = "hung up"
                await caller.hang_up()
                return
            if self._chaos.at and now - max(self._chaos.at, self._asked_at) > BOUND_S:
                seen.why = "nobody came back"
                return
            with_human = bool(caller.ears.tone_since(now - TALK_S)) and any(
                one.joined_at and not one.ended_at for one in self._humans()
            )
            if self._chaos.at and not seen.again_s and (with_human or self._agent_answers()):
                seen.again_s = now - self._chaos.at
            if not self._chaos.at or now - self._chaos.at < QUIET_AFTER_S:
                continue
            if not self._asked_at:
                continue
            if with_human and not ending_at:
                ending_at = now
                if self._plan.ends == "caller":
                    seen.fate = "human"
                    await caller.hang_up()
                    return
                for desk in self._lane.desks:
                    (desk.lets_go if self._plan.ends == "human" else desk.hands_back).set()
            if self._agent_answers(max(ending_at, self._chaos.at)) and self._settled:
                seen.fate = "agent"
                await caller.hang_up()
                return

    async def _look(self) -> None:
        found = await self._record.get(f"/v1/calls/{self.seen.call_id}/transfers")
        if found is not None:
            self._settled = bool(time.monotonic() - self._asked_at > 5) and all(one["outcome"] for one in found["data"])

    def _agent_answers(self, since: float = 0.0) -> bool:
        return self._caller.agent_answered_at > max(self._chaos.at, self._asked_at, since)

    def _is_impatient(self, now: float) -> bool:
        waits = self._caller.ears.last.get("music", 0) > now - 1
        return self._plan.impatient_s is not None and waits and now - self._asked_at > self._plan.impatient_s

    def _fate_of_ended(self) -> Fate:
        caller, ears = self._caller, self._caller.ears
        if any(one.joined_at for one in self._humans()) and self._plan.ends != "caller" and self._chaos.at:
            let_go = any(desk.lets_go.is_set() for desk in self._lane.desks)
            if let_go:
                return "human"
        before = caller.ended_at - WORDS_BEFORE_END_S
        if ears.since("prompt", before) > 30 or ears.since("voice", before) > 30:
            if self._chaos.at and not self.seen.again_s:
                self.seen.again_s = max(caller.ended_at - self._chaos.at, 0.0)
            return "last resort"
        self.seen.why = "hung up on without a word"
        return "stranded"

    # -- afterwards -------------------------------------------------------------------------------------------

    async def _judge(self, ended: float) -> None:
        seen, humans = self.seen, self._humans()

        async def closed() -> object:
            call = await self._record.call_of(seen.sip_call_id)
            return call if call and call["termination"] else None

        if seen.sip_call_id:
            call = await self._record.until(closed, CLOSED_WITHIN_S) or await self._record.call_of(seen.sip_call_id)
            if call:
                seen.call_id = call["id"]

            async def settled() -> object:
                events = await self._record.events(seen.call_id) if seen.call_id else None
                return events if events is not None and not problems_of(seen, call, events) else None

            if not await self._record.until(settled, CLOSED_WITHIN_S):
                events = await self._record.events(seen.call_id) if seen.call_id else None
                seen.problems = problems_of(seen, call, events)
        deadline = time.monotonic() + CLOSED_WITHIN_S
        while any(not one.ended_at for one in humans) and time.monotonic() < deadline:
            await asyncio.sleep(TICK_S)
        seen.invites = [[one.sip_call_id for one in desk.calls] for desk in self._lane.desks]
        seen.joined_desks = sum(any(one.joined_at for one in desk.calls) for desk in self._lane.desks)
        seen.gave_up = [one.gave_up for one in humans if one.gave_up]
        lasts = [(one.ended_at or time.monotonic()) - ended for one in humans if one.answered_at]
        seen.alone_s = max([0.0, *lasts])
