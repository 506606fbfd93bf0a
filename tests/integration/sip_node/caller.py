"""A phone of a few lines for tests of the node, and the node's settings beside a bare switchboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import numpy as np
import pytest

from gateway.kernel.role_tokens import ensure_role_keys
from gateway.settings import ApiSettings, Settings, SipSettings
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import MediaPolicy, read_answer, write_offer
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import CallFailed, OutgoingCall, UserAgent
from tests.integration.sip_node.fakes import EchoAgent
from tests.integration.switchboard import NUMBER, Switchboard

HOST = "127.0.0.1"
CALLER = "+15105550199"
KEY = bytes(range(30))
PATIENT_S = 10.0  # a busy machine is no outage of the control plane
AnsweredCall = Callable[..., AbstractAsyncContextManager[tuple[OutgoingCall, EchoAgent]]]
TONE = (np.sin(np.arange(160) * 2 * np.pi * 1000 / 8000) * 12000).astype(np.int16)


def settings_for(switchboard: Switchboard, folder: Path, **sip: object) -> Settings:
    ports = switchboard.plan.ports
    ensure_role_keys(folder / "keys")
    return Settings(
        state_dir=folder,
        redis_url=switchboard.plan.redis_url,
        livekit=switchboard.settings,
        api=ApiSettings(internal_port=ports.internal),
        sip=SipSettings.model_validate(
            {
                "port": ports.sip,
                "rtp_port_min": ports.rtp_low,
                "rtp_port_max": ports.rtp_low + 60,
                "scanner_tries": 0,
                "admission_within_s": PATIENT_S,
                **sip,
            }
        ),
    )


class Caller:
    """A phone of a few lines: dials, keeps what it hears."""

    def __init__(self, switchboard: Switchboard, first_port: int = 100) -> None:
        self._low, self._high = (switchboard.plan.ports.rtp_low + port for port in (first_port, first_port + 40))
        self.agent = UserAgent(HOST, 0, on_invite=lambda call: call.reject(480))
        self.rtp: RtpEndpoint
        self.heard: asyncio.Queue[np.ndarray] = asyncio.Queue(maxsize=10_000)
        self.digits: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self.bye = asyncio.Event()
        self.ringing = asyncio.Event()

    def open_rtp(self) -> RtpEndpoint:
        rtp = RtpEndpoint(PortPool(HOST, self._low, self._high))
        rtp.on_frame = lambda frame, at: self.heard.put_nowait(frame)
        rtp.on_digit = lambda digit, ms: self.digits.put_nowait(digit)
        return rtp

    async def dial(
        self, port: int, number: str = NUMBER, policy: MediaPolicy | None = None, **options: object
    ) -> OutgoingCall:
        self.rtp = self.open_rtp()
        self.media = MediaSession(HOST, self.rtp.local_port, session_id=1, policy=policy, key=KEY)
        call = await self.agent.call(
            f"sip:{number}@{HOST}:{port}", offer_sdp=self.media.offer(), **{"from_user": CALLER, **options}
        )
        call.on_bye = self.bye.set
        call.on_ringing = self.ringing.set
        return call

    async def reinvite(self, call: OutgoingCall) -> bytes:
        """Moves the audio to another port; the answer's SDP."""
        self.rtp = self.open_rtp()
        return await call.reinvite(write_offer(HOST, self.rtp.local_port, version=2))

    async def talk(self, call: OutgoingCall) -> None:
        answer = await call.answered()
        self.rtp.start(self.media.take_answer(answer) if hasattr(self, "media") else read_answer(answer))
        self.rtp.pull = lambda: TONE

    async def refusal(self, call: OutgoingCall) -> int:
        with pytest.raises(CallFailed) as failed:
            await call.answered()
        return failed.value.code

    async def hears_loud(self, loud: int = 4000) -> None:
        async with asyncio.timeout(30):
            while np.abs((await self.heard.get()).astype(int)).max() < loud:
                pass

    async def hears_loud_again(self, loud: int = 4000) -> None:
        """Forgets what was heard so far."""
        while not self.heard.empty():
            self.heard.get_nowait()
        await self.hears_loud(loud)

    async def hears_nothing_loud(self, frames: int, loud: int = 4000) -> None:
        """Not in this many frames from now on."""
        while not self.heard.empty():
            self.heard.get_nowait()
        async with asyncio.timeout(30):
            heard = [await self.heard.get() for _ in range(frames)]
        assert max(int(np.abs(frame.astype(int)).max()) for frame in heard[2:]) < loud
