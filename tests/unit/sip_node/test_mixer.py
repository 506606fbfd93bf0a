"""Who is heard on the phone, frame by frame, and how several voices sound together."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.mixer import ALL, Mixer
from gateway.sip.rtp.frames import FrameQueue


def frame(value: int, size: int = 160) -> np.ndarray:
    return np.full(size, value, np.int16)


class Room:
    """Identities that each say a number of their own, a power of two, on every tick."""

    def __init__(self, *identities: str) -> None:
        self.mixer = Mixer()
        self.voices: dict[str, tuple[int, FrameQueue]] = {}
        for identity in identities:
            self.joins(identity)

    def joins(self, identity: str) -> None:
        value = 1 << len(self.voices)
        self.voices[identity] = (value, self.mixer.open(f"TR_{identity}", identity))

    def tick(self) -> set[str]:
        """Everybody speaks; who is heard."""
        for value, queue in self.voices.values():
            queue.put(frame(value))
        total = int(self.mixer.mix()[0])
        return {identity for identity, (value, _) in self.voices.items() if total & value}


def test_everybody_is_heard_until_somebody_says_otherwise() -> None:
    room = Room("agent", "human")
    assert room.tick() == {"agent", "human"}
    room.joins("late")
    assert room.tick() == {"agent", "human", "late"}


def test_exactly_those_who_are_named_are_heard_from_the_next_frame_on() -> None:
    room = Room("agent", "human", "supervisor")
    assert len(room.tick()) == 3
    for heard in ({"agent"}, {"human"}, {"agent", "supervisor"}, set(), {"nobody"}, {"human"}):
        room.mixer.hear(heard)
        assert room.tick() == heard - {"nobody"}
    room.mixer.hear(ALL)
    assert room.tick() == {"agent", "human", "supervisor"}


def test_any_sequence_of_orders_and_arrivals_is_followed_exactly() -> None:
    chance = random.Random(8)
    for _ in range(200):
        room, hearing = Room("a", "b"), {"a", "b"}
        everybody = True
        for _ in range(20):
            step = chance.randrange(3)
            if step == 0 and len(room.voices) < 8:
                room.joins(f"p{len(room.voices)}")
            elif step == 1:
                hearing, everybody = set(chance.sample([*room.voices, "x"], 2)), False
                room.mixer.hear(hearing)
            elif chance.random() < 0.2:
                everybody = True
                room.mixer.hear(ALL)
            assert room.tick() == (set(room.voices) if everybody else hearing & set(room.voices))


def test_who_comes_later_is_heard_only_if_named() -> None:
    room = Room("agent")
    room.mixer.hear({"agent", "expected"})
    room.joins("stranger")
    room.joins("expected")
    assert room.tick() == {"agent", "expected"}


def test_a_track_without_a_name_is_heard_only_by_who_hears_all() -> None:
    mixer = Mixer()
    queue = mixer.open("TR_x")
    queue.put(frame(7))
    assert mixer.mix().any()
    mixer.hear({""})
    queue.put(frame(7))
    assert not mixer.mix().any()


@pytest.mark.parametrize("nonsense", ["agent", None, 5, ["agent", None], b"agent"])
def test_an_order_that_cannot_be_understood_lets_nobody_be_heard(nonsense: Any) -> None:
    room = Room("agent", "human")
    with pytest.raises(BadInput):
        room.mixer.hear(nonsense)
    assert room.tick() == set()


def test_what_was_said_to_others_is_not_heard_afterwards() -> None:
    mixer = Mixer()
    mixer.hear({"agent"})
    whisper = mixer.open("TR_h", "human")
    for _ in range(3):
        whisper.put(frame(99))
    mixer.hear({"agent", "human"})
    assert not mixer.mix().any()
    whisper.put(frame(5))
    assert (mixer.mix() == 5).all()


def test_two_tracks_of_one_identity_are_both_heard_and_a_closed_one_is_gone() -> None:
    mixer = Mixer()
    mixer.hear({"human"})
    one, two = mixer.open("TR_1", "human"), mixer.open("TR_2", "human")
    one.put(frame(3))
    two.put(frame(4))
    assert (mixer.mix() == 7).all()
    mixer.close("TR_1")
    one.put(frame(3))
    two.put(frame(4))
    assert (mixer.mix() == 4).all()


class TestLevel:
    def test_quiet_voices_are_summed_exactly(self) -> None:
        mixer = Mixer()
        one, two = mixer.open("one"), mixer.open("two")
        one.put(frame(1000))
        two.put(frame(-300))
        assert (mixer.mix() == 700).all()

    def test_one_voice_goes_through_untouched(self) -> None:
        mixer = Mixer()
        loud = frame(32767)
        mixer.open("one").put(loud)
        assert mixer.mix() is loud

    def test_loud_voices_together_are_made_quieter_and_not_cut_off(self) -> None:
        mixer = Mixer()
        one, two = mixer.open("one"), mixer.open("two")
        t = np.arange(160 * 50)
        a = (np.sin(t * 2 * np.pi * 300 / 8000) * 24000).astype(np.int16)
        b = (np.sin(t * 2 * np.pi * 410 / 8000) * 24000).astype(np.int16)
        mixed: list[np.ndarray] = []
        for place in range(0, len(t), 160):
            one.put(a[place : place + 160])
            two.put(b[place : place + 160])
            mixed.append(mixer.mix())
        whole = np.concatenate(mixed).astype(int)
        assert np.count_nonzero(np.abs(whole) > 32500) < 20  # the first milliseconds of the first loud frame at most
        spectrum = np.abs(np.fft.rfft(whole[800:] * np.hanning(len(whole) - 800)))
        hertz = np.fft.rfftfreq(len(whole) - 800, 1 / 8000)
        harmonics = spectrum[(hertz > 600) & (hertz < 4000)].max()
        assert harmonics < spectrum.max() / 50

    def test_the_level_comes_back_when_there_is_room_again(self) -> None:
        mixer = Mixer()
        one, two = mixer.open("one"), mixer.open("two")
        one.put(frame(30000))
        two.put(frame(30000))
        assert mixer.mix().max() <= 32767
        for _ in range(10):
            one.put(frame(1000))
            last = mixer.mix()
        assert (last == 1000).all()

    def test_a_wide_mixer_gives_wide_silence(self) -> None:
        assert len(Mixer(16000).mix()) == 320
