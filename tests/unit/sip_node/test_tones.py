"""Keys as tones: what ITU-T Q.24 wants accepted and rejected, talk-off, generation, silence towards the room."""

from __future__ import annotations

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.rtp import g711
from gateway.sip.rtp.digits import KEYS
from gateway.sip.rtp.resample import Halver
from gateway.sip.rtp.tone_detector import ToneDetector
from gateway.sip.rtp.tone_watch import ToneWatch
from gateway.sip.rtp.tones import HIGH_DBM0, LOW_DBM0, amplitude, frequencies_of, tone_frames

RATES = (8000, 16000)
TEXT = (
    "Thank you for calling. Your appointment is on Tuesday the fourteenth at half past three. Please bring your "
    "papers, and press one to confirm, two to change it, or stay on the line and somebody will be with you soon. "
    "Zero, one, two, three, four, five, six, seven, eight, nine, star, pound. We have been expecting you."
)


def key(
    digit: str, ms: float, rate: int, *, low: float = 1.0, high: float = 1.0, levels: tuple[float, float] = (-9, -7),
    hertz: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """A key whose frequencies are off by a factor, and by `hertz` in the same direction."""
    t = np.arange(int(rate * ms / 1000)) / rate
    f, g = frequencies_of(digit)
    f, g = f * low + np.sign(low - 1) * hertz, g * high + np.sign(high - 1) * hertz
    return amplitude(levels[0]) * np.sin(2 * np.pi * f * t + 0.3) + amplitude(levels[1]) * np.sin(2 * np.pi * g * t + 1)


def heard(*parts: np.ndarray | float, rate: int, at: int = 0, noise: float = 0.0) -> str:
    """The keys in sounds and silences (milliseconds), begun `at` samples into a frame, with white noise added."""
    sound = [np.zeros(rate // 20 + at)]
    sound += [np.zeros(int(rate * part / 1000)) if isinstance(part, int | float) else part for part in parts]
    whole = np.concatenate([*sound, np.zeros(rate // 10)])
    whole = whole[: len(whole) // (rate // 50) * (rate // 50)] + np.random.default_rng(at).normal(
        0, noise or 1, len(whole) // (rate // 50) * (rate // 50)
    )
    detector = ToneDetector(rate)
    frames = np.clip(whole, -32768, 32767).astype(np.int16).reshape(-1, rate // 50)
    return "".join(pressed.digit for frame in frames if (pressed := detector.take(frame)))


def places(rate: int) -> range:
    return range(0, rate // 50, rate // 400)


@pytest.mark.parametrize("rate", RATES)
class TestQ24:
    def test_40_ms_of_every_key_are_enough_wherever_they_fall(self, rate: int) -> None:
        for digit in KEYS:
            for at in places(rate):
                assert heard(key(digit, 40, rate), rate=rate, at=at) == digit

    def test_23_ms_are_not(self, rate: int) -> None:
        for digit in KEYS:
            for at in places(rate):
                assert heard(key(digit, 23, rate), rate=rate, at=at) == ""

    @pytest.mark.parametrize(("low", "high"), [(0.985, 0.985), (0.985, 1.015), (1.015, 0.985), (1.015, 1.015)])
    def test_frequencies_that_are_off_by_1_5_percent_and_2_hertz_are_taken(
        self, rate: int, low: float, high: float
    ) -> None:
        for digit in KEYS:
            assert heard(key(digit, 40, rate, low=low, high=high, hertz=2), rate=rate, at=31) == digit

    @pytest.mark.parametrize(("low", "high"), [(0.965, 1), (1.035, 1), (1, 0.965), (1, 1.035), (1.035, 0.965)])
    def test_frequencies_that_are_off_by_3_5_percent_are_not(self, rate: int, low: float, high: float) -> None:
        for digit in KEYS:
            assert heard(key(digit, 300, rate, low=low, high=high), rate=rate, at=31) == ""

    @pytest.mark.parametrize("levels", [(-11, -7), (-7, -15), (-29, -29), (-33, -29), (-29, -29), (-3, -3)])
    def test_twist_and_levels_within_the_bounds_are_taken(self, rate: int, levels: tuple[float, float]) -> None:
        for digit in KEYS:
            assert heard(key(digit, 40, rate, levels=levels), rate=rate, at=57) == digit

    @pytest.mark.parametrize("levels", [(-55, -55), (-9, -30), (-30, -9)])
    def test_what_is_too_weak_or_too_uneven_is_not(self, rate: int, levels: tuple[float, float]) -> None:
        for digit in KEYS:
            assert heard(key(digit, 200, rate, levels=levels), rate=rate, at=57) == ""

    def test_noise_15_db_below_does_not_hide_a_key(self, rate: int) -> None:
        noise = np.sqrt((amplitude(-9) ** 2 + amplitude(-7) ** 2) / 2 / 10**1.5)
        for digit in KEYS:
            for at in places(rate):
                assert heard(key(digit, 40, rate), rate=rate, at=at, noise=noise) == digit

    def test_a_pause_of_40_ms_separates_two_presses_and_a_drop_of_10_ms_does_not(self, rate: int) -> None:
        for digit in KEYS:
            for at in places(rate):
                assert heard(key(digit, 40, rate), 40, key(digit, 40, rate), rate=rate, at=at) == digit * 2
                assert heard(key(digit, 100, rate), 10, key(digit, 100, rate), rate=rate, at=at) == digit

    def test_keys_without_a_pause_are_two(self, rate: int) -> None:
        assert heard(key("1", 60, rate), key("9", 60, rate), rate=rate) == "19"

    def test_a_single_tone_and_three_tones_are_no_key(self, rate: int) -> None:
        t = np.arange(rate // 4) / rate
        single = 8000 * np.sin(2 * np.pi * 941 * t)
        assert heard(single, rate=rate) == ""
        assert heard(key("5", 250, rate) + 10000 * np.sin(2 * np.pi * 1100 * t), rate=rate) == ""


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_keys_survive_the_telephone_line(codec: g711.CodecName) -> None:
    frames = tone_frames(KEYS, 8000, 60, 60)
    detector = ToneDetector()
    got = "".join(
        pressed.digit for frame in frames if (pressed := detector.take(g711.decode(codec, g711.encode(codec, frame))))
    )
    assert got == KEYS


@pytest.mark.parametrize("voice", ["rms", "slt", "awb", "kal"])
def test_speech_is_no_key(voice: str, tmp_path: Path) -> None:
    flite = shutil.which("flite")
    assert flite, "flite is missing: make setup installs it"
    path = tmp_path / "speech.wav"
    subprocess.run([flite, "-voice", voice, "-t", TEXT, "-o", str(path)], check=True, timeout=60)
    with wave.open(str(path)) as file:
        samples, rate = np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()
    narrow = Halver()(samples) if rate == 16000 else samples
    detector = ToneDetector()
    frames = narrow[: len(narrow) // 160 * 160].reshape(-1, 160)
    assert len(frames) > 900
    assert [pressed for frame in frames if (pressed := detector.take(frame))] == []


class TestGeneration:
    @pytest.mark.parametrize("rate", RATES)
    def test_what_is_sent_is_heard_key_by_key(self, rate: int) -> None:
        detector = ToneDetector(rate)
        frames = tone_frames("1122*#09wd", rate, 60, 60)
        assert {len(frame) for frame in frames} == {rate // 50}
        assert "".join(pressed.digit for frame in frames if (pressed := detector.take(frame))) == "1122*#09D"

    def test_the_levels_are_those_of_the_standard(self) -> None:
        sound = np.concatenate(tone_frames("5", 8000, 500, 60)[2:22]).astype(float)
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) * 4 / len(sound)
        for frequency, level in ((770, LOW_DBM0), (1336, HIGH_DBM0)):
            peak = spectrum[round(frequency * len(sound) / 8000)]
            assert abs(20 * np.log10(peak / amplitude(level))) < 1

    def test_what_is_no_key_is_refused(self) -> None:
        with pytest.raises(BadInput):
            tone_frames("x", 8000, 60, 60)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("length_ms", [40, 200])
def test_no_part_of_a_key_gets_into_the_room(rate: int, length_ms: int) -> None:
    for at in places(rate):
        for digit in "159D":
            sound = np.concatenate([np.zeros(rate // 10 + at), key(digit, length_ms, rate), np.zeros(rate // 5)])
            sound = sound[: len(sound) // (rate // 50) * (rate // 50)]
            watch, loud, got = ToneWatch(rate, mute=True), 0, ""
            for frame in sound.astype(np.int16).reshape(-1, rate // 50):
                through, pressed = watch.take(frame)
                loud += bool(through.any())
                got += pressed.digit if pressed else ""
            assert (got, loud) == (digit, 0)


def test_speech_goes_on_one_frame_later_when_the_key_is_over_and_nothing_is_hidden_unless_asked() -> None:
    chance = np.random.default_rng(5)
    words = [chance.normal(0, 2000, 160).astype(np.int16) for _ in range(8)]
    tone = key("7", 20, 8000).astype(np.int16)
    hiding, open_ear = ToneWatch(8000, mute=True), ToneWatch(8000, mute=False)
    for frame in [tone] * 10:
        assert not hiding.take(frame)[0].any()
        assert open_ear.take(frame)[0] is frame
    through = [hiding.take(word)[0] for word in words]
    assert all(out is word for out, word in zip(through[4:], words[3:], strict=False))
    hiding.mute = False
    assert hiding.take(words[0])[0] is words[0]
