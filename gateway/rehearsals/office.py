"""Whoever is called when an agent puts a caller through: picks up, is busy, declines, or does not hear it ring.

The last digit of the number says which, so that one telephone stands in for all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from types import TracebackType

import numpy as np

import gateway.phone
from gateway.kernel.tasks import TaskSet
from gateway.phone.recording import RATE, Samples, read_wav
from gateway.rehearsals.document import Human
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, UserAgent

HOST = "127.0.0.1"
NUMBERS: dict[Human, str] = {
    "connected": "+16145550171", "busy": "+16145550175", "no_answer": "+16145550176", "declined": "+16145550177",
}  # fmt: skip
ACCEPT, PRESSES, PRESS_EVERY_S = "1", 4, 2.5
FRAME = RATE // 50
SILENCE: Samples = np.zeros(FRAME, np.int16)
LINE = Path(gateway.phone.__file__).parent / "lines" / "this_is_the_office_how_may_i_help_you.wav"
_REFUSED = {NUMBERS["busy"]: 486, NUMBERS["declined"]: 603}


class Office:
    """`async with Office(rtp_ports) as office`: reachable at `office.port` over UDP."""

    def __init__(self, rtp_ports: tuple[int, int]) -> None:
        self._agent = UserAgent(HOST, 0, on_invite=self._rung)
        self._pool, self._tasks = PortPool(HOST, *rtp_ports), TaskSet()

    async def __aenter__(self) -> Office:
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
        self._tasks.start(self._one(call, call.to_uri.user), name="rehearsal:human")

    async def _one(self, call: IncomingCall, number: str) -> None:
        gone = asyncio.Event()
        call.on_cancelled = call.on_bye = gone.set
        call.ring()
        if code := _REFUSED.get(number):
            call.reject(code)
        elif number == NUMBERS["no_answer"]:
            await gone.wait()
        else:
            await self._talks(call, gone)

    async def _talks(self, call: IncomingCall, gone: asyncio.Event) -> None:
        """Takes the caller once told of it, and says hello."""
        with RtpEndpoint(self._pool) as rtp:
            media = MediaSession(HOST, rtp.local_port, session_id=1)
            call.answer(media.answer(call.offer or b""))
            assert media.choice is not None
            said: deque[Samples] = deque()
            rtp.pull = lambda: said.popleft() if said else SILENCE
            rtp.start(media.choice)
            hello = await asyncio.to_thread(read_wav, LINE)
            for _ in range(PRESSES):  # a key that comes before the question is asked is not taken
                if await _set_within(gone, PRESS_EVERY_S):
                    return
                await rtp.send_digits(ACCEPT)
            said.extend(hello[at : at + FRAME] for at in range(0, len(hello) - FRAME + 1, FRAME))
            await gone.wait()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
