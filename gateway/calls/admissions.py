"""Gives a node its verdict on an INVITE and opens the call's record, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.admit import Route, admit
from gateway.calls.facts import InviteReceived
from gateway.calls.own_facts import AdmissionDecided
from gateway.calls.performing import SOURCE
from gateway.calls.repository import CallRepository
from gateway.calls.runner import CallRunner, Recorded
from gateway.calls.scanners import CALLS_PER_MINUTE, STRANGERS, RefusedSources
from gateway.calls.stored import read_event
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput
from gateway.kernel.ids import is_id

FindRoute = Callable[[AsyncSession, AdmissionAsked], Awaitable[Route]]


class Admissions:
    """`find_route` looks up what our database knows about the INVITE."""

    def __init__(self, runner: CallRunner, find_route: FindRoute, clock: Clock) -> None:
        self._runner, self._find_route, self._clock = runner, find_route, clock

    async def verdict_on(self, asked: AdmissionAsked) -> AdmissionVerdict:
        """The verdict; the same one when it is asked again about the same call. Raises BadInput."""
        if not is_id("call", asked.call_id):
            raise BadInput("call_id is not a call id", field="call_id", todo="make it with new_id('call')")
        given: list[AdmissionVerdict] = []

        async def decide(session: AsyncSession) -> Recorded:
            route = await self._find_route(session, asked)
            verdict = admit(asked, route)
            given.append(verdict)
            if await self._is_only_counted(session, asked, verdict):
                return Recorded()
            recorded = await self._runner.record(session, self._facts(asked, route, verdict))
            if recorded.repeated:  # asked before: what was answered then stands
                given.append(await self._given_before(session, asked.call_id))
            return recorded

        await self._runner.transact(decide)
        return given[-1]

    async def _given_before(self, session: AsyncSession, call_id: str) -> AdmissionVerdict:
        events = [read_event(row).what for row in await CallRepository(session).log(call_id)]
        return next(what.verdict for what in events if isinstance(what, AdmissionDecided))

    async def _is_only_counted(self, session: AsyncSession, asked: AdmissionAsked, verdict: AdmissionVerdict) -> bool:
        if verdict.verdict != "reject" or verdict.slug not in STRANGERS:
            return False
        refused = await RefusedSources(session).count(asked.pii.source_address, self._clock.now())
        return refused > CALLS_PER_MINUTE

    def _facts(
        self, asked: AdmissionAsked, route: Route, verdict: AdmissionVerdict
    ) -> tuple[InviteReceived, AdmissionDecided]:
        now: datetime = self._clock.now()
        about = {
            "call_id": asked.call_id,
            "source": SOURCE,
            "at": now,
            "direction": asked.direction,
            "sip_call_id": asked.sip_call_id,
            "transport": asked.transport,
            "node": asked.node,
            "livekit_trunk_id": asked.livekit_trunk_id,
            "pii": asked.pii,
        }
        trunk = route.any_trunk
        matched = {
            "trunk_id": trunk.id if trunk else "",
            "number_id": route.number_id,
            "rule_id": route.rule.id if route.rule else "",
            "agent_id": route.rule.agent_id if route.rule else "",
        }
        received = InviteReceived.model_validate({"id": f"{asked.call_id}:invite", "seq": 0} | about)
        decided = AdmissionDecided.model_validate(
            {"id": f"{asked.call_id}:admission", "seq": 1, "verdict": verdict} | about | matched
        )
        return received, decided
