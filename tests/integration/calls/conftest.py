"""The call core on a real database (SQLite, or PostgreSQL by GATEWAY_TEST_DATABASE_URL) with rooms in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import KeyRepository
from gateway.auth.scopes import Role
from gateway.calls import endpoints, lookup, scanner_endpoints
from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import KnownRule, KnownTrunk, Route
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.models import CallEventRow
from gateway.calls.own_facts import RecordedFact
from gateway.calls.ports import RoomEvent, RoomParticipant
from gateway.calls.repository import CallRepository
from gateway.calls.service import Calls
from gateway.db.session import Database
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.rest import problems
from tests.integration.databases import empty_database
from tests.unit.calls.story import CALLER, NUMBERS, ROOM, T0

TRUNK = KnownTrunk(id="trk_1", allowed_addresses=("192.0.2.0/24",))
ROUTE = Route(trunk=TRUNK, number_id="num_1", owner=TRUNK, rule=KnownRule(id="rule_1", agent_id="agt_1"))


@dataclass
class ManualClock:
    """Stands still until it is moved."""

    at: datetime = T0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - T0).total_seconds()

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class World:
    """One control plane, seen from outside."""

    calls: Calls
    clock: ManualClock
    rooms: MemoryRooms
    database: Database
    routes: dict[str, Route] = field(default_factory=dict)
    webhooks: dict[bytes, RoomEvent] = field(default_factory=dict)

    async def log(self, call_id: str) -> list[CallEventRow]:
        async with self.database.begin() as session:
            return await CallRepository(session).log(call_id)

    async def kinds(self, call_id: str) -> list[str]:
        return [row.kind for row in await self.log(call_id)]

    async def termination(self, call_id: str) -> str | None:
        async with self.database.begin() as session:
            row = await CallRepository(session).get(call_id)
        assert row is not None
        return (row.state["termination"] or {}).get("slug")

    def caller_joins(self, room: str = ROOM) -> None:
        self.rooms.join(room, RoomParticipant(CALLER, "sip"))

    def agent_joins(self, identity: str, room: str = ROOM) -> None:
        self.rooms.join(room, RoomParticipant(identity, "agent"))

    async def tick(self, seconds: float) -> None:
        """Lets `seconds` pass as the loops would see it, a second at a time."""
        while seconds > 0:
            step = min(seconds, 0.5)
            self.clock.go(step)
            seconds -= step
            await self.calls.loops.watch()
            await self.calls.runner.settled()
            await self.calls.loops.scan()
            await self.calls.loops.ask_livekit()
            await self.calls.runner.settled()


def asked(call_id: str, **fields: object) -> AdmissionAsked:
    given: dict[str, object] = {
        "call_id": call_id,
        "direction": "inbound",
        "sip_call_id": "abc@phone",
        "node": "node-1",
        "livekit_trunk_id": "ST_1",
        "pii": NUMBERS,
    }
    return AdmissionAsked.model_validate(given | fields)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with empty_database(tmp_path) as database:
        yield database


@pytest.fixture
def key_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    ensure_role_keys(folder)
    return folder


def make_world(
    database: Database, keys: Path, clock: ManualClock, rooms: MemoryRooms, *, own_lookup: bool = False
) -> World:
    """With routes from a dictionary, or by the product's own look-up in the database."""

    async def find_route(_: AsyncSession, asked: AdmissionAsked) -> Route:
        return world.routes.get(asked.pii.dnis, ROUTE)

    async def nothing_to_add(_: AsyncSession, fact: RecordedFact) -> RecordedFact | None:
        return None

    def verify(body: bytes, authorization: str) -> RoomEvent | None:
        if authorization != "signed":
            raise NotAuthenticated("the webhook is not signed by LiveKit")
        return world.webhooks.get(body)

    calls = Calls(
        begin=database.begin,
        rooms=rooms,
        clock=clock,
        find_route=lookup.find_route if own_lookup else find_route,
        complete=lookup.route_of_admitted if own_lookup else nothing_to_add,
        tokens=RoleTokens(keys),
        verify_webhook=verify,
    )
    world = World(calls, clock, rooms, database)
    return world


@pytest.fixture
async def world(database: Database, key_folder: Path) -> AsyncIterator[World]:
    world = make_world(database, key_folder, ManualClock(), MemoryRooms())
    yield world
    await world.calls.close()


@pytest.fixture
async def world_with_lookup(database: Database, key_folder: Path) -> AsyncIterator[World]:
    world = make_world(database, key_folder, ManualClock(), MemoryRooms(), own_lookup=True)
    yield world
    await world.calls.close()


Clients = dict[Role, httpx.AsyncClient]


@pytest.fixture
async def clients(world: World) -> AsyncIterator[Clients]:
    """A client per role."""
    app = FastAPI()
    app.state.calls = world.calls
    for router in (endpoints.router, scanner_endpoints.router):
        app.include_router(router)
    problems.install(app)
    found: Clients = {}
    for role in Role:
        async with world.database.begin() as session:
            _, key = await KeyRepository(session).create(role, role, T0)
        found[role] = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://api",
            headers={"Authorization": f"Bearer {key.text}"},
        )
    yield found
    for client in found.values():
        await client.aclose()
