"""Screening on a real database, alone and in a control plane that knows a trunk, a number, a rule and an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from gateway.calls.admission import AdmissionVerdict
from gateway.calls.facts import NumbersPii
from gateway.db.session import Database
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import asked
from tests.integration.control_plane.conftest import plane  # noqa: F401 - a fixture
from tests.integration.control_plane.plane import Json, Plane
from tests.integration.databases import empty_database
from trunks.models import TrunkRow

CALLED, SOURCE = "+15105550100", "192.0.2.7"


@dataclass
class Desk:
    """A control plane that lets calls in; `last` is the id of the last one."""

    plane: Plane
    trunk: Json
    rule: Json
    last: str = ""

    async def call(self, ani: str, *, call_id: str = "", source: str = SOURCE, dnis: str = CALLED) -> AdmissionVerdict:
        self.last = call_id or new_id("call")
        pii = NumbersPii(ani=ani, dnis=dnis, source_address=source)
        question = asked(self.last, livekit_trunk_id="ST_1", pii=pii, sip_call_id=f"{self.last}@phone")
        return await self.plane.container.calls.admissions.verdict_on(question)

    async def heard(self, ani: str, **where: Any) -> str:
        """What the caller hears: `on`, `press_key`, or code and slug of the refusal."""
        verdict = await self.call(ani, **where)
        if verdict.verdict == "accept":
            return verdict.challenge or "on"
        return f"{verdict.sip_code} {verdict.slug}"

    async def terms(self, what: Json, **screening: object) -> None:
        path = "/v1/inbound-trunks" if what is self.trunk else "/v1/dispatch-rules"
        answer = await self.plane.admin.patch(f"{path}/{what['id']}", json={"screening": screening})
        assert answer.status_code == 200, answer.text

    async def entry(self, which: str, kind: str, value: str, **fields: object) -> Json:
        return await self.plane.made("/v1/screening/entries", list=which, kind=kind, value=value, **fields)

    async def refusals(self, **query: object) -> list[Json]:
        answer = await self.plane.admin.get("/v1/refusals", params=query)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture
async def desk(plane: Plane) -> Desk:  # noqa: F811
    trunk = await plane.trunk()
    await plane.number(CALLED, trunk)
    rule = await plane.rule(trunk, await plane.agent())
    async with plane.container.database.begin() as session:
        await session.execute(update(TrunkRow).values(livekit_id="ST_1"))  # as provisioning would
    return Desk(plane, trunk, rule)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with empty_database(tmp_path) as database:
        yield database
