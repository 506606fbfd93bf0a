"""Frames, queues, headers and strangers, without sockets."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from gateway.sip.rtp.arrival import receive
from gateway.sip.rtp.frames import FrameQueue, Framer
from gateway.sip.rtp.packet import RtpPacket, build, parse
from gateway.sip.rtp.ports import PortPool
from gateway.sip.rtp.source_lock import SourceLock

PEER = ("192.0.2.1", 4000)


def test_packets_of_any_length_become_frames_of_20_ms() -> None:
    for samples, packets, frames in ((80, 6, 3), (240, 4, 6), (320, 3, 6), (480, 2, 6)):
        framer = Framer()
        cut = [frame for _ in range(packets) for frame in framer.add(np.ones(samples, np.int16))]
        assert len(cut) == frames
        assert {len(frame) for frame in cut} == {160}


def test_a_standing_backlog_is_trimmed_and_a_full_queue_loses_the_oldest() -> None:
    queue = FrameQueue(capacity=3, trim_after=5)
    for value in range(4):
        queue.put(np.full(160, value, np.int16))
    assert queue.dropped == 1
    taken: list[int] = []
    for value in range(4, 14):
        if (frame := queue.take()) is not None:
            taken.append(int(frame[0]))
        queue.put(np.full(160, value, np.int16))
    assert queue.dropped == 3
    assert len(queue) == 1
    assert taken == sorted(taken)


def test_header_extensions_csrcs_and_padding_are_cut_off() -> None:
    plain = build(0, True, 7, 8, 9, b"audio")
    assert parse(plain) == RtpPacket(0, True, 7, 8, 9, b"audio")
    extended = bytes([plain[0] | 0x10]) + plain[1:12] + b"\xbe\xde\x00\x01abcd" + b"audio"
    assert parse(extended) == RtpPacket(0, True, 7, 8, 9, b"audio")
    padded = bytes([plain[0] | 0x20]) + plain[1:] + b"\0\0\x03"
    assert parse(padded) == RtpPacket(0, True, 7, 8, 9, b"audio")
    source = bytes([plain[0] | 0x01]) + plain[1:12] + b"csrc" + b"audio"
    assert parse(source) == RtpPacket(0, True, 7, 8, 9, b"audio")
    for broken in (plain[:11], b"\x40" + plain[1:], bytes([plain[0] | 0x0F]) + plain[1:], padded[:-1] + b"\xff"):
        assert parse(broken) is None


class TestSourceLock:
    def test_the_negotiated_address_is_heard_at_once(self) -> None:
        assert SourceLock(PEER).admits(PEER, payload_type_known=True, now=0)

    def test_a_stranger_is_never_heard(self) -> None:
        lock = SourceLock(PEER)
        assert not any(lock.admits(("198.51.100.7", 4000), payload_type_known=True, now=n) for n in range(100))
        assert lock.target == PEER

    def test_another_port_of_the_peer_is_followed_after_three_good_packets(self) -> None:
        lock, natted = SourceLock(PEER), (PEER[0], 61000)
        outcomes = [lock.admits(natted, payload_type_known=True, now=n * 0.02) for n in range(4)]
        assert outcomes == [False, False, True, True]
        assert lock.target == natted

    def test_a_phone_behind_a_nat_is_heard_from_where_its_sip_comes_from(self) -> None:
        lock, natted = SourceLock(("192.168.1.20", 4000), "198.51.100.7"), ("198.51.100.7", 61000)
        outcomes = [lock.admits(natted, payload_type_known=True, now=n * 0.02) for n in range(4)]
        assert outcomes == [False, False, True, True]
        assert lock.target == natted
        assert not lock.admits(("198.51.100.8", 61000), payload_type_known=True, now=9)

    def test_another_port_does_not_take_a_stream_that_flows(self) -> None:
        lock, other = SourceLock(PEER), (PEER[0], 61000)
        for n in range(20):
            assert lock.admits(PEER, payload_type_known=True, now=n * 0.02)
            assert not lock.admits(other, payload_type_known=True, now=n * 0.02)

    def test_unknown_payloads_latch_nothing(self) -> None:
        lock = SourceLock(PEER)
        assert not any(lock.admits((PEER[0], 61000), payload_type_known=False, now=n) for n in range(10))

    def test_a_reinvite_moves_the_lock(self) -> None:
        lock, moved = SourceLock(PEER), ("192.0.2.9", 5000)
        lock.admits(PEER, payload_type_known=True, now=0)
        lock.retarget(moved)
        assert lock.target == moved
        assert not lock.admits(PEER, payload_type_known=True, now=0.1)


def test_a_datagram_tells_when_it_arrived_however_late_it_is_read() -> None:
    pool = PortPool("127.0.0.1", 34600, 34602)
    pair = pool.take()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        before = time.monotonic()
        peer.sendto(b"hello", ("127.0.0.1", pair.port))
        after = time.monotonic()
        datagram, source, arrived = receive(pair.rtp, after + 3.0)  # as if three seconds had passed
        assert (datagram, source[0]) == (b"hello", "127.0.0.1")
        assert before + 2.9 < arrived < after + 3.0
        with pytest.raises(BlockingIOError):
            receive(pair.rtp, after)
    pool.give_back(pair)
