"""Everything of the call in one object, for the composition root and the endpoints.

calls = Calls(begin=…, rooms=…, clock=…, find_route=…, tokens=…, verify_webhook=…)
app.state.calls = calls          # the endpoints find it there
await calls.start(); …; await calls.close()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from gateway.calls.admissions import Admissions, FindRoute, FindWayOut
from gateway.calls.call_signing import CallSigner
from gateway.calls.caller_trust import CallerTrust
from gateway.calls.disclosure import Disclosures
from gateway.calls.evidence_writer import EvidenceWriter
from gateway.calls.feed import Feed
from gateway.calls.lookup import find_route, route_of_admitted
from gateway.calls.lookup_outbound import find_way_out
from gateway.calls.loops import CallLoops
from gateway.calls.own_facts import RecordedFact
from gateway.calls.performing import Begin
from gateway.calls.ports import RoomEvent, Rooms
from gateway.calls.refusals import note_refusal
from gateway.calls.repository import CallRepository
from gateway.calls.room_watch import RoomWatcher
from gateway.calls.runner import CallRunner, Complete
from gateway.calls.scanners import RefusedSources
from gateway.calls.trunk_health import learn_trunk_health
from gateway.calls.webhook_facts import ROOM_CHANGED, fact_of, supervisor_fact_of
from gateway.kernel.clock import Clock
from gateway.kernel.role_tokens import RoleTokens

FRESH = timedelta(seconds=5)  # LiveKit's times are whole seconds: for a fresh event our own is better
# (raw body, Authorization header) → the event, None for one that is not about a room;
# raises NotAuthenticated.
VerifyWebhook = Callable[[bytes, str], RoomEvent | None]


class Calls:
    def __init__(
        self,
        *,
        begin: Begin,
        rooms: Rooms,
        clock: Clock,
        tokens: RoleTokens,
        verify_webhook: VerifyWebhook,
        find_route: FindRoute = find_route,
        find_way_out: FindWayOut = find_way_out,
        complete: Complete = route_of_admitted,
        trust: CallerTrust | None = None,
        signer: CallSigner | None = None,
        disclosures: Disclosures | None = None,
    ) -> None:
        self.begin, self.clock, self.tokens, self.verify_webhook = begin, clock, tokens, verify_webhook
        self.rooms = rooms
        self.closing = False
        self.feed = Feed()
        self.runner = CallRunner(begin, rooms, clock, self.feed, complete)
        self.runner.on_append(note_refusal)
        self.runner.on_append(EvidenceWriter(clock).write)
        self.runner.on_append(learn_trunk_health)
        self.admissions = Admissions(
            self.runner,
            find_route,
            find_way_out,
            clock,
            trust or CallerTrust(),
            signer or CallSigner(),
            disclosures or Disclosures(),
        )
        self.loops = CallLoops(self.runner, begin, rooms, clock)
        self._watchers: list[RoomWatcher] = []

    def watch_rooms(self, watcher: RoomWatcher) -> None:
        """Before `start`."""
        self._watchers.append(watcher)
        self.loops.look(watcher.look)

    async def start(self) -> None:
        self.loops.start()

    def end_streams(self) -> None:
        """Ends the live streams, which would otherwise keep the server from stopping."""
        self.closing = True
        self.feed.publish()

    async def close(self) -> None:
        self.end_streams()
        await self.loops.close()
        await self.runner.close()

    async def node_is_alive(
        self, node_id: str, call_ids: list[str], dropped: Mapping[str, int] = MappingProxyType({})
    ) -> list[str]:
        """Keeps which calls the node has; returns those of them whose record is closed, for the node to end.

        `dropped` is how many requests of which sources were not answered.
        """
        async with self.begin() as session:
            for source, count in dropped.items():
                await RefusedSources(session).count(source, self.clock.now(), count)
            return await CallRepository(session).listed(node_id, call_ids, self.clock.now())

    async def heed_room(self, event: RoomEvent) -> None:
        """A webhook: a fact for the calls in that room, or a reason to look at rooms at once."""
        if event.name in ROOM_CHANGED:
            self.loops.sweeper.room_changed()
        calls = self.loops.open.in_room(event.room)
        if not calls:
            return
        now = self.clock.now()
        if now - event.at < FRESH:
            event = replace(event, at=now)
        async with self.begin() as session:
            reporting = await CallRepository(session).reporting_nodes()
        facts: list[RecordedFact | None] = [fact_of(event, call, node_reports=call.node in reporting) for call in calls]
        if known := [fact for fact in (*facts, supervisor_fact_of(event, calls)) if fact is not None]:
            await self.runner.take(known)
        for watcher in self._watchers:
            await watcher.heed(event, calls)
