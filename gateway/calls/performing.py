"""Carries out effects through the ports; each failure comes back as a fact.

An effect is looked at again before it is done: what a crashed process left behind may be out of date.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.effect_repository import EffectRepository, PendingEffect
from gateway.calls.effects import CloseRoom, DispatchAgent, RecordingEffect, RemoveParticipant
from gateway.calls.facts import AgentJoined
from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.own_facts import EffectFailed, RecordedFact
from gateway.calls.ports import Recordings, RoomParticipant, Rooms
from gateway.calls.repository import CallRepository
from gateway.calls.supervisors import is_supervisor
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger

_log = get_logger(__name__)

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Report = Callable[[Sequence[RecordedFact]], Awaitable[object]]

SOURCE = "control-plane"
LEASE = timedelta(seconds=8)  # a crashed process's effects are taken over after this long
RETRY = timedelta(seconds=2)
MAX_ATTEMPTS = 5


class Performer:
    """`begin` opens a transaction that commits at its end; `report` takes facts (the runner). `recordings`: set once
    there are any."""

    def __init__(self, begin: Begin, rooms: Rooms, clock: Clock, report: Report) -> None:
        self._begin, self._rooms, self._clock, self._report = begin, rooms, clock, report
        self.recordings: Recordings | None = None

    async def perform(self, pending: Sequence[PendingEffect]) -> None:
        """One after the other: what was decided together for a call is done in that order."""
        for one in pending:
            await self._perform(one)

    async def take_over(self) -> int:
        """Carries out what nobody holds any more; returns how many those were."""
        now = self._clock.now()
        async with self._begin() as session:
            pending = await EffectRepository(session).claim_due(now, now + LEASE)
        await self.perform(pending)
        return len(pending)

    async def _perform(self, one: PendingEffect) -> None:
        try:
            result = await self._do(one)
        except GatewayError as error:
            await self._failed(one, error)
            return
        async with self._begin() as session:
            await EffectRepository(session).finish(one.id, result, self._clock.now())

    async def _failed(self, one: PendingEffect, error: GatewayError) -> None:
        """A dispatch is not repeated here: the watchdog asks again by itself, with what is true then."""
        _log.warning("effect_failed", call_id=one.call_id, effect=one.effect.kind, code=error.code)
        now = self._clock.now()
        attempts = one.attempts + 1
        final = isinstance(one.effect, DispatchAgent) or attempts >= MAX_ATTEMPTS
        async with self._begin() as session:
            repository = EffectRepository(session)
            if final:
                await repository.finish(one.id, error.code[:32], now)
            else:
                await repository.postpone(one.id, attempts, now + RETRY)
        if final:
            fact = EffectFailed(
                id=f"{one.id}:failed",
                call_id=one.call_id,
                source=SOURCE,
                seq=0,
                at=now,
                effect=one.effect.kind,
                reason=error.code,
            )
            await self._report([fact])

    async def _do(self, one: PendingEffect) -> str:
        match one.effect:
            case DispatchAgent() as dispatch:
                return await self._dispatch(one.call_id, dispatch)
            case RemoveParticipant(room=room, identity=identity):
                await self._rooms.remove_participant(room, identity)
                return "done"
            case CloseRoom(room=room, leaving=leaving):
                return await self._close(room, leaving)
            case recording:
                return await self._record(one, recording)

    async def _record(self, one: PendingEffect, asked: RecordingEffect) -> str:
        if self.recordings is None:
            raise Unavailable(
                "this installation has no recorder", code="recording.no_recorder", todo="gateway recorder"
            )
        return await self.recordings.carry_out(one.call_id, asked, one.id)

    async def _dispatch(self, call_id: str, dispatch: DispatchAgent) -> str:
        call = await self._call(call_id)
        if call is None or call.ended or call.agent_identity:
            return "dropped"
        present = await self._rooms.list_participants(dispatch.room)
        if present is None or not any(one.kind == "sip" for one in present):
            return "dropped"  # no caller is there any more; the report of it is on the way
        agents = [one.identity for one in present if one.kind == "agent" and one.identity not in call.gone_agents]
        if agents:  # it came while we decided; its own report is on the way
            await self._report([self._seen(call, agents[0], resumed=dispatch.resume)])
            return "dropped"
        await self._rooms.dispatch_agent(
            dispatch.room, agent_id=dispatch.agent_id or call.agent_id, call_id=call_id, resume=dispatch.resume
        )
        return "done"

    def _seen(self, call: Call, identity: str, *, resumed: bool) -> AgentJoined:
        return AgentJoined(
            id=new_id("evt"),
            call_id=call.id,
            source=SOURCE,
            seq=0,
            at=self._clock.now(),
            identity=identity,
            resumed=resumed,
        )

    async def _close(self, room: str, leaving: str) -> str:
        present = await self._rooms.list_participants(room)
        if present is None:
            return "dropped"
        if any(_keeps_room(one) for one in present if one.identity != leaving):
            return "dropped"
        await self._rooms.delete_room(room)
        return "done"

    async def _call(self, call_id: str) -> Call | None:
        async with self._begin() as session:
            found = await CallRepository(session).load([call_id])
        return found[call_id][0] if call_id in found else None


def _keeps_room(one: RoomParticipant) -> bool:
    """Another caller, or a person; but nobody who came to supervise a call that is over, or was called in for it."""
    called_in = one.attributes.get(ROLE) == HUMAN
    return one.kind in ("sip", "standard") and not called_in and not is_supervisor(one.identity)
