"""The jitter buffer without sockets: order, loss, jitter, restarts, floods."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
import pytest

from gateway.sip.rtp import g711
from gateway.sip.rtp.incoming import Incoming
from gateway.sip.rtp.packet import RtpPacket
from gateway.sip.rtp.playout import MOST_HELD, Playout

TICK = 0.02
SPEECH = g711.encode("PCMU", (np.sin(np.arange(8000) * 2 * np.pi * 200 / 8000) * 8000).astype(np.int16))


def packet(
    sequence: int, *, ms: int = 20, timestamp: int | None = None, ssrc: int = 1, marker: bool = False
) -> RtpPacket:
    units = ms * 8
    stamp = sequence * units if timestamp is None else timestamp
    at = stamp % (len(SPEECH) - units)
    return RtpPacket(0, marker, sequence & 0xFFFF, stamp & 0xFFFF_FFFF, ssrc, SPEECH[at : at + units])


def order_of(playout: Playout, sequences: list[int], timestamps: list[int] | None = None) -> list[int]:
    """Numbers in the order they leave; each packet comes 20 ms after the one before."""
    left: list[int] = []
    for place, sequence in enumerate(sequences):
        now = place * TICK
        playout.add(packet(sequence, timestamp=timestamps[place] if timestamps else None), now)
        left += [ordered.packet.sequence for ordered in playout.release(now)]
    return left + [ordered.packet.sequence for ordered in playout.release(len(sequences) * TICK + 1)]


class Line:
    """Packets at given moments and a clock beside them; what is heard, and when."""

    def __init__(self, incoming: Incoming | None = None) -> None:
        self.incoming = incoming or Incoming("PCMU")
        self.frames: list[np.ndarray] = []
        self.moments: list[float] = []

    def play(self, arrivals: Iterable[tuple[float, RtpPacket]], until: float = 0.0) -> Line:
        waiting = sorted(arrivals, key=lambda arrival: arrival[0])
        last = max(until, waiting[-1][0] if waiting else 0.0)
        ticks = [n * TICK + 0.007 for n in range(int(last / TICK) + 1)]
        events = sorted([(at, one) for at, one in waiting] + [(at, None) for at in ticks], key=lambda event: event[0])
        for at, one in events:
            found = self.incoming.tick(at) if one is None else self.incoming.take(one, "audio", at)
            self.frames += found
            self.moments += [at] * len(found)
        return self

    def longest_silence(self) -> float:
        return max(b - a for a, b in zip(self.moments, self.moments[1:], strict=False))


def test_packets_in_order_leave_at_once() -> None:
    playout = Playout()
    for place, sequence in enumerate((65534, 65535, 65536, 65537)):
        playout.add(packet(sequence), place * TICK)
        assert len(playout.release(place * TICK)) == 1
    assert playout.timeline.delay_ms == 0
    assert playout.highest == 65537


def test_packets_that_overtake_each_other_are_put_in_order_once_that_has_happened() -> None:
    playout = Playout()
    assert order_of(playout, [1, 3, 2, 4, 6, 5, 7, 8, 10, 9, 11]) == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert (playout.lost, playout.late) == (0, 1)


def test_nobody_waits_for_a_lost_packet_on_a_line_that_keeps_the_order() -> None:
    playout = Playout()
    for place, sequence in enumerate((1, 2, 4)):
        playout.add(packet(sequence), place * TICK)
        left = playout.release(place * TICK)
    assert [(ordered.missing, ordered.packet.sequence) for ordered in left] == [(1, 4)]
    assert (playout.lost, playout.gaps, playout.late) == (1, 1, 0)
    line = Line().play((n * TICK, packet(n)) for n in range(300) if n % 20)
    assert line.longest_silence() <= 2 * TICK + 0.001
    assert line.incoming.concealed == 14


def test_a_packet_that_comes_after_it_was_given_up_is_late_and_not_lost() -> None:
    playout = Playout()
    assert order_of(playout, [1, 3, 4, 5, 2]) == [1, 3, 4, 5]
    assert (playout.lost, playout.late, playout.duplicates) == (0, 1, 0)


def test_duplicates_are_heard_once() -> None:
    playout = Playout()
    assert order_of(playout, [1, 2, 2, 1, 3, 3]) == [1, 2, 3]
    assert playout.duplicates == 3


def test_a_jump_in_either_direction_is_followed_after_two_packets_and_is_no_loss() -> None:
    playout = Playout()
    assert order_of(playout, [100, 4000, 4001, 4002]) == [100, 4001, 4002]
    assert (playout.lost, playout.restarts) == (0, 1)
    back = order_of(Playout(), [100, 50, 51, 52], [16000, 99000, 99160, 99320])
    assert back == [100, 51, 52]


def test_a_late_burst_is_no_restart() -> None:
    playout = Playout()
    assert order_of(playout, [1, 2, 5, 6, 7, 3, 4, 8])[:5] == [1, 2, 5, 6, 7]
    assert playout.restarts == 0


def test_another_sender_is_taken_up_when_the_old_one_is_silent() -> None:
    line = Line().play((n * TICK, packet(n, ssrc=1 if n < 10 else 2)) for n in range(40))
    assert line.incoming.playout.ssrc == 2
    assert line.incoming.playout.restarts == 1
    assert len(line.frames) >= 35


def test_a_stream_among_255_others_is_heard_in_full() -> None:
    own = [(n * TICK, packet(n)) for n in range(256)]
    others = [(n * TICK + 0.001, packet(n * 7, ssrc=1000 + n % 255)) for n in range(256)]
    line = Line().play(own + others)
    assert line.incoming.playout.received == 256
    assert line.incoming.playout.restarts == 0
    assert len(line.frames) >= 255


@pytest.mark.parametrize("same_stream", [False, True])
def test_a_flood_at_ten_times_the_rate_takes_no_room_and_not_the_stream(same_stream: bool) -> None:
    chance = random.Random(7)
    own = [(n * TICK, packet(n)) for n in range(500)]
    flood = [
        (n * TICK / 10 + 0.0001, packet(chance.randrange(65536), timestamp=chance.getrandbits(32), ssrc=1))
        if same_stream
        else (n * TICK / 10 + 0.0001, packet(n, ssrc=9))
        for n in range(5000)
    ]
    playout = (line := Line().play(own + flood)).incoming.playout
    assert len(playout._held) <= MOST_HELD + 1
    assert len(playout._given_up) <= 128
    if not same_stream:  # who can forge the numbers of the stream itself can disturb it, but not grow it
        assert playout.received == 500
        assert len(line.frames) >= 499


class TestJitter:
    def test_a_clean_line_has_no_delay(self) -> None:
        chance = random.Random(1)
        line = Line().play((0.1 + n * TICK + chance.uniform(0, 0.008), packet(n)) for n in range(500))
        assert line.incoming.playout.timeline.delay_ms == 0
        assert [round(at / TICK - 0.5) for at in line.moments][:5] == [5, 6, 7, 8, 9]
        assert line.incoming.concealed == 0

    def test_the_delay_follows_the_jitter_and_goes_again(self) -> None:
        chance = random.Random(2)
        rough = [(n * TICK + chance.uniform(0, 0.12), packet(n)) for n in range(500)]
        line = Line().play(rough)
        grown = line.incoming.playout.timeline.delay_ms
        assert 80 <= grown <= 110
        assert line.incoming.playout.late + line.incoming.playout.lost <= 25  # all of them while it grew
        line.play([(n * TICK, packet(n)) for n in range(500, 1500)])
        assert line.incoming.playout.timeline.delay_ms < 20

    def test_audio_goes_on_evenly_once_the_delay_has_grown(self) -> None:
        chance = random.Random(3)
        line = Line().play((n * TICK + chance.uniform(0, 0.1), packet(n)) for n in range(600))
        calm = Line()
        calm.moments = line.moments[200:-10]
        assert calm.longest_silence() <= 3 * TICK

    def test_no_delay_is_longer_than_200_ms_and_older_audio_is_dropped(self) -> None:
        burst = [(n * TICK if not 100 <= n < 135 else 135 * TICK, packet(n)) for n in range(400)]
        line = Line().play(burst)
        assert line.incoming.playout.timeline.delay_ms <= 200
        assert line.incoming.playout.late >= 15
        assert max(len([m for m in line.moments if m == moment]) for moment in line.moments) <= 12

    def test_a_road_that_became_longer_is_believed(self) -> None:
        shifted = [(n * TICK + (0.4 if n >= 100 else 0.0), packet(n)) for n in range(300)]
        line = Line().play(shifted)
        assert line.incoming.playout.late <= 10
        assert len(line.frames) > 270

    @pytest.mark.parametrize("pace", [1.0005, 0.9995])
    def test_a_sender_whose_clock_runs_off_needs_no_delay_and_loses_nothing(self, pace: float) -> None:
        line = Line().play((n * TICK * pace, packet(n)) for n in range(10_000))
        assert line.incoming.playout.timeline.delay_ms == 0
        assert (line.incoming.playout.late, line.incoming.concealed) == (0, 0)
        assert len(line.frames) == 10_000

    def test_loss_and_jitter_together_leave_no_long_hole(self) -> None:
        chance = random.Random(5)
        line = Line().play(
            (n * TICK + chance.uniform(0, 0.06), packet(n)) for n in range(1500) if chance.random() > 0.05
        )
        calm = Line()
        calm.moments = line.moments[200:]
        assert calm.longest_silence() <= 4 * TICK
        assert abs(len(line.frames) - 1500) <= 15

    @pytest.mark.parametrize("phase", [0.001, 0.006, 0.012, 0.018])
    @pytest.mark.parametrize("hiccup", [0.045, 0.09])
    def test_one_hiccup_is_forgotten_whenever_the_clock_ticks(self, phase: float, hiccup: float) -> None:
        late = [(10 * TICK + phase + hiccup, packet(10))]
        rest = [(n * TICK + phase + (hiccup if 5 < n < 10 else 0), packet(n)) for n in range(800) if n != 10]
        line = Line().play(late + rest)
        assert line.incoming.playout.timeline.delay_ms == 0

    def test_what_waited_in_our_own_socket_was_not_late(self) -> None:
        incoming = Incoming("PCMU")
        for n in range(100):
            read_at = n * TICK + (0.15 if 50 <= n < 58 else 0.0)  # this process was busy
            incoming.take(packet(n), "audio", read_at, n * TICK)
        assert incoming.playout.timeline.delay_ms == 0
        assert incoming.jitter < 1

    def test_it_shrinks_without_a_click(self) -> None:
        chance = random.Random(4)
        line = Line().play((n * TICK + (chance.uniform(0, 0.15) if n < 100 else 0.0), packet(n)) for n in range(1200))
        calm = np.concatenate(line.frames[150:]).astype(int)
        assert line.incoming.playout.timeline.delay_ms < 20
        assert len(line.frames[150:]) < 1100 - 40
        steepest = 2 * np.pi * 200 / 8000 * 8000
        assert np.abs(np.diff(calm)).max() < 1.6 * steepest


@pytest.mark.parametrize("ms", [10, 20, 30, 40, 60])
@pytest.mark.parametrize("codec", ["PCMU", "G722"])
def test_packets_of_every_usual_length_become_frames_of_20_ms(ms: int, codec: str) -> None:
    rate = 16000 if codec == "G722" else 8000
    line = Line(Incoming(codec, rate)).play((n * ms / 1000, packet(n, ms=ms)) for n in range(120))
    assert {len(frame) for frame in line.frames} == {rate // 50}
    assert abs(len(line.frames) - 120 * ms / 20) <= 3
    assert line.incoming.playout.lost == 0


@pytest.mark.parametrize("ms", [10, 20, 30, 40, 60])
def test_a_lost_packet_of_any_length_is_filled_with_as_much_sound(ms: int) -> None:
    arrivals = [(n * ms / 1000, packet(n, ms=ms)) for n in range(60) if n % 20 != 10]
    line = Line().play(arrivals)
    assert line.incoming.playout.lost == 3
    assert abs(len(line.frames) - 60 * ms / 20) <= 4


def test_sequence_and_timestamp_may_wrap_in_the_middle_of_a_word() -> None:
    arrivals = [(n * TICK, packet(65500 + n, timestamp=2**32 - 4000 + n * 160)) for n in range(100)]
    line = Line().play(arrivals)
    assert len(line.frames) == 100
    assert (line.incoming.playout.lost, line.incoming.playout.restarts) == (0, 0)
    assert line.incoming.jitter < 1
    assert line.incoming.playout.highest == 65599


def test_a_new_time_base_in_the_same_stream_is_no_jitter() -> None:
    arrivals = [(n * TICK, packet(n, timestamp=n * 160 + (123_456_789 if n > 50 else 0))) for n in range(100)]
    line = Line().play(arrivals)
    assert len(line.frames) >= 99
    assert line.incoming.playout.timeline.delay_ms == 0


def test_a_pause_of_the_sender_is_no_loss_and_no_jitter() -> None:
    arrivals = [(n * TICK, packet(n, timestamp=n * 160)) for n in range(50)]
    arrivals += [(2.0 + n * TICK, packet(50 + n, timestamp=16000 + n * 160, marker=n == 0)) for n in range(50)]
    line = Line().play(arrivals)
    assert line.incoming.playout.lost == 0
    assert line.incoming.playout.timeline.delay_ms == 0
    assert line.incoming.concealed <= 3
