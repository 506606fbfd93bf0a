"""Calls that are on, put into a plane's record by facts, and what a transfer makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.auth.scopes import Role
from gateway.calls import transfer_facts as x
from gateway.calls.own_facts import RecordedFact
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_event
from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.unit.calls.story import Facts


@dataclass
class LiveCall:
    """A caller who talks with an agent; `facts` makes what is recorded next."""

    plane: Plane
    facts: Facts
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.facts.call_id

    @property
    def path(self) -> str:
        return f"/v1/calls/{self.id}"

    @property
    def t(self) -> float:
        """Now, as the facts count: seconds after the INVITE of the first call."""
        return self.plane.clock.monotonic()

    async def tell(self, *facts: RecordedFact) -> None:
        """A second later."""
        self.plane.clock.go(1)
        await self.plane.container.calls.runner.take(list(facts))
        await self.plane.container.calls.runner.settled()

    async def asked(self, to: str, *, role: Role = Role.ADMIN, key: str = "", **body: object) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.plane.clients[role].post(f"{self.path}/transfers", json={"to": to, **body}, headers=headers)

    async def began(self, to: str, **body: Any) -> Json:
        answer = await self.asked(to, **body)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def refused(self, to: str, **body: Any) -> tuple[int, str]:
        """Status and code; a refusal always says what to do next, and leaves no transfer behind."""
        before = await self.transfers()
        answer = await self.asked(to, **body)
        told = problem(answer)
        assert told["todo"], told
        assert await self.transfers() == before
        return told["status"], told["code"]

    async def transfers(self) -> list[Json]:
        return (await self.plane.admin.get(f"{self.path}/transfers")).json()["data"]

    async def log(self) -> list[Any]:
        async with self.plane.container.database.begin() as session:
            return [read_event(row).what for row in await CallRepository(session).log(self.id)]

    async def waves(self) -> list[list[str]]:
        """Whom the transfer that began last rings: targets, wave by wave."""
        began = [one for one in await self.log() if isinstance(one, x.TransferBegan)][-1]
        return [[ring.target_id for ring in wave] for wave in began.waves]

    async def acts(self, transfer_id: str) -> list[tuple[str, str]]:
        """Who did what with it."""
        rows = await self.plane.rows("SELECT subject, verb FROM audit WHERE object = :it ORDER BY id", it=transfer_id)
        return [(row["subject"], row["verb"]) for row in rows]

    async def rings(self, transfer: Json, target_id: str, place: int = 0) -> str:
        """The attempt, placed and ringing."""
        f, name, at, attempt = self.facts, transfer["id"], self.t, f"{transfer['id']}-{place}-0"
        await self.tell(
            f.transfer(x.CallerParked, at, name),
            f.transfer(x.AttemptPlaced, at, name, attempt_id=attempt, target_id=target_id, wave=place, ring_s=20),
            f.transfer(x.AttemptMoved, at, name, attempt_id=attempt, stage="ringing"),
        )
        return attempt

    async def joins(self, transfer: Json, target_id: str) -> None:
        """The caller is with the human, and the agent has gone."""
        f, name, attempt = self.facts, transfer["id"], await self.rings(transfer, target_id)
        at = self.t
        await self.tell(
            f.transfer(x.AttemptMoved, at, name, attempt_id=attempt, stage="answered"),
            f.with_human(at, name),
            f.transfer(x.TransferSettled, at, name, outcome="connected"),
            f.lost(at, reason="left"),
        )


async def live_call(plane: Plane, *, call_id: str = "", **admitted: Any) -> LiveCall:
    """`admitted`: fields of the admission, such as `rule_id`."""
    call = LiveCall(plane, Facts(call_id or new_id("call")))
    f = call.facts
    await call.tell(f.invite(), f.admitted(**admitted), f.joined(), f.answered(), f.agent())
    return call


async def person(plane: Plane, name: str = "ana", **fields: object) -> str:
    body = {"name": name, "kind": "operator", "identity": name, **fields}
    return (await plane.made("/v1/transfer-targets", **body))["id"]


async def phone(plane: Plane, number: str, name: str = "phone") -> str:
    way_out = {"name": "way out", "address": "sip.carrier.example", "numbers": ["+15105550199"]}
    trunk = await plane.made("/v1/outbound-trunks", **way_out)
    body = {"name": name, "kind": "phone", "number": number, "trunk_id": trunk["id"]}
    return (await plane.made("/v1/transfer-targets", **body))["id"]


async def team(plane: Plane, *members: str, **fields: object) -> str:
    body = {"name": "desk", "kind": "team", "members": list(members), **fields}
    return (await plane.made("/v1/transfer-targets", **body))["id"]
