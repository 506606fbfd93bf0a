"""People whom the demonstration campaign calls. The last digit of the number says what somebody does: 0 to 4 pick up
and talk, 5 is busy, 6 does not hear the telephone, 7 declines, 8 has a voicemail, 9 asks by a key for no more calls."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from gateway.kernel.tasks import TaskSet
from gateway.phone.recording import RATE, Samples, read_wav
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, UserAgent

HOST = "127.0.0.1"
FRAME = RATE // 50  # samples in 20 ms
SILENCE: Samples = np.zeros(FRAME, np.int16)
LINES = Path(__file__).parent.parent / "phone" / "lines"
SAID = LINES / "this_is_the_office_how_may_i_help_you.wav"
GREETING = LINES / "hello_you_have_reached_the_millers_please_leave_a_message_after_the_beep.wav"
TALKS_S, LISTENS_S, PRESSES_AFTER_S = 9.0, 40.0, 5.0
BEEP_HZ, BEEP_S = 1000, 0.4
OPT_OUT_KEY = "9"


class Crowd:
    """`async with Crowd(rtp_ports, dice) as crowd`: reachable at `crowd.port` over UDP. `rang`: by number."""

    def __init__(self, rtp_ports: tuple[int, int], dice: random.Random) -> None:
        self._agent = UserAgent(HOST, 0, on_invite=self._rung)
        self._pool = PortPool(HOST, *rtp_ports)
        self._dice, self._tasks = dice, TaskSet()
        self.rang: Counter[str] = Counter()

    async def __aenter__(self) -> Crowd:
        await self._agent.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        await self._agent.stop()

    @property
    def port(self) -> int:
        return self._agent.port

    def _rung(self, call: IncomingCall) -> None:
        self._tasks.start(self._one(call, call.to_uri.user), name="demo:somebody")

    async def _one(self, call: IncomingCall, number: str) -> None:
        self.rang[number] += 1
        gone = asyncio.Event()
        call.on_cancelled = call.on_bye = gone.set
        call.ring()
        if number[-1] == "6":
            await gone.wait()
            return
        await asyncio.sleep(self._dice.uniform(0.5, 2.5))  # how long it takes to reach the telephone
        if gone.is_set():
            return
        if number[-1] in "57":
            call.reject(486 if number[-1] == "5" else 603)
            return
        await self._talks(call, number[-1], gone)

    async def _talks(self, call: IncomingCall, kind: str, gone: asyncio.Event) -> None:
        with RtpEndpoint(self._pool) as rtp:
            media = MediaSession(HOST, rtp.local_port, session_id=1)
            call.answer(media.answer(call.offer or b""))
            assert media.choice is not None
            sound = await asyncio.to_thread(_voicemail if kind == "8" else _hello)
            rtp.pull = lambda: next(sound, SILENCE)
            rtp.start(media.choice)
            if kind == "9":
                await _within(gone, PRESSES_AFTER_S)
                await rtp.send_digits(OPT_OUT_KEY)
            await _within(gone, TALKS_S + self._dice.uniform(0, 3) if kind in "01234" else LISTENS_S)
            if not gone.is_set():
                await call.hangup()


async def _within(event: asyncio.Event, seconds: float) -> None:
    """Returns when it is set, or the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _hello() -> Iterator[Samples]:
    return _frames(_quiet(0.6), read_wav(SAID))


def _voicemail() -> Iterator[Samples]:
    """A greeting, and a beep."""
    at = np.arange(int(RATE * BEEP_S))
    beep = (np.sin(2 * np.pi * BEEP_HZ * at / RATE) * 8000).astype(np.int16)
    return _frames(_quiet(0.4), read_wav(GREETING), _quiet(0.6), beep)


def _quiet(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds), np.int16)


def _frames(*parts: Samples) -> Iterator[Samples]:
    sound = np.concatenate(parts)
    frames = deque(sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME))
    while frames:
        yield frames.popleft()
