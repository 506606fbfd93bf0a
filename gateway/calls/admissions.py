"""Gives a node its verdict on an INVITE, or on a transfer, and records it in the same transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.consent.terms import DisclosureTerms
from compliance.screening.decide import screen
from compliance.screening.found import Match
from compliance.screening.lookup import Screening
from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.admit import Route, admit, agent_of
from gateway.calls.admit_outbound import WayOut, admit_outbound
from gateway.calls.call_signing import CallSigner
from gateway.calls.caller_trust import CallerTrust
from gateway.calls.disclosure import Disclosures
from gateway.calls.facts import InviteReceived
from gateway.calls.own_facts import AdmissionDecided, RecordedFact, TransferDecided
from gateway.calls.performing import SOURCE
from gateway.calls.repository import CallRepository
from gateway.calls.runner import CallRunner, Recorded
from gateway.calls.scanners import CALLS_PER_MINUTE, RefusedSources
from gateway.calls.slugs import STRANGERS
from gateway.calls.stored import read_event
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput
from gateway.kernel.ids import is_id

FindRoute = Callable[[AsyncSession, AdmissionAsked], Awaitable[Route]]
Suppressed = Callable[[AsyncSession, str], Awaitable[tuple[Match, ...]]]
FindWayOut = Callable[[AsyncSession, AdmissionAsked, Clock], Awaitable[WayOut | None]]


@dataclass(frozen=True)
class _Decided:
    """A verdict, and our own ids of what it is about."""

    verdict: AdmissionVerdict
    matched: dict[str, str]
    identity: list[str] = field(default_factory=list)


class Admissions:
    """`find_route` and `find_way_out` look up what our database knows about a call in, and out; `trust` finds out who
    vouches for a caller, `disclosures` what callers are to be told."""

    def __init__(
        self, runner: CallRunner, find_route: FindRoute, find_way_out: FindWayOut, clock: Clock,
        trust: CallerTrust, signer: CallSigner, disclosures: Disclosures,
    ) -> None:  # fmt: skip
        self._runner, self._find_route, self._find_way_out, self._clock = runner, find_route, find_way_out, clock
        self.trust = trust
        self.signer = signer
        self.disclosures = disclosures
        self.suppressed: Suppressed | None = None  # what the lists said of callers who were erased

    async def verdict_on(self, asked: AdmissionAsked) -> AdmissionVerdict:
        """The verdict; the same one when it is asked again about the same call. `pending`, which is not recorded, while
        a certificate does not come: within two seconds it has come, or counts as missing. Raises BadInput."""
        if not is_id("call", asked.call_id):
            raise BadInput("call_id is not a call id", field="call_id", todo="make it with new_id('call')")
        if asked.purpose == "transfer" and not is_id("xfer", asked.transfer_id):
            raise BadInput("transfer_id is not a transfer id", field="transfer_id", todo="make it with new_id('xfer')")
        verdict = await self._decided(asked)
        if verdict.verdict == "pending":
            await self.trust.fetched(asked)
            verdict = await self._decided(asked)
        return verdict

    async def _decided(self, asked: AdmissionAsked) -> AdmissionVerdict:
        given: list[AdmissionVerdict] = []
        identity: list[str] = []

        async def decide(session: AsyncSession) -> Recorded:
            decided = await self._decide(session, asked)
            given.append(decided.verdict)
            identity[:] = decided.identity
            if decided.verdict.verdict == "pending":
                return Recorded()
            if await self._is_only_counted(session, asked, decided.verdict):
                return Recorded()
            recorded = await self._runner.record(session, self._facts(asked, decided))
            if recorded.repeated:  # asked before: what was answered then stands
                given.append(await self._given_before(session, asked))
            return recorded

        await self._runner.transact(decide)
        return given[-1].model_copy(update={"identity_pii": identity}) if identity else given[-1]

    async def _decide(self, session: AsyncSession, asked: AdmissionAsked) -> _Decided:
        if asked.direction == "outbound" or asked.purpose == "transfer":
            way = await self._find_way_out(session, asked, self._clock)
            verdict = admit_outbound(asked, way)
            if verdict.verdict == "accept" and asked.purpose == "call":
                verdict = self.disclosures.told(verdict, DisclosureTerms(), asked.pii.dnis, self._clock.now())
            signs = way is not None and way.sign_calls and verdict.verdict == "accept" and asked.purpose == "call"
            identity = self.signer.identity(asked.pii, own=asked.pii.ani in way.numbers) if way and signs else []
            matched = {"trunk_id": way.trunk_id, "agent_id": way.agent_id} if way else {"trunk_id": ""}
            return _Decided(verdict, matched, identity)
        route = await self._screened(session, asked, await self._find_route(session, asked))
        verdict, trust = admit(asked, route), None
        if verdict.verdict == "accept":  # nothing is fetched for a call that goes nowhere
            trust = self.trust.found(asked, route)
            verdict = admit(asked, route, trust) if trust else AdmissionVerdict(verdict="pending", token=asked.call_id)
        if verdict.verdict == "accept" and route.rule:
            verdict = self.disclosures.told(verdict, route.rule.disclosure, asked.pii.ani, self._clock.now())
        trunk = route.any_trunk
        matched = {
            "trunk_id": trunk.id if trunk else "",
            "number_id": route.number_id,
            "rule_id": route.rule.id if route.rule else "",
            "agent_id": agent_of(route, trust),
        }
        return _Decided(verdict, matched)

    async def _screened(self, session: AsyncSession, asked: AdmissionAsked, route: Route) -> Route:
        """The route with what screening found; a call that gets past everything else counts towards the rates."""
        if route.any_trunk is None:
            return route
        screening, now, pii = Screening(session), self._clock.now(), asked.pii
        rates = route.screening.counts_calls
        found = await screening.find(pii.ani, pii.source_address, pii.dnis, now, besides=asked.call_id, rates=rates)
        if self.suppressed is not None:
            found = replace(found, matches=found.matches + await self.suppressed(session, pii.ani))
        route = replace(route, screened=screen(route.screening, found))
        if rates and admit(asked, route).verdict == "accept":
            await screening.note_admitted(asked.call_id, pii.ani, pii.dnis, now)
        return route

    async def _given_before(self, session: AsyncSession, asked: AdmissionAsked) -> AdmissionVerdict:
        events = [read_event(row).what for row in await CallRepository(session).log(asked.call_id)]
        if asked.purpose == "transfer":
            before = (what for what in events if isinstance(what, TransferDecided))
            return next(what.verdict for what in before if what.transfer_id == asked.transfer_id)
        return next(what.verdict for what in events if isinstance(what, AdmissionDecided))

    async def _is_only_counted(self, session: AsyncSession, asked: AdmissionAsked, verdict: AdmissionVerdict) -> bool:
        if verdict.verdict != "reject" or verdict.slug not in STRANGERS:
            return False
        refused = await RefusedSources(session).count(asked.pii.source_address, self._clock.now())
        return refused > CALLS_PER_MINUTE

    def _facts(self, asked: AdmissionAsked, decided: _Decided) -> tuple[RecordedFact, ...]:
        about: dict[str, Any] = {"call_id": asked.call_id, "source": SOURCE, "at": self._clock.now(), "pii": asked.pii}
        verdict = {"verdict": decided.verdict, "asked_by": asked.asked_by}
        if asked.purpose == "transfer":
            name = {"id": f"{asked.call_id}:{asked.transfer_id}", "seq": 0, "transfer_id": asked.transfer_id}
            return (TransferDecided.model_validate(about | name | verdict),)
        about |= {
            "direction": asked.direction,
            "sip_call_id": asked.sip_call_id,
            "transport": asked.transport,
            "node": asked.node,
            "livekit_trunk_id": asked.livekit_trunk_id,
        }
        received = {"id": f"{asked.call_id}:invite", "seq": 0, "asked_by": asked.asked_by}
        admission = {"id": f"{asked.call_id}:admission", "seq": 1, "verdict": decided.verdict}
        return (
            InviteReceived.model_validate(about | received),
            AdmissionDecided.model_validate(about | admission | decided.matched),
        )
