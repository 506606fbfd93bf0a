"""Order, loss, restarts and strangers, without sockets."""

from __future__ import annotations

import numpy as np

from gateway.sip.rtp.frames import FrameQueue, Framer
from gateway.sip.rtp.packet import RtpPacket, build, parse
from gateway.sip.rtp.reorder import ReorderBuffer
from gateway.sip.rtp.source_lock import SourceLock
from gateway.sip.rtp.stream import Incoming

PEER = ("192.0.2.1", 4000)


def packet(sequence: int, *, timestamp: int | None = None, ssrc: int = 1, samples: int = 160) -> RtpPacket:
    stamp = sequence * 160 if timestamp is None else timestamp
    return RtpPacket(0, False, sequence & 0xFFFF, stamp & 0xFFFF_FFFF, ssrc, b"\x10" * samples)


def order_of(buffer: ReorderBuffer, sequences: list[int], timestamps: list[int] | None = None) -> list[int]:
    left: list[int] = []
    for i, sequence in enumerate(sequences):
        one = packet(sequence, timestamp=timestamps[i] if timestamps else None)
        left += [ordered.packet.sequence for ordered in buffer.add(one, i * 0.02)]
    return left


def test_packets_in_order_leave_at_once() -> None:
    buffer = ReorderBuffer()
    for sequence in (65534, 65535, 0, 1):
        assert len(buffer.add(packet(sequence), 0.0)) == 1


def test_two_swapped_packets_are_put_in_order() -> None:
    assert order_of(ReorderBuffer(), [1, 3, 2, 4]) == [1, 2, 3, 4]


def test_a_lost_packet_delays_nothing_after_the_next_two() -> None:
    buffer = ReorderBuffer()
    assert order_of(buffer, [1, 3, 4, 5]) == [1, 3, 4, 5]
    assert (buffer.lost, buffer.late) == (1, 0)


def test_a_held_packet_does_not_wait_for_ever() -> None:
    buffer = ReorderBuffer()
    buffer.add(packet(1), 0.0)
    assert buffer.add(packet(3), 0.02) == []
    assert buffer.overdue(0.03) == []
    assert [ordered.packet.sequence for ordered in buffer.overdue(0.07)] == [3]


def test_duplicates_and_late_packets_are_heard_once() -> None:
    buffer = ReorderBuffer()
    assert order_of(buffer, [1, 2, 2, 1, 3, 3]) == [1, 2, 3]
    assert buffer.late == 3


def test_a_jump_in_either_direction_is_followed_after_two_packets() -> None:
    assert order_of(ReorderBuffer(), [100, 4000, 4001, 4002]) == [100, 4000, 4001, 4002]
    back = order_of(ReorderBuffer(), [100, 50, 51, 52], [16000, 99000, 99160, 99320])
    assert back == [100, 51, 52]


def test_a_late_burst_is_no_restart() -> None:
    buffer = ReorderBuffer()
    assert order_of(buffer, [1, 2, 5, 6, 3, 4, 7]) == [1, 2, 5, 6, 7]
    assert buffer.restarts == 0


def test_another_ssrc_is_heard_at_once_even_when_it_alternates() -> None:
    buffer = ReorderBuffer()
    heard = sum(len(buffer.add(packet(i, ssrc=i % 256), 0.0)) for i in range(512))
    assert heard == 512


def test_a_lost_packet_is_concealed_and_a_long_gap_left_out() -> None:
    incoming = Incoming("PCMU")
    frames = [len(incoming.take(packet(n), audible=True, now=n * 0.02)) for n in (1, 3, 4, 50, 51)]
    assert frames == [1, 0, 3, 0, 2]
    assert incoming.concealer.concealed == 1


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
