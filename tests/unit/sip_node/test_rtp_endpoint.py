"""Two endpoints on loopback: audio, keys, strangers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gateway.kernel.errors import Overloaded
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.packet import build
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import MediaChoice

HOST = "127.0.0.1"


def target(port: int, **change: Any) -> MediaChoice:
    return MediaChoice(
        **{"codec": "PCMU", "payload_type": 0, "telephone_event_pt": 101, **change}, remote_host=HOST, remote_port=port
    )


@pytest.fixture
def pool() -> Iterator[PortPool]:
    pool = PortPool(HOST, 34000, 34400)
    yield pool
    assert pool.in_use == 0


async def test_audio_crosses_in_both_directions(pool: PortPool) -> None:
    tone = (np.sin(np.arange(160) / 8 * np.pi) * 8000).astype(np.int16)
    heard: asyncio.Queue[np.ndarray] = asyncio.Queue(maxsize=100)
    with RtpEndpoint(pool) as one, RtpEndpoint(pool) as two:
        for end in (one, two):
            end.pull = lambda: tone
            end.on_frame = lambda frame, at: heard.put_nowait(frame)
        one.start(target(two.local_port, codec="PCMA", payload_type=8))
        two.start(target(one.local_port, codec="PCMA", payload_type=8))
        frames = [await asyncio.wait_for(heard.get(), 2) for _ in range(20)]
        assert all(len(frame) == 160 for frame in frames)
        assert np.abs(frames[-1].astype(int) - tone).max() < 300
        assert one.stats["received"] >= 8
        assert two.stats["received"] >= 8


async def test_every_key_of_a_fast_sequence_arrives_exactly_once(pool: PortPool) -> None:
    pressed: list[str] = []
    with RtpEndpoint(pool) as one, RtpEndpoint(pool) as two:
        two.on_digit = lambda digit, ms: pressed.append(digit)
        one.start(target(two.local_port))
        two.start(target(one.local_port))
        await one.send_digits("1122*#09d", tone_ms=60, gap_ms=60)
        await one.send_digits("55", tone_ms=60, gap_ms=60)
    assert "".join(pressed) == "1122*#09D55"


async def test_a_stranger_is_not_heard(pool: PortPool) -> None:
    heard = asyncio.Event()
    with RtpEndpoint(pool) as end, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        end.on_frame = lambda frame, at: heard.set()
        with RtpEndpoint(pool) as peer:
            peer.start(target(end.local_port))
            end.start(target(peer.local_port))
            for sequence in range(20):
                stranger.sendto(build(0, False, sequence, sequence * 160, 7, b"\xff" * 160), (HOST, end.local_port))
            peer.pull = lambda: np.zeros(160, np.int16)
            await asyncio.wait_for(heard.wait(), 2)
        assert end.stats["foreign"] == 20


async def test_silence_is_told_once_per_period(pool: PortPool) -> None:
    told = asyncio.Event()
    with RtpEndpoint(pool, silence_after_s=0.1) as end:
        end.on_silence = told.set
        end.start(target(9))
        await asyncio.wait_for(told.wait(), 2)


async def test_garbage_and_icmp_errors_leave_the_endpoint_alive(pool: PortPool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer, RtpEndpoint(pool) as end:
        peer.bind((HOST, 0))
        heard = asyncio.Event()
        end.on_frame = lambda frame, at: heard.set()
        end.pull = lambda: np.zeros(160, np.int16)
        end.start(target(peer.getsockname()[1]))
        for junk in (
            b"",
            b"\x80",
            b"\x00" * 40,
            b"\x9f" + b"\xff" * 20,
            b"\xbf" * 11,
            build(101, True, 1, 1, 1, b"\x01"),
        ):
            peer.sendto(junk, (HOST, end.local_port))
        peer.sendto(build(0, False, 2, 160, 1, b"\xff" * 160), (HOST, end.local_port))
        await asyncio.wait_for(heard.wait(), 2)
        assert end.stats["malformed"] == 5
        assert end.stats["digits_dropped"] == 1


async def test_no_free_port_is_an_overload_and_a_closed_one_is_free_at_once() -> None:
    pool = PortPool(HOST, 34500, 34502)
    first, second = RtpEndpoint(pool), RtpEndpoint(pool)
    with pytest.raises(Overloaded):
        RtpEndpoint(pool)
    first.close()
    with RtpEndpoint(pool) as third:
        assert third.local_port == first.local_port
    second.close()
