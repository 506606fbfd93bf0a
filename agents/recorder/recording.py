"""One recording, from its order to its end: in the room, on the clock, into the file, and told as facts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Literal

from livekit import rtc

from agents.recorder.listening import Listening
from agents.recorder.tape import Tape
from agents.recorder.timeline import RATE, Timeline
from compliance.recordings.header import PREFIX_BYTES, SALT_BYTES, Header, key_id
from compliance.recordings.local_store import LocalSink, LocalStore
from compliance.recordings.orders import RecordOrder
from gateway.calls.fact_sender import FactSender
from gateway.calls.recorder_commands import RecorderDoor
from gateway.calls.recording_facts import (
    OfRecording,
    RecordingFailed,
    RecordingNotStarted,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
    StopReason,
)
from gateway.kernel.clock import Clock
from gateway.kernel.errors import NotAuthenticated, Unavailable
from gateway.kernel.logs import get_logger
from gateway.livekit.recorder_pass import recorder_token
from gateway.settings import LiveKitSettings

TICK_S = 0.1
LAG = RATE * 3 // 10  # how long a frame may be on its way to us
STEP = RATE // 10
JOIN_WITHIN_S, REJOIN_EVERY_S = 10.0, 1.0
_ENDED = (rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED)
_PUT_OUT = (rtc.DisconnectReason.PARTICIPANT_REMOVED, rtc.DisconnectReason.DUPLICATE_IDENTITY)

_log = get_logger(__name__)


class CallRecording:
    """`run` returns when all is written and told; it raises nothing but what is a defect."""

    def __init__(
        self, order: RecordOrder, store: LocalStore, livekit: LiveKitSettings, facts: FactSender, door: RecorderDoor,
        clock: Clock,
    ) -> None:  # fmt: skip
        self.order, self._store, self._livekit, self._facts, self._door = order, store, livekit, facts, door
        self._clock = clock
        self._timeline = Timeline()
        self._began = 0.0
        self._stopping = asyncio.Event()
        self._reason: StopReason = "asked"
        self._paused = False
        self._room: Listening | None = None

    @property
    def position(self) -> int:
        """Samples since the beginning."""
        return int((self._clock.monotonic() - self._began) * RATE)

    @property
    def _ms(self) -> int:
        return max(self.position, 0) * 1000 // RATE

    def stop(self, reason: StopReason = "asked") -> None:
        if not self._stopping.is_set():
            self._reason = reason
            self._stopping.set()

    def pause(self) -> None:
        """From this moment on; asked twice it is told twice."""
        if not self._paused:
            self._paused = True
            self._timeline.pause(self.position)
        if self._began:
            self._tell(RecordingPaused, at_ms=self._ms)

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._timeline.resume(self.position)
        if self._began:
            self._tell(RecordingResumed, at_ms=self._ms)

    async def run(self) -> None:
        try:
            room = await self._join(JOIN_WITHIN_S)
        except Unavailable:
            self._tell(RecordingNotStarted, reason="room")
            return
        if room is None:
            return
        self._room = room
        try:
            await self._record()
        finally:
            await self._room.close()

    async def _record(self) -> None:
        key = self.order.key
        header = Header(
            self.order.call_id, self.order.recording_id, key_id(key), secrets.token_hex(SALT_BYTES),
            secrets.token_hex(PREFIX_BYTES),
        )  # fmt: skip
        tape = Tape(header, key)
        try:
            sink = await asyncio.to_thread(self._store.create_live, f"{self.order.recording_id}.live.rec")
        except Unavailable as error:
            _log.error("recording_not_written", recording_id=self.order.recording_id, reason=error.detail)
            self._tell(RecordingNotStarted, reason="disk")
            return
        try:
            await asyncio.to_thread(sink.append, tape.head)
            size = len(tape.head) + await self._write(tape, sink)
        except Unavailable as error:
            _log.error("recording_broke_off", recording_id=self.order.recording_id, reason=error.detail)
            self._tell(RecordingFailed, reason="disk")
            return
        finally:
            sink.close()
        self._tell(
            RecordingStopped, reason=self._reason, chunks=tape.chunks, size=size, duration_ms=tape.duration_ms
        )  # fmt: skip

    async def _write(self, tape: Tape, sink: LocalSink) -> int:
        """Returns how many bytes; what was heard until the end is in them."""
        self._began, size = self._clock.monotonic(), 0
        if self.order.paused and not self._paused:
            self._paused = True
        if self._paused:
            self._timeline.pause(0)
        self._tell(RecordingStarted, paused=self._paused)
        while not self._stopping.is_set():
            await self._tick()
            size += await self._take(tape, sink, self.position - LAG)
        size += await self._take(tape, sink, self.position)
        last = tape.finish()
        await asyncio.to_thread(sink.append, last)
        return size + len(last)

    async def _take(self, tape: Tape, sink: LocalSink, until: int) -> int:
        """In steps: after a stall, frames that have come meanwhile are put in before their time is taken."""
        size = 0
        while self._timeline.taken < until:
            chunks = tape.write(self._timeline.take(min(self._timeline.taken + STEP, until)))
            if chunks:
                await asyncio.to_thread(sink.append, chunks)
                size += len(chunks)
            else:
                await asyncio.sleep(0)
        return size

    async def _tick(self) -> None:
        room = self._room
        assert room is not None
        if room.left.is_set():
            await self._come_back(room)
            return
        try:
            async with asyncio.timeout(TICK_S):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _come_back(self, room: Listening) -> None:
        """The room is over, or LiveKit was; meanwhile there is silence."""
        await room.close()
        if room.reason in _ENDED:
            self.stop("call_ended")
            return
        if room.reason in _PUT_OUT:
            self.stop("left_room")
            return
        try:
            self._room = await self._join(REJOIN_EVERY_S) or self._room
        except Unavailable:
            return

    async def _join(self, within_s: float) -> Listening | None:
        """None when it was stopped meanwhile. Raises Unavailable when there is no way in in time."""
        deadline = self._clock.monotonic() + within_s
        while not self._stopping.is_set():
            room = Listening(self._timeline, self.order.caller, lambda: self.position, self._command)
            try:
                async with asyncio.timeout(JOIN_WITHIN_S):
                    await room.join(
                        self._livekit.url, recorder_token(self._livekit, self.order.room, self.order.recording_id)
                    )
            except (rtc.ConnectError, TimeoutError) as error:
                await room.close()
                if self._clock.monotonic() >= deadline:
                    raise Unavailable("the recorder cannot join the room", code="recording.room") from error
                await asyncio.sleep(min(REJOIN_EVERY_S, within_s / 2))
            else:
                return room
        return None

    def _command(self, token: bytes) -> None:
        try:
            asked = self._door.take(token).asked
        except NotAuthenticated as error:
            _log.warning("command_refused", reason=error.detail)
            return
        if asked.recording_id == self.order.recording_id:
            self.obey(asked.do)

    def obey(self, do: Literal["pause", "resume", "stop"]) -> None:
        acts: dict[str, Callable[[], None]] = {"pause": self.pause, "resume": self.resume, "stop": self.stop}
        acts[do]()

    def _tell(self, fact: type[OfRecording], **fields: str | int | bool) -> None:
        about = {"recording_id": self.order.recording_id, **fields}
        self._facts.record(fact, self.order.call_id, at=None, **about)
