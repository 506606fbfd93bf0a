"""Two endpoints on loopback: audio, keys, strangers."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gateway.kernel.errors import Overloaded
from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.flow import Flow
from gateway.sip.rtp.packet import build, parse
from gateway.sip.rtp.ports import PortPool
from gateway.sip.rtp.srtp import Srtp
from gateway.sip.wire.sdp import MediaChoice
from gateway.sip.wire.sdp_crypto import Crypto, Suite

HOST = "127.0.0.1"
TONE = (np.sin(np.arange(160) / 8 * np.pi) * 8000).astype(np.int16)
WIDE_TONE = (np.sin(np.arange(320) / 16 * np.pi) * 8000).astype(np.int16)


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


SUITE: Suite = "AES_CM_128_HMAC_SHA1_80"
KEYS = {side: bytes([number] * 30) for number, side in enumerate(("one", "two"))}


def secure(
    port: int, *, mine: str, theirs: str, suite: Suite = "AES_CM_128_HMAC_SHA1_80", **change: Any
) -> MediaChoice:
    return target(port, crypto=Crypto(1, suite, KEYS[theirs]), local_key=KEYS[mine], protocol="RTP/SAVP", **change)


async def until(reached: Callable[[], bool], within: float = 30.0) -> None:
    """Asks on every tick of the media clock."""
    ticked = asyncio.Event()
    leave = MediaClock.shared().subscribe(ticked.set)
    async with asyncio.timeout(within):
        while not reached():
            ticked.clear()
            await ticked.wait()
    leave()


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"])
async def test_encrypted_audio_keys_and_reports_cross_in_both_directions(pool: PortPool, suite: Suite) -> None:
    pressed: list[str] = []
    with RtpEndpoint(pool) as one, RtpEndpoint(pool) as two:
        for end in (one, two):
            end.pull = lambda: TONE
        two.on_digit = lambda digit, ms: pressed.append(digit)
        one.start(secure(two.local_port, mine="one", theirs="two", suite=suite, rtcp_mux=True))
        two.start(secure(one.local_port, mine="two", theirs="one", suite=suite, rtcp_mux=True))
        await one.send_digits("42", tone_ms=60, gap_ms=60)
        await until(lambda: min(one.stats["received"], two.stats["received"]) > 20)
        report_now(two)
        await until(lambda: "remote_jitter_ms" in one.stats)
        assert one.stats["unauthenticated"] == two.stats["unauthenticated"] == 0
    assert pressed == ["4", "2"]


async def test_audio_that_is_plain_forged_or_replayed_is_counted_and_not_heard(pool: PortPool) -> None:
    heard: list[np.ndarray] = []
    with RtpEndpoint(pool) as end, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((HOST, 0))
        end.on_frame = lambda frame, at: heard.append(frame)
        end.start(secure(peer.getsockname()[1], mine="one", theirs="two"))
        theirs = Srtp(Crypto(1, SUITE, KEYS["one"]), KEYS["two"])
        good = [theirs.protect(build(0, False, n, n * 160, 7, b"\x10" * 160)) for n in range(3)]
        wrong = Srtp(Crypto(1, SUITE, KEYS["one"]), bytes([9] * 30))
        forged = [
            build(0, False, 9, 1440, 7, b"\x10" * 160),
            wrong.protect(build(0, False, 9, 1440, 7, b"\x10" * 160)),
            b"x",
        ]
        for datagram in (*good, *forged, good[1], good[2]):
            peer.sendto(datagram, (HOST, end.local_port))
        await until(lambda: end.stats["replayed"] == 2)
        assert end.stats["unauthenticated"] == 3
        assert end.stats["received"] == 3
        assert all((frame == heard[0]).all() for frame in heard[:3])


async def test_a_re_invite_may_change_the_keys_the_codec_and_the_hold(pool: PortPool) -> None:
    frames: list[np.ndarray] = []
    with RtpEndpoint(pool, frame_rate=16000) as one, RtpEndpoint(pool, frame_rate=16000) as two:
        for end in (one, two):
            end.pull = lambda: WIDE_TONE
        two.on_frame = lambda frame, at: frames.append(frame)
        one.start(target(two.local_port))
        two.start(target(one.local_port))
        await until(lambda: len(frames) > 5)
        one.retarget(secure(two.local_port, mine="one", theirs="two", codec="G722", payload_type=9))
        two.retarget(secure(one.local_port, mine="two", theirs="one", codec="G722", payload_type=9))
        frames.clear()
        await until(lambda: len(frames) > 5 and two.stats["received"] > 20)
        assert {len(frame) for frame in frames} == {320}
        one.retarget(target(two.local_port, direction="sendonly"))
        counted: list[float] = []  # on every tick: what was on its way still comes, then nothing more

        def settled() -> bool:
            counted.append(two.stats["received"])
            return len(counted) > 10 and counted[-1] == counted[-10]

        await until(settled)


async def test_round_trip_and_quality_are_known_after_reports_went_both_ways(pool: PortPool) -> None:
    with RtpEndpoint(pool) as one, RtpEndpoint(pool) as two:
        for end in (one, two):
            end.pull = lambda: TONE
        one.start(target(two.local_port))
        two.start(target(one.local_port))
        await until(lambda: min(one.stats["received"], two.stats["received"]) > 20)
        report_now(one)
        await until(lambda: heard_a_report(two))
        report_now(two)
        await until(lambda: "rtt_ms" in one.stats)
        assert one.stats["mos"] > 3
        assert one.stats["remote_mos"] > 3
        assert one.stats["loss_percent"] >= 0
        two.close()
        await until(lambda: one._flow is not None and one._flow.reception.peer_left)


def report_now(end: RtpEndpoint) -> None:
    assert end._flow
    end._flow.report_at = time.monotonic()


def heard_a_report(end: RtpEndpoint) -> bool:
    return end._flow is not None and end._flow.reception._sender_middle != 0


def test_a_peer_that_said_it_falls_silent_is_given_more_time() -> None:
    flow, source = Flow(target(4000, comfort_noise_pt=13), "", 100.0, 8000), (HOST, 4000)
    flow.heard(build(0, False, 1, 160, 1, b"\x10" * 160), source, 100.0)
    assert not flow.is_silent(100.2, after_s=0.3)
    assert flow.is_silent(100.4, after_s=0.3)
    flow.heard(build(13, False, 2, 320, 1, b"\x32"), source, 100.5)
    assert not flow.is_silent(103.0, after_s=0.3)
    assert flow.is_silent(104.0, after_s=0.3)
    flow.heard(build(0, True, 3, 9600, 1, b"\x10" * 160), source, 105.0)
    assert flow.is_silent(105.4, after_s=0.3)


async def test_tones_in_the_audio_are_told_and_kept_from_the_room_when_asked(pool: PortPool) -> None:
    keys: list[str] = []
    loud: list[bool] = []
    with RtpEndpoint(pool) as phone, RtpEndpoint(pool) as node:
        phone.pull = lambda: np.zeros(160, np.int16)
        node.on_tone = lambda digit, ms: keys.append(digit)
        node.on_frame = lambda frame, at: loud.append(bool(np.abs(frame).max() > 500))
        phone.start(target(node.local_port))
        node.start(target(phone.local_port))
        node.hide_tones()
        node.watch_tones(False)  # somebody else needs no keys; hidden they stay
        await phone.send_tones("12#", tone_ms=160, gap_ms=100)
        await until(lambda: len(keys) == 3)
        assert keys == ["1", "2", "#"]
        assert sum(loud) == 0
        node.hide_tones(False)
        loud.clear()
        await phone.send_tones("5", tone_ms=160, gap_ms=100)
        await until(lambda: sum(loud) >= 4)
        assert len(keys) == 3


async def test_packets_of_10_ms_are_sent_to_a_peer_that_wants_them(pool: PortPool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer, RtpEndpoint(pool) as end:
        peer.bind((HOST, 0))
        peer.setblocking(False)
        end.pull = lambda: TONE
        end.start(target(peer.getsockname()[1], maxptime_ms=10))
        loop = asyncio.get_running_loop()
        packets = [parse(await asyncio.wait_for(loop.sock_recv(peer, 2048), 10)) for _ in range(6)]
        assert all(packet and len(packet.payload) == 80 for packet in packets)
        stamps = [packet.timestamp for packet in packets if packet]
        assert {(b - a) % 2**32 for a, b in pairwise(stamps)} == {80}


def test_keys_are_heard_under_our_number_and_sent_under_theirs() -> None:
    flow, source = Flow(target(4000, telephone_event_pt=96, offered_event_pt=101), "", 0.0, 8000), (HOST, 4000)
    for number, payload_type in enumerate((101, 96)):
        heard = flow.heard(build(payload_type, True, number, number * 1000, 1, b"\x05\x0a\x00\xa0"), source, 0.0)
        assert heard.pressed
        assert heard.pressed.digit == "5"
    assert flow.outgoing.event_payload_type == 96
    none = Flow(target(4000, telephone_event_pt=None, offered_event_pt=101), "", 0.0, 8000)
    assert none.heard(build(101, True, 1, 1, 1, b"\x05\x0a\x00\xa0"), source, 0.0).pressed is None
