"""A control plane with two callers of the past, one of them recorded, and whatever else is kept of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, String, cast, select

from compliance.ledger.acts import record_acts
from gateway.auth.scopes import Role
from gateway.calls import facts as f
from gateway.calls.facts import NumbersPii
from gateway.kernel.ids import new_id
from tests.integration.control_plane.live_calls import LiveCall
from tests.integration.control_plane.plane import Json, Plane, client_of, make_plane
from tests.integration.databases import empty_database
from tests.integration.recordings.conftest import ALLOWED, HandRecorder, Office
from tests.unit.calls.story import Facts
from trunks.memory_switchboard import MemorySwitchboard

ANA, BEN, OURS = "+15105550111", "+442071838750", "+15105550100"


class FactsOf(Facts):
    """Of a caller; the room and the participant are named after the number, as LiveKit does."""

    def __init__(self, number: str) -> None:
        super().__init__(new_id("call"))
        self.number = number

    @property
    def numbers(self) -> NumbersPii:
        return NumbersPii(ani=self.number, dnis=OURS, source_address="192.0.2.7")

    def joined(self, t: float = 0.1, source: str = "node:1") -> f.LegJoined:
        room, identity = f"call-_{self.number}_x", f"sip_{self.number}"
        return f.LegJoined(**self._env(t, source), leg_id="SCL_1", room=room, pii={"identity": identity})

    def says(self, text: str, t: float = 3.0) -> f.Utterance:
        env = self._env(t, "worker:1")
        return f.Utterance(
            **env, speaker="caller", started_at=env["at"], ended_at=env["at"], pii=f.WordsPii(text=text)
        )  # fmt: skip


@dataclass
class Past:
    """`ana` and `ben`: their calls, open as long as `ends` was not asked for."""

    plane: Plane
    folder: Path
    ana: LiveCall
    ben: LiveCall

    async def ask(self, path: str, role: Role = Role.ADMIN, **body: Any) -> Any:
        return await self.plane.clients[role].post(f"/v1/privacy{path}", json=body)

    async def erase(self, **body: Any) -> Json:
        answer = await self.ask("/erasures", **body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def place(self, name: str, **body: Any) -> int:
        """How much is found there."""
        found = (await self.ask("/find", **body)).json()
        return next(one["found"] for one in found["places"] if one["place"] == name)

    def says(self, call: LiveCall, text: str) -> f.Utterance:
        assert isinstance(call.facts, FactsOf)
        return call.facts.says(text)

    async def uses(self, call: LiveCall, **providers: str) -> None:
        """The agent tells which speech providers it has."""
        envelope = call.facts._env(call.t, "worker:1")
        await call.tell(f.ProvidersUsed.model_validate(envelope | providers))

    async def ends(self, *calls: LiveCall) -> None:
        for call in calls:
            await call.tell(call.facts.left(call.t))

    async def recorded(self, call: LiveCall) -> str:
        """A recording of the call that can be played; its id."""
        office = Office(self.plane, call, HandRecorder(self.plane))
        return (await office.ready()).recording_id


async def call_of(plane: Plane, number: str) -> LiveCall:
    facts = FactsOf(number)
    call = LiveCall(plane, facts)
    await call.tell(
        facts.invite(pii=facts.numbers, sip_call_id=f"{number[1:]}@phone"),
        facts.admitted(verdict=ALLOWED, pii=facts.numbers, sip_call_id=f"{number[1:]}@phone"),
        facts.joined(),
        facts.answered(),
        facts.agent(),
        facts.says(f"my number is {number}"),
        facts.digit("7"),
    )
    return call


async def columns_with(plane: Plane, number: str) -> set[str]:
    """Every column of every table with the digits in it: as the database answers, whichever it is."""
    tables, found = MetaData(), set[str]()
    async with plane.container.database.engine.connect() as connection:
        await connection.run_sync(tables.reflect)
        for table in tables.tables.values():
            for column in table.columns:
                text = cast(column, String).contains(number.removeprefix("+"))
                if (await connection.execute(select(column).where(text).limit(1))).first() is not None:
                    found.add(f"{table.name}.{column.name}")
    return found


@pytest.fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database(tmp_path))
        plane = make_plane(database, MemorySwitchboard(), tmp_path)
        record_acts(database)
        for role in Role:
            plane.keys[role] = await plane.new_key(role)
            plane.clients[role] = await stack.enter_async_context(client_of(plane.app, plane.keys[role]))
        yield Past(plane, tmp_path, await call_of(plane, ANA), await call_of(plane, BEN))
        await plane.container.calls.close()
        plane.container.recording.close()
