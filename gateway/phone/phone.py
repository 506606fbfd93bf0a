"""One call of the test phone: dials or picks up, speaks, listens, presses keys, measures what one would notice."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar

import numpy as np

from gateway.kernel.tasks import TaskSet
from gateway.phone.ears import LOUD, Segmenter, level
from gateway.phone.level_watch import LevelWatch
from gateway.phone.listener import Listener
from gateway.phone.recording import RATE, Samples, StereoRecording, read_wav
from gateway.phone.script import HangUp, Listen, PhoneEvent, Press, Say, StayOn, Step
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import read_answer, write_offer
from gateway.sip.wire.sdp_media import MediaChoice
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, OutgoingCall, UserAgent

FRAME = RATE // 50  # samples in 20 ms
SILENCE: Samples = np.zeros(FRAME, np.int16)

T = TypeVar("T")

OnEvent = Callable[[PhoneEvent], None]


class Phone:
    """`async with Phone(...) as phone: await phone.call(uri, script)`; one call at a time."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        rtp_ports: tuple[int, int] = (32100, 32700),
        phrases: Iterable[str] = (),
        on_event: OnEvent = lambda event: None,
    ) -> None:
        self._host = host
        self._agent = UserAgent(host, 0, tcp=True, on_invite=self._rung)
        self._ringing: asyncio.Future[IncomingCall] | None = None
        self._pool = PortPool(host, *rtp_ports)
        self._tell_listener = on_event
        phrases = tuple(phrases)
        self._listener = Listener(phrases) if phrases else None
        self.events: list[PhoneEvent] = []
        self.recording = StereoRecording()
        self.started = 0.0  # when its call began, monotonic seconds
        self._line: OutgoingCall | IncomingCall | None = None
        self._tasks = TaskSet()
        self._pending: deque[Samples] = deque()
        self._said_all = asyncio.Event()
        self._heard: asyncio.Queue[list[str]] = asyncio.Queue(maxsize=64)
        self._ended = asyncio.Event()
        self._segments = Segmenter()
        self._spoke_until: float | None = None
        self._turn_open = False
        self._rtp: RtpEndpoint | None = None
        self._levels = LevelWatch()
        self._reply_at: float | None = None
        self.first_audio_ms: float | None = None

    async def __aenter__(self) -> Phone:
        if self._listener:
            await self._listener.start()
        await self._agent.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        await self._agent.stop()
        if self._listener:
            await self._listener.close()

    async def call(self, uri: str, script: Iterable[Step], **options: Any) -> bool:
        """Runs the script on one call; True if every Listen heard what it waited for. Options as for `talk`."""
        return await self.talk(uri, lambda: self._run(script), **options)

    async def pick_up(self, script: Iterable[Step], *, within_s: float) -> bool:
        """Waits to be called, answers, runs the script. Raises TimeoutError when nobody calls."""
        return await self.taken(lambda: self._run(script), within_s=within_s)

    async def taken(self, conversation: Callable[[], Awaitable[T]], *, within_s: float) -> T:
        """The same with a conversation of the caller's."""
        self.started = time.monotonic()
        self._ringing = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(within_s):
            line = await self._ringing
        with RtpEndpoint(self._pool) as rtp:
            line.ring()
            self._tell("ringing")
            media = MediaSession(self._host, rtp.local_port, session_id=1)
            sdp = media.answer(line.offer or b"")
            assert media.choice is not None
            line.answer(sdp)
            return await self._hold(line, rtp, media.choice, conversation)

    def _rung(self, call: IncomingCall) -> None:
        if self._ringing is None or self._ringing.done():
            call.reject(480)
        else:
            self._ringing.set_result(call)

    @property
    def port(self) -> int:
        """Where it can be called."""
        return self._agent.port

    async def talk(
        self,
        uri: str,
        conversation: Callable[[], Awaitable[T]],
        *,
        from_user: str = "+15105550199",
        transport: str = "udp",
        credentials: tuple[str, str] | None = None,
    ) -> T:
        """Dials, holds the conversation, hangs up. Raises CallFailed when nobody answers."""
        with RtpEndpoint(self._pool) as rtp:
            offer = write_offer(self._host, rtp.local_port)
            self.started = time.monotonic()
            line = await self._agent.call(
                uri, offer_sdp=offer, from_user=from_user, transport=transport, credentials=credentials
            )
            line.on_ringing = lambda: self._tell("ringing", ms=self._since_start())
            answer = await line.answered()
            return await self._hold(line, rtp, read_answer(answer), conversation)

    async def _hold(
        self, line: OutgoingCall | IncomingCall, rtp: RtpEndpoint, target: MediaChoice,
        conversation: Callable[[], Awaitable[T]],
    ) -> T:  # fmt: skip
        """The conversation on a line that was answered, to its end."""
        self._line, self._rtp = line, rtp
        line.on_bye = self._ended.set
        rtp.on_frame = self._frame_heard
        rtp.start(target)
        self._tell("answered", ms=self._since_start())
        self._tasks.start(self._keep_speaking(rtp), name="phone:mouth")
        try:
            return await conversation()
        finally:
            if not self._ended.is_set():
                await line.hangup()
            self._tell("ended", text="other" if self._ended.is_set() else "own")
            await self._tasks.close()

    async def _run(self, script: Iterable[Step]) -> bool:
        understood = True
        for step in script:
            if self._ended.is_set():
                return False
            if isinstance(step, HangUp):
                break
            if isinstance(step, StayOn):
                understood = await self._stay_on(step) and understood
            elif isinstance(step, Listen):
                understood = await self.listen(step) and understood
            elif isinstance(step, Say):
                await self.say(step)
            else:
                await self.press(step)
        return understood

    async def _stay_on(self, step: StayOn) -> bool:
        try:
            async with asyncio.timeout(step.within_s):
                await self._ended.wait()
        except TimeoutError:
            self._tell("missed", text="the end of the call")
        return self._ended.is_set()

    async def say(self, step: Say) -> None:
        """Speaks a line to its end."""
        samples = await asyncio.to_thread(read_wav, step.wav)
        self._said_all.clear()
        self._reply_at, self._turn_open = None, True
        frames = [samples[i : i + FRAME] for i in range(0, len(samples) - FRAME + 1, FRAME)]
        self.speak_frames(frames)
        await self._said_all.wait()
        self._tell("said", text=step.text)

    def speak_frames(self, frames: Iterable[Samples]) -> None:
        """Queues 20 ms frames behind what is being said."""
        self._pending.extend(frames)

    async def press(self, step: Press) -> None:
        """Presses keys; returns when the last one is out."""
        assert self._rtp is not None
        self._reply_at, self._turn_open = None, True
        await self._rtp.send_digits(step.digits)
        self._spoke_until = time.monotonic()
        self._tell("pressed", text=step.digits)

    async def ended(self) -> None:
        """Returns when the other side has hung up."""
        await self._ended.wait()

    async def listen(self, step: Listen) -> bool:
        """True when one of its phrases was heard in time."""
        wanted = {phrase.lower() for phrase in step.phrases}
        try:
            async with asyncio.timeout(step.within_s):
                while True:
                    words = await self._next_heard()
                    if words is None:
                        break
                    self._tell("heard", text=", ".join(words), ms=self._turn_ms())
                    self._turn_open = False  # what is heard from now on answers nothing that was said
                    if wanted & set(words):
                        return True
        except TimeoutError:
            pass
        self._tell("missed", text=" / ".join(step.phrases))
        return False

    async def _next_heard(self) -> list[str] | None:
        """The next understood stretch of speech, or None when the call has ended."""
        getting = asyncio.ensure_future(self._heard.get())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait([getting, ending], return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            ending.cancel()

    async def sound(self) -> float:
        """Waits for the next loud frame; its arrival, monotonic seconds."""
        return await self._levels.next(loud=True)

    async def silence(self) -> float:
        """Waits for some silent frames in a row; the arrival of the first of them."""
        return await self._levels.next(loud=False)

    def _frame_heard(self, frame: Samples, at: float) -> None:
        self.recording.heard(frame, at - self.started)
        loud = level(frame) > LOUD
        self._levels.heard(loud=loud, at=at)
        if loud:
            if self.first_audio_ms is None:
                self.first_audio_ms = (at - self.started) * 1000
            if self._reply_at is None:
                self._reply_at = at
        if (speech := self._segments.push(frame)) is not None and self._listener:
            self._tasks.start(self._understand(self._listener, speech), name="phone:ears")

    async def _understand(self, listener: Listener, speech: Samples) -> None:
        words = await listener.understand(speech)
        if words and not self._heard.full():
            self._heard.put_nowait(words)

    async def _keep_speaking(self, rtp: RtpEndpoint) -> None:
        """A frame every 20 ms, words or silence: a phone's microphone is always open."""
        due = time.monotonic()
        while True:
            frame = self._pending.popleft() if self._pending else SILENCE
            rtp.send(frame)
            now = time.monotonic()
            self.recording.said(frame, now - self.started)
            if level(frame) > LOUD:
                self._spoke_until = now
            if not self._pending:
                self._said_all.set()
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _turn_ms(self) -> float | None:
        if not self._turn_open or self._spoke_until is None or self._reply_at is None:
            return None
        if self._reply_at < self._spoke_until:
            return None
        return (self._reply_at - self._spoke_until) * 1000

    def _since_start(self) -> float:
        return (time.monotonic() - self.started) * 1000

    @property
    def spoke_until(self) -> float | None:
        """When the last loud frame of our own went out, monotonic seconds."""
        return self._spoke_until

    @property
    def sip_call_id(self) -> str:
        return self._line.sip_call_id if self._line else ""

    def _tell(self, kind: str, *, text: str = "", ms: float | None = None) -> None:
        event = PhoneEvent(kind, text, ms)
        self.events.append(event)
        self._tell_listener(event)
