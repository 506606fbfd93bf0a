"""A control plane with a call that may be recorded, and a recorder that writes real files but has no room."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from agents.recorder.opus import FRAME
from agents.recorder.settling import settle
from agents.recorder.tape import Tape
from agents.recorder.timeline import RATE
from compliance.consent.plan import DisclosurePlan
from compliance.recordings.header import Header, key_id
from compliance.recordings.orders import Orders, PassDone, RecorderReport, RecordOrder, SettleOrder
from gateway.auth.scopes import Role
from gateway.calls import recording_facts as r
from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.calls.consent_facts import ConsentGiven
from gateway.kernel.ids import new_id
from tests.integration.control_plane.live_calls import LiveCall, live_call
from tests.integration.control_plane.plane import Json, Plane, client_of, make_plane
from tests.integration.databases import empty_database
from trunks.memory_switchboard import MemorySwitchboard

ALLOWED = AdmissionVerdict(
    verdict="accept", policy=LegPolicy(), disclosure=DisclosurePlan(tell_ai=False, record="none")
)


@dataclass
class HandRecorder:
    """Speaks to the control plane as a recorder does, one step at a time; `crashes` and `restarts` are a test's."""

    plane: Plane
    name: str = "recorder-1"
    instance: str = field(default_factory=lambda: new_id("ins"))
    held: list[str] = field(default_factory=list)
    tapes: dict[str, tuple[Tape, Any]] = field(default_factory=dict)

    @property
    def storage(self) -> Any:
        return self.plane.container.recording.storage

    async def ask(self, path: str, body: str, *, name: str = "", process: str = "") -> httpx.Response:
        token = self.plane.container.tokens.sign("recorder", "recordings", process or self.name)
        async with client_of(self.plane.internal) as client:
            return await client.post(
                f"/internal/v1/recorders/{name or self.name}{path}", content=body,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )  # fmt: skip

    async def orders(self, room_for: int = 5) -> Orders:
        report = RecorderReport(
            instance=self.instance, held=self.held, room_for=room_for, files=self.storage.local.names()
        )
        answer = await self.ask("/work", report.model_dump_json())
        assert answer.status_code == 200, answer.text
        return Orders.model_validate_json(answer.content)

    async def tell(self, kind: type[r.OfRecording], call_id: str, recording_id: str, **fields: Any) -> None:
        runner = self.plane.container.calls.runner
        envelope = {"id": new_id("evt"), "call_id": call_id, "source": "recorder:1", "seq": 0}
        await runner.take(
            [kind.model_validate({**envelope, "at": self.plane.clock.now(), "recording_id": recording_id, **fields})]  # type: ignore[list-item]
        )
        await runner.settled()

    async def begin(self, order: RecordOrder) -> None:
        header = Header(order.call_id, order.recording_id, key_id(order.key), "01" * 32, "02" * 7)
        tape, sink = Tape(header, order.key), self.storage.local.create_live(f"{order.recording_id}.live.rec")
        sink.append(tape.head)
        self.tapes[order.recording_id] = (tape, sink)
        self.held.append(order.recording_id)
        await self.tell(r.RecordingStarted, order.call_id, order.recording_id, paused=order.paused)

    def hear(self, recording_id: str, seconds: float, hertz: float = 440) -> None:
        """A tone on the left for so long, in the file and on the clock."""
        tape, sink = self.tapes[recording_id]
        count = int(seconds * RATE) // FRAME * FRAME
        left = (np.sin(2 * np.pi * hertz * np.arange(count) / RATE) * 8000).astype(np.int16)
        sink.append(tape.write(np.stack((left, np.zeros_like(left)), axis=1)))
        self.plane.clock.go(seconds)

    async def end(self, order: RecordOrder, reason: str = "asked") -> None:
        tape, sink = self.tapes.pop(order.recording_id)
        last = tape.finish()
        sink.append(last)
        sink.close()
        self.held.remove(order.recording_id)
        await self.tell(
            r.RecordingStopped, order.call_id, order.recording_id, reason=reason, chunks=tape.chunks,
            size=len(tape.head) + len(last), duration_ms=tape.duration_ms,
        )  # fmt: skip

    def crash(self) -> None:
        """A new process of the same name comes: it holds nothing, and knows nothing."""
        for _, sink in self.tapes.values():
            sink.close()
        self.tapes.clear()
        self.held.clear()
        self.instance = new_id("ins")

    async def settle(self, order: SettleOrder) -> PassDone:
        done = settle(order, self.storage.local, self.storage.kept)
        await self.journal(order, done)
        return done

    async def journal(self, order: SettleOrder, done: PassDone) -> httpx.Response:
        return await self.ask(f"/passes/{order.recording_id}", done.model_dump_json())

    async def settle_all(self) -> list[SettleOrder]:
        """All that is to be settled now, and the files that nobody needs any more."""
        orders = await self.orders()
        for order in orders.settle:
            await self.settle(order)
        for name in (await self.orders()).gone:
            self.storage.local.remove(name)
        return orders.settle


@dataclass
class Office:
    """Everything a test of recordings needs."""

    plane: Plane
    call: LiveCall
    recorder: HandRecorder

    async def allow(self) -> None:
        """The caller agrees: the recording is ordered."""
        f = self.call.facts
        await self.call.tell(ConsentGiven(**f._env(self.call.t, "worker:1"), method="not_needed"))

    async def started(self) -> RecordOrder:
        await self.allow()
        (order,) = (await self.recorder.orders()).record
        await self.recorder.begin(order)
        return order

    async def ready(self, seconds: float = 3, hertz: float = 440) -> RecordOrder:
        """A recording that can be played."""
        order = await self.started()
        self.recorder.hear(order.recording_id, seconds, hertz)
        await self.recorder.end(order)
        await self.recorder.settle_all()
        return order

    async def shown(self, recording_id: str) -> Json:
        answer = await self.plane.admin.get(f"/v1/recordings/{recording_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def all(self) -> list[Json]:
        """Of the call, the oldest first."""
        answer = await self.plane.admin.get("/v1/recordings", params={"call_id": self.call.id})
        return sorted(answer.json()["data"], key=lambda one: one["ordered_at"])

    async def played(self, recording_id: str, **asked: Any) -> httpx.Response:
        client = asked.pop("client", self.plane.admin)
        return await client.get(f"/v1/recordings/{recording_id}/audio", **asked)

    async def ledger(self) -> list[dict[str, Any]]:
        rows = await self.plane.rows("SELECT leaf FROM ledger_entries ORDER BY seq")
        return [json.loads(row["leaf"]) for row in rows]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database(tmp_path))
        plane = make_plane(database, MemorySwitchboard(), tmp_path)
        for role in Role:
            plane.keys[role] = await plane.new_key(role)
            plane.clients[role] = await stack.enter_async_context(client_of(plane.app, plane.keys[role]))
        call = await live_call(plane, verdict=ALLOWED)
        yield Office(plane, call, HandRecorder(plane))
        await plane.container.calls.close()
        plane.container.recording.close()
