"""The media of a leg against a stack that is not ours: baresip in every codec, plain and encrypted, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.rtp.srtp import new_key
from gateway.sip.wire.sdp import MediaPolicy
from gateway.sip.wire.sdp_media import Codec, Encryption
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, UserAgent
from gateway.stack.ports import PortAllocator
from tests.sip.foreign.baresip import Baresip
from tests.sip.foreign.sound import loudest, read_wav, tone, write_wav

HOST = "127.0.0.1"
THEIR_HERTZ, OUR_HERTZ = 440, 1000


def phone_with(folder: Path, codec: Codec, encryption: str, rate: int) -> Baresip:
    """baresip with the wanted codec and encryption, a tone as its microphone."""
    microphone = write_wav(folder / "tone.wav", tone(THEIR_HERTZ, rate, 60), rate)
    account = f"audio_codecs={codec}/{rate}/1" + (f";mediaenc={encryption}" if encryption else "")
    return Baresip(folder, "media", microphone, account=account, rate=rate)


class Line:
    """Answers one call and keeps what is heard."""

    def __init__(self, policy: MediaPolicy, frame_rate: int, pool: PortPool) -> None:
        self.policy = policy
        self.rtp = RtpEndpoint(pool, frame_rate=frame_rate, signalling_host=HOST)  # its SDP names another interface
        self.media: MediaSession | None = None
        self.heard: list[np.ndarray] = []
        self.keys: list[str] = []
        self.bye = asyncio.Event()
        self._mouth = tone(OUR_HERTZ, frame_rate, 1).reshape(-1, frame_rate // 50)
        self._said = 0

    def take(self, call: IncomingCall) -> None:
        self.media = MediaSession(HOST, self.rtp.local_port, session_id=1, policy=self.policy, key=new_key())
        body = self.media.answer(call.offer or b"")
        assert self.media.choice
        self.rtp.on_frame = lambda frame, at: self.heard.append(frame)
        self.rtp.on_digit = lambda digit, ms: self.keys.append(digit)
        self.rtp.pull = self._speak
        self.rtp.start(self.media.choice)
        call.on_bye = self.bye.set
        call.answer(body)

    def _speak(self) -> np.ndarray:
        self._said += 1
        return self._mouth[self._said % len(self._mouth)]


@asynccontextmanager
async def answering(policy: MediaPolicy, frame_rate: int) -> AsyncIterator[tuple[Line, UserAgent]]:
    low = PortAllocator().block(8)
    line = Line(policy, frame_rate, PortPool(HOST, low, low + 6))
    agent = UserAgent(HOST, 0, on_invite=line.take)
    await agent.start()
    try:
        yield line, agent
    finally:
        line.rtp.close()
        await agent.stop()


async def until(reached: object, within: float = 60.0) -> None:
    """Asks on every tick of the media clock."""
    assert callable(reached)
    ticked = asyncio.Event()
    leave = MediaClock.shared().subscribe(ticked.set)
    async with asyncio.timeout(within):
        while not reached():
            ticked.clear()
            await ticked.wait()
    leave()


@pytest.mark.parametrize(
    ("codec", "encryption", "theirs"),
    [
        ("PCMU", "none", ""),
        ("PCMA", "allow", ""),
        ("G722", "none", ""),
        ("PCMU", "require", "srtp-mand"),
        ("G722", "allow", "srtp-mand"),
        ("PCMA", "allow", "srtp"),
    ],
)
async def test_baresip_and_a_leg_hear_each_other(
    codec: Codec, encryption: Encryption, theirs: str, tmp_path: Path
) -> None:
    rate = 16000 if codec == "G722" else 8000
    policy = MediaPolicy(encryption=encryption)
    async with answering(policy, rate) as (line, agent):
        with phone_with(tmp_path, codec, theirs, rate) as phone:
            phone.call(f"sip:desk@{HOST}:{agent.port}")
            await until(lambda: len(line.heard) > 150)
            phone.press("42#")
            await until(lambda: len(line.keys) == 3)
            assert line.media
            choice = line.media.choice
            assert choice
            assert choice.codec == codec
            assert bool(choice.crypto) == bool(theirs)
            await until(lambda: "remote_jitter_ms" in line.rtp.stats)  # its report about us
            figures = line.rtp.stats
            phone.hang_up()
            await asyncio.wait_for(line.bye.wait(), 30)
        assert line.keys == ["4", "2", "#"]
        assert abs(loudest(np.concatenate(line.heard[50:150]), rate) - THEIR_HERTZ) < 5
        assert figures["malformed"] == figures["wrong_payload_type"] == 0
        assert figures["unauthenticated"] <= (1 if theirs else 0)  # it opens its way with one plain RTCP packet
        assert figures["mos"] > 3
        recorded, heard_rate = read_wav(phone.heard())
    middle = recorded[len(recorded) // 3 : len(recorded) // 3 + heard_rate]
    assert abs(loudest(middle, heard_rate) - OUR_HERTZ) < 5
