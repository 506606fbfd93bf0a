"""RFC 4733: every key exactly once, whatever the network does to the packets."""

from __future__ import annotations

import random

import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.rtp.digits import DigitReceiver, check_digits, event_payload, schedule
from gateway.sip.rtp.outgoing import Outgoing
from gateway.sip.rtp.packet import RtpPacket


def event(digit: str, timestamp: int, units: int = 160, *, end: bool = False, ssrc: int = 1) -> RtpPacket:
    return RtpPacket(101, False, 0, timestamp, ssrc, event_payload(digit, units, end))


def heard(receiver: DigitReceiver, packets: list[RtpPacket]) -> str:
    return "".join(pressed.digit for packet in packets if (pressed := receiver.take(packet)))


def packets_for(digits: str, *, tone_ms: int = 100, gap_ms: int = 60) -> list[RtpPacket]:
    packets, timestamp, begun = [], 0, 0
    for sequence, tick in enumerate(schedule(digits, tone_ms, gap_ms)):
        timestamp += 160
        if tick is not None:
            begun = timestamp if tick.begins else begun
            packets.append(RtpPacket(101, tick.marker, sequence, begun, 1, tick.payload))
    return packets


def test_a_key_is_told_at_its_start_and_once() -> None:
    receiver = DigitReceiver()
    packets = [event("5", 800, units) for units in (160, 320, 480)] + [event("5", 800, 640, end=True)] * 3
    assert receiver.take(packets[0]) == ("5", 20)
    assert heard(receiver, packets[1:]) == ""


def test_a_key_whose_ends_are_all_lost_still_counts() -> None:
    receiver = DigitReceiver()
    assert heard(receiver, [event("5", 800), event("5", 1600), event("#", 2400)]) == "55#"


def test_a_late_copy_of_an_older_key_fires_no_more() -> None:
    receiver = DigitReceiver()
    assert heard(receiver, [event("1", 800), event("2", 1600), event("1", 800, 640, end=True)]) == "12"


@pytest.mark.parametrize("payload", [b"", b"\x05", b"\x05\x0a\x00"])
def test_a_short_payload_is_dropped(payload: bytes) -> None:
    receiver = DigitReceiver()
    assert receiver.take(RtpPacket(101, True, 1, 1, 1, payload)) is None
    assert receiver.dropped == 1


def test_an_event_that_is_no_key_is_dropped() -> None:
    receiver = DigitReceiver()
    assert receiver.take(RtpPacket(101, True, 1, 1, 1, b"\x10\x0a\x00\xa0")) is None


def test_a_key_held_for_long_is_one_key_in_several_segments() -> None:
    receiver = DigitReceiver()
    assert heard(receiver, [event("7", 1000), event("7", 1000, 0xFFFF), event("7", 1000 + 0xFFFF)]) == "7"
    assert heard(receiver, [event("7", 1000 + 0xFFFF + 900)]) == "7"


def test_timestamps_may_wrap_and_senders_may_restart() -> None:
    receiver = DigitReceiver()
    assert heard(receiver, [event("1", 0xFFFF_FF00), event("2", 600), event("3", 0x8000_0000 - 5)]) == "123"
    assert heard(receiver, [event("4", 100, ssrc=2), event("5", 900, ssrc=2)]) == "45"


def test_loss_duplication_and_small_reordering_lose_and_add_no_key() -> None:
    digits = "1122334455*#0099AABBCCDD"
    for seed in range(200):
        chance = random.Random(seed)
        kept = [packet for packet in packets_for(digits) for _ in range(chance.choice((0, 1, 1, 2)))]
        shuffled = sorted(range(len(kept)), key=lambda i: i + chance.uniform(0, 2.5))
        alive = {packet.timestamp for packet in kept}
        expected = {packet.timestamp for packet in packets_for(digits)}
        got = heard(DigitReceiver(), [kept[i] for i in shuffled])
        assert len(got) == len(alive)
        if alive == expected:
            assert got == digits


def test_what_goes_out_has_one_marker_three_ends_and_a_gap() -> None:
    ticks = schedule("12", 100, 80)
    first = ticks[: len(ticks) // 2]
    assert [tick is not None for tick in first] == [True] * 7 + [False] * 2
    sent = [tick for tick in first if tick]
    assert [tick.marker for tick in sent] == [True] + [False] * 6
    assert [bool(tick.payload[1] & 0x80) for tick in sent] == [False] * 4 + [True] * 3
    assert [int.from_bytes(tick.payload[2:], "big") for tick in sent] == [160, 320, 480, 640, 800, 800, 800]


async def test_all_packets_of_a_key_carry_the_timestamp_of_its_start() -> None:
    outgoing = Outgoing("PCMU", 0, 96)
    done = outgoing.type_digits("19", 60, 60)
    stamps: list[int] = []
    while not done.done():
        stamps += [int.from_bytes(datagram[4:8], "big") for datagram in outgoing.datagrams(None)]
    assert [stamps.count(stamp) for stamp in dict.fromkeys(stamps)] == [5, 5]
    one, two = dict.fromkeys(stamps)
    assert (two - one) % 2**32 == 160 * 6


@pytest.mark.parametrize("digits", ["", "E", "1 2", "9" * 129])
def test_digits_that_no_phone_has_are_refused(digits: str) -> None:
    with pytest.raises(BadInput):
        check_digits(digits)
