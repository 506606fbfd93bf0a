"""What a recorder does with its orders: each once, passes one after the other, nothing removed that is still needed."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import httpx
import pytest

from agents.recorder.orders import OrderDesk
from agents.recorder.process import Recorder
from agents.recorder.tape import Tape
from compliance.recordings.orders import Orders, PassDone, PassJournalled, SettleOrder
from compliance.recordings.storage import Storage
from gateway.calls.fact_sender import FactSender
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import Unavailable
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.settings import Settings
from tests.unit.agents.recorder.test_tape import two
from tests.unit.compliance.recordings.files import CALL, KEY, RECORDING, header, opened, plain

LIVE, WANTED = f"{RECORDING}.live.rec", f"{RECORDING}.2.rec"


class Plane:
    """The control plane's side; `keeps` is the file that it answers to a pass."""

    def __init__(self) -> None:
        self.passes: list[PassDone] = []
        self.keeps = WANTED
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return httpx.Response(self.status)
        self.passes.append(PassDone.model_validate_json(request.content))
        return httpx.Response(200, content=PassJournalled(file=self.keeps).model_dump_json())


class Bench:
    def __init__(self, folder: Path) -> None:
        settings = Settings(state_dir=folder)
        ensure_role_keys(settings.keys_dir)
        self.plane, tokens = Plane(), RoleTokens(settings.keys_dir)
        transport = httpx.MockTransport(self.plane)
        self.storage = Storage(settings.recordings_dir, settings.recordings.s3, SystemClock())
        facts = FactSender("http://plane", tokens, "recorder", "recorder:1", settings.spool_dir, transport=transport)
        self.desk = OrderDesk("http://plane", tokens, "recorder-1", transport=transport)
        self.recorder = Recorder(settings, self.desk, facts, self.storage, SystemClock())

    def records(self, *, finished: bool = True) -> None:
        tape, sink = Tape(header(), KEY), self.storage.local.create_live(LIVE)
        sink.append(tape.head + tape.write(two(440, 1000)))
        if finished:
            sink.append(tape.finish())
        sink.close()

    async def settles(self, *spans: list[int], complete: bool = True) -> None:
        order = SettleOrder.model_validate(
            {
                "recording_id": RECORDING, "call_id": CALL, "key": b64encode(KEY),
                "source": "local", "file": LIVE, "wanted": WANTED, "complete": complete, "duration_ms": 0,
                "silence": list(spans),
            }
        )  # fmt: skip
        await self.recorder.carry_out(Orders(settle=[order, order]))
        while len(self.recorder._background):
            await self.recorder._background.join()

    def read(self, name: str) -> bytes:
        with self.storage.local.open(name) as source:
            return source.read(0, source.size)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_pass_with_spans_leaves_the_new_file_alone(bench: Bench) -> None:
    bench.records()
    whole = plain(bench.read(LIVE))
    await bench.settles([1000, 2000])
    assert bench.storage.local.names() == [WANTED]
    (done,) = bench.plane.passes
    content = bench.read(WANTED)
    assert (done.file, done.size, done.silenced) == (WANTED, len(content), [[1000, 2000]])
    assert done.duration_ms == 4000 or done.duration_ms == 4020
    opened(content).require_complete()
    assert len(plain(content)) < len(whole)


async def test_a_pass_without_spans_writes_nothing(bench: Bench) -> None:
    bench.records()
    bench.plane.keeps = LIVE
    await bench.settles()
    assert bench.storage.local.names() == [LIVE]
    assert bench.plane.passes[0].file == LIVE and bench.plane.passes[0].duration_ms >= 4000


async def test_what_a_killed_recorder_left_becomes_a_whole_file(bench: Bench) -> None:
    bench.records(finished=False)
    await bench.settles(complete=False)
    assert bench.storage.local.names() == [WANTED]
    opened(bench.read(WANTED)).require_complete()
    assert 3400 <= bench.plane.passes[0].duration_ms <= 4000


async def test_a_pass_that_knew_too_little_leaves_the_recording_as_it_was(bench: Bench) -> None:
    bench.records()
    bench.plane.keeps = LIVE
    await bench.settles([1000, 2000])
    assert bench.storage.local.names() == [LIVE]


async def test_of_what_was_erased_meanwhile_nothing_is_left(bench: Bench) -> None:
    bench.records()
    bench.plane.keeps = ""
    await bench.settles([1000, 2000])
    assert bench.storage.local.names() == []


async def test_files_that_nobody_needs_go(bench: Bench) -> None:
    bench.records()
    await bench.recorder.carry_out(Orders(gone=["no name of ours.rec", LIVE, "rec_never.live.rec"]))
    assert bench.storage.local.names() == []


async def test_a_control_plane_that_does_not_answer_is_told_as_such(bench: Bench) -> None:
    bench.plane.status = 503
    with pytest.raises(Unavailable):
        await bench.desk.journal(RECORDING, PassDone(file=LIVE, size=1, chunks=1, duration_ms=1, silenced=[]))
