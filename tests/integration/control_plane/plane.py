"""One control plane and its clients: the composition of `gateway.bootstrap` with a switchboard of the test's choice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from starlette.routing import BaseRoute

from compliance.ledger.opening import open_ledger
from compliance.stir_shaken.service import StirShaken
from gateway.app import build_internal, build_public
from gateway.apply.opening import open_plans
from gateway.auth.repository import KeyRepository
from gateway.auth.scopes import Role
from gateway.bootstrap import Container, resources
from gateway.calls.caller_trust import CallerTrust
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomEvent
from gateway.calls.service import Calls
from gateway.campaigns.admitting import way_of_campaign
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.kernel.secrets import open_box
from gateway.net.outside import Outside
from gateway.recording.service import Recordings
from gateway.settings import CarrierSettings, Settings, StirSettings
from gateway.transfers.service import Transfers
from gateway.webhooks.service import Webhooks
from tests.integration.calls.conftest import ManualClock
from trunks.accounts.accounts import Accounts
from trunks.ports import Switchboard
from trunks.provisioning import Provisioning

Json = dict[str, Any]


@dataclass
class Plane:
    """One control plane, seen from outside; `clock` stands still until it is moved. `carried`: transfers that were
    given to be carried out, with their calls."""

    container: Container
    app: FastAPI
    internal: FastAPI
    switchboard: Switchboard
    clock: ManualClock
    carried: list[tuple[str, str]]
    keys: dict[Role, str] = field(default_factory=dict)
    clients: dict[Role, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def admin(self) -> httpx.AsyncClient:
        return self.clients[Role.ADMIN]

    @property
    def provisioning(self) -> Provisioning:
        return self.container.provisioning

    async def new_key(self, role: Role) -> str:
        async with self.container.database.begin() as session:
            _, key = await KeyRepository(session).create(role, role, self.clock.now())
        return key.text

    async def made(self, path: str, **body: object) -> Json:
        """The created resource; fails when it is refused."""
        answer = await self.admin.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def trunk(self, name: str = "carrier", **fields: object) -> Json:
        return await self.made("/v1/inbound-trunks", **{"name": name, "allowed_addresses": ["192.0.2.0/24"], **fields})

    async def agent(self, name: str = "receptionist") -> Json:
        return await self.made("/v1/agents", name=name, greeting="Hello")

    async def rule(self, trunk: Json, agent: Json, name: str = "main", **fields: object) -> Json:
        body = {"name": name, "trunk_ids": [trunk["id"]], "agent_id": agent["id"], **fields}
        return await self.made("/v1/dispatch-rules", **body)

    async def number(self, number: str = "+15105550100", trunk: Json | None = None) -> Json:
        return await self.made("/v1/numbers", number=number, inbound_trunk_id=trunk["id"] if trunk else None)

    async def rows(self, query: str, **values: object) -> list[Json]:
        """Rows as the database has them, past our own types."""
        async with self.container.database.engine.connect() as connection:
            found = await connection.execute(text(query), values)
            return [dict(row) for row in found.mappings()]


def client_of(app: FastAPI, key: str = "") -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api", headers=headers)


async def one_and_the_same() -> str:
    return "the only switchboard"


def make_plane(
    database: Database,
    switchboard: Switchboard,
    folder: Path,
    identity: Callable[[], Awaitable[str]] = one_and_the_same,
    stir: StirSettings | None = None,
    carriers: CarrierSettings | None = None,
) -> Plane:
    """Not started: nothing is provisioned until a test says so."""
    settings = Settings(state_dir=folder, database_url=database.url, stir=stir or StirSettings())
    settings.carriers = carriers or settings.carriers
    ensure_role_keys(settings.keys_dir)
    clock, tokens, box = ManualClock(), RoleTokens(settings.keys_dir), open_box(folder / "secrets.key")

    def no_webhooks(_: bytes, __: str) -> RoomEvent | None:
        raise NotAuthenticated("the webhook is not signed by LiveKit")

    provisioning = Provisioning(database, switchboard, resources(box, settings.livekit.agent_name), identity)
    checks = StirShaken(settings.stir, folder, Outside(settings.stir.networks, settings.stir.ca_file), clock)
    checks.load()
    calls = Calls(
        begin=database.begin, rooms=MemoryRooms(), clock=clock, tokens=tokens, verify_webhook=no_webhooks,
        trust=CallerTrust(checks), find_way_out=way_of_campaign,
    )  # fmt: skip
    recording = Recordings(settings, calls)
    recording.keys.ensure()
    durable = Durable(settings.workflows, settings.executor_id, clock)
    carried: list[tuple[str, str]] = []

    async def carry(transfer_id: str, call_id: str) -> None:
        carried.append((transfer_id, call_id))

    transfers = Transfers(calls.runner, database.begin, clock, carry)
    webhooks = Webhooks(calls, durable, box, Outside(settings.outside.networks, settings.outside.ca_file))
    accounts = Accounts(box, settings.carriers.elsewhere)
    container = Container(
        settings, database, clock, box, tokens, provisioning, calls, durable, transfers, webhooks, checks,
        open_ledger(database, clock, settings.keys_dir, settings.ledger_dir), recording,
        accounts, open_plans(settings, database, accounts, box, clock, provisioning, durable),
    )  # fmt: skip
    public, internal = _routed(build_public(container)), _routed(build_internal(container))
    return Plane(container, public, internal, switchboard, clock, carried)


_ROUTES: dict[str, list[BaseRoute]] = {}


def _routed(app: FastAPI) -> FastAPI:
    """Routes are shared: FastAPI works out the models of each when it is first asked for, which takes most of a test's
    time. What they reach hangs on the app that a request came to.
    """
    app.router.routes = _ROUTES.setdefault(app.title, app.router.routes)
    return app


def problem(answer: httpx.Response) -> Json:
    """The body of an error answer, which has to be a problem document with a code and words."""
    assert answer.status_code >= 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["code"] and body["title"] and body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body
