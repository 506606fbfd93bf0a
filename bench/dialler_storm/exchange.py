"""What lies behind the processes that dial, and is not killed: admission and record of calls by the product's own code,
and people who do by the last digit of their number what people do."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

from gateway.calls import facts as f
from gateway.calls.admission import AdmissionAsked
from gateway.calls.facts import NumbersPii
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomEvent
from gateway.calls.service import Calls
from gateway.campaigns.admitting import way_of_campaign
from gateway.campaigns.settling import settle_by_call
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.kernel.tasks import TaskSet

BUSY, ABSENT, UNWILLING = "5", "6", "7"
SAY = {BUSY: ("busy", 486, "callee"), ABSENT: ("no_answer", 480, "callee"), UNWILLING: ("declined", 603, "callee")}
LONGEST_S = 0.6  # of ringing, and of a talk


class Exchange:
    """`dialled`: how often an INVITE left for a number; `twice`: requests that were delivered again, for `chance` of
    all."""

    def __init__(self, database: Database, folder: Path, dice: random.Random, chance: float = 0.05) -> None:
        ensure_role_keys(folder / "keys")
        self.calls = Calls(
            begin=database.begin, rooms=MemoryRooms(), clock=SystemClock(), tokens=RoleTokens(folder / "keys"),
            verify_webhook=_no_webhooks, find_way_out=way_of_campaign,
        )  # fmt: skip
        self.calls.runner.on_append(settle_by_call)
        self.dialled: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.twice = 0
        self._dice, self._chance, self._tasks = dice, chance, TaskSet()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """The port that is listened on."""
        self._server = await asyncio.start_server(self._heed, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._tasks.join()
        await self.calls.close()

    async def _heed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        try:
            asked = json.loads(line)
        except ValueError:
            return  # whoever wrote it died in the middle
        deliveries = 1
        if self._dice.random() < self._chance:
            deliveries, self.twice = 2, self.twice + 1
        for _ in range(deliveries):
            self._tasks.start(self._call(asked), name="exchange-call")
        writer.write(b"ok\n")
        writer.close()

    async def _call(self, asked: dict[str, str]) -> None:
        call_id, number = new_id("call"), asked["number"]
        verdict = await self.calls.admissions.verdict_on(
            AdmissionAsked(
                call_id=call_id, direction="outbound", sip_call_id=f"{call_id}@storm", node="node:storm",
                livekit_trunk_id=asked["trunk"], pii=NumbersPii(ani=asked["shows"], dnis=number), asked_by=asked["by"],
            )
        )  # fmt: skip
        if verdict.verdict != "accept":
            self.refused[verdict.slug] += 1
            return
        self.dialled[number] += 1  # the INVITE leaves
        await self._tell(call_id, f.DialSent, sip_call_id=f"{call_id}@storm")
        await asyncio.sleep(self._dice.uniform(0, LONGEST_S))
        if number[-1] in SAY:
            slug, code, by = SAY[number[-1]]
            await self._tell(call_id, f.DialFailed, ended_by=by, slug=slug, sip_code=code)
            return
        await self._tell(call_id, f.LegAnswered, codec="PCMU")
        await asyncio.sleep(self._dice.uniform(0, LONGEST_S))
        await self._tell(call_id, f.LegLeft, ended_by="callee", slug="completed")

    async def _tell(self, call_id: str, kind: type[f.Fact], **fields: Any) -> None:
        at = self.calls.clock.now()
        fact: Any = kind(id=new_id("evt"), call_id=call_id, source="node:storm", seq=0, at=at, **fields)
        await self.calls.runner.take([fact])


def _no_webhooks(_: bytes, __: str) -> RoomEvent | None:
    raise NotAuthenticated("there is no LiveKit here")
