"""A control plane with one way out, somebody who has consented in writing, and a fresh copy of the national list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.conftest import plane  # noqa: F401 - a fixture
from tests.integration.control_plane.plane import Json, Plane

ENTRIES, LISTS = "/v1/do-not-call/entries", "/v1/do-not-call/lists"
REVOCATIONS, CONSENTS, EXPLAIN = "/v1/do-not-call/revocations", "/v1/dial-consents", "/v1/gate/explain"
OHIO, OTHER, SELLER = "+16145550100", "+16145550122", "Acme"
NOON = "2026-11-18T17:00:00Z"  # a Wednesday, 12:00 in Ohio
WRITTEN: Json = {
    "number": OHIO, "kind": "written", "purposes": ["marketing", "informational"], "seller": SELLER,
    "how": "web_form", "evidence": "forms/17.pdf", "evidence_sha256": "AB" * 32, "signer": "Ana Example",
    "text_shown": "I agree to be called by Acme with an artificial voice. It is no condition of a purchase.",
    "says_automated": True, "no_condition": True,
}  # fmt: skip


@dataclass
class Desk:
    plane: Plane

    async def asks(self, path: str, role: Role = Role.ADMIN, **body: object) -> Any:
        return await self.plane.clients[role].post(path, json=body)

    async def list_of(self, *lines: str, name: str = "us-national", **query: str) -> Any:
        given = {"place": "US", "dated": self.today, "calling_code": "1"} | query
        return await self.plane.admin.put(f"{LISTS}/{name}", params=given, content="\n".join(lines))

    @property
    def today(self) -> str:
        return self.plane.clock.now().date().isoformat()

    @property
    def noon(self) -> datetime:
        """The next noon in Ohio of a working day."""
        day = self.plane.clock.now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return day

    async def says(self, number: str = OHIO, **fields: object) -> Json:
        """The decision for an instant at which nothing but what is on file can stand against the call."""
        question = {"number": number, "seller": SELLER, "line": "fixed", "at": self.noon.isoformat(), **fields}
        answer = await self.asks(EXPLAIN, **question)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def verdict(self, number: str = OHIO, **fields: object) -> tuple[str, list[str]]:
        found = await self.says(number, **fields)
        return found["verdict"], [one["rule"] for one in found["reasons"]]


@pytest.fixture
async def desk(plane: Plane) -> Desk:  # noqa: F811
    desk = Desk(plane)
    await plane.made(
        "/v1/outbound-trunks", name="out", address="sip.carrier.example", numbers=["+16145550199"], max_calls=2
    )
    given_at = (plane.clock.now() - timedelta(days=30)).isoformat()
    await plane.made(CONSENTS, **WRITTEN, given_at=given_at)
    assert (await desk.list_of("212,5550100")).status_code == 200
    return desk
