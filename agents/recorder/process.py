"""`gateway recorder`: takes orders, records, settles what has ended; one process for many calls.

It is no livekit-agents worker: a job there is a process of 100 MB and more per call, LiveKit dispatches it once and
never again, and nobody would be told what was lost. Here the order stays in our database until it is carried out.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Literal

from livekit.rtc._ffi_client import FfiClient

from agents.recorder.orders import OrderDesk
from agents.recorder.recording import CallRecording
from agents.recorder.settling import settle
from compliance.recordings.orders import MOST_HELD, Orders, RecorderReport, RecordOrder, SettleOrder
from compliance.recordings.storage import Storage
from gateway.calls.fact_sender import FactSender
from gateway.calls.recorder_commands import RecorderDoor
from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import GatewayError, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens
from gateway.kernel.tasks import TaskSet
from gateway.settings import Settings

AGAIN_S = 1.0  # after the control plane was away
NOT_SOONER_S = 0.2  # between two questions
SETTLE_AGAIN_S = 60.0  # after a pass that failed
PASSES_AT_A_TIME = 1  # calls that are on come first

_log = get_logger(__name__)


class Recorder:
    def __init__(self, settings: Settings, desk: OrderDesk, facts: FactSender, storage: Storage, clock: Clock) -> None:
        self._settings, self._desk, self._facts, self._storage, self._clock = settings, desk, facts, storage, clock
        self._tokens = RoleTokens(settings.keys_dir)
        self._instance = new_id("ins")
        self._recordings: dict[str, CallRecording] = {}
        self._settling: set[str] = set()
        self._passes = asyncio.Semaphore(PASSES_AT_A_TIME)
        self._tasks, self._background = TaskSet(), TaskSet()
        self._files: list[str] = []

    async def run(self, ready: Path) -> None:
        """Until it is cancelled."""
        while True:
            try:
                orders = await self._desk.work(self._report())
            except Unavailable:
                await asyncio.sleep(AGAIN_S)
                continue
            if not ready.exists():
                ready.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                ready.write_text(f"{os.getpid()}\n")
            await self.carry_out(orders)
            await asyncio.sleep(NOT_SOONER_S)

    async def carry_out(self, orders: Orders) -> None:
        for order in orders.record:
            if order.recording_id not in self._recordings:
                self._begin(order)
        wanted: tuple[tuple[Literal["stop", "pause", "resume"], list[str]], ...] = (
            ("stop", orders.stop), ("pause", orders.pause), ("resume", orders.resume),
        )  # fmt: skip
        for do, ids in wanted:
            for one in ids:
                if recording := self._recordings.get(one):
                    recording.obey(do)
        for order in orders.settle:
            if order.recording_id not in self._settling:
                self._settling.add(order.recording_id)
                self._background.start(self._settle(order), name="recorder:settle")
        for name in orders.gone:
            await self._remove(name)

    async def _remove(self, name: str) -> None:
        """One that cannot be removed must not end the calls that are on; it is told of again, and so tried again."""
        try:
            await asyncio.to_thread(self._storage.local.remove, name)
        except (GatewayError, OSError) as error:
            _log.warning("file_not_removed", error=type(error).__name__)

    async def close(self) -> None:
        """Every recording is closed and told; another recorder goes on with them."""
        for recording in self._recordings.values():
            recording.stop("recorder_ended")
        await self._tasks.join()
        await self._background.close()

    def _report(self) -> RecorderReport:
        return RecorderReport(
            instance=self._instance,
            held=list(self._recordings),
            settling=sorted(self._settling),
            room_for=max(self._settings.recorder.max_calls - len(self._recordings), 0),
            files=self._some_files(),
        )

    def _some_files(self) -> list[str]:
        """All in turn, so many at a time."""
        if not self._files:
            self._files = self._storage.local.names()
        some, self._files = self._files[:MOST_HELD], self._files[MOST_HELD:]
        return some

    def _begin(self, order: RecordOrder) -> None:
        door = RecorderDoor(self._tokens, order.call_id)
        recording = CallRecording(
            order, self._storage.local, self._settings.livekit, self._facts, door, self._clock
        )  # fmt: skip
        self._recordings[order.recording_id] = recording
        self._tasks.start(self._record(recording), name="recorder:record")

    async def _record(self, recording: CallRecording) -> None:
        try:
            await recording.run()
        finally:
            self._recordings.pop(recording.order.recording_id, None)

    async def _settle(self, order: SettleOrder) -> None:
        try:
            async with self._passes:
                done = await asyncio.to_thread(settle, order, self._storage.local, self._storage.kept)
            journalled = await self._desk.journal(order.recording_id, done)
            await asyncio.to_thread(self._tidy, order, journalled.file)
        except GatewayError as error:
            _log.error(
                "redaction_pass_failed", recording_id=order.recording_id, call_id=order.call_id, code=error.code,
                reason=error.detail,
            )  # fmt: skip
            await asyncio.sleep(SETTLE_AGAIN_S)
        finally:
            self._settling.discard(order.recording_id)

    def _tidy(self, order: SettleOrder, file: str) -> None:
        """What was read or written, and is not the recording's file now."""
        for name in {order.wanted, order.file} - {file}:
            self._storage.local.remove(name)
            if self._storage.kept_kind != "local":
                self._storage.kept.remove(name)


async def run_recorder(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; then every file is closed first."""
    tokens, clock, name = RoleTokens(settings.keys_dir), SystemClock(), settings.recorder.name
    _ = FfiClient.instance  # LiveKit's runtime, before the first call waits for it
    ready = settings.state_dir / "run" / f"{name}.ready"
    ready.unlink(missing_ok=True)
    facts = FactSender(settings.api.internal_url, tokens, "recorder", f"recorder:{name}", settings.spool_dir)
    storage = Storage(settings.recordings_dir, settings.recordings.s3, clock)
    desk = OrderDesk(settings.api.internal_url, tokens, name)
    recorder = Recorder(settings, desk, facts, storage, clock)
    await facts.start()
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    running = asyncio.ensure_future(recorder.run(ready))
    ending = asyncio.ensure_future(asked.wait())
    try:
        await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        ready.unlink(missing_ok=True)
        running.cancel()
        await recorder.close()
        await facts.close()
        await desk.close()
        storage.close()
