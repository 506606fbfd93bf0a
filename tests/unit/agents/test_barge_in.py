"""What interrupts an agent: a word, not a hum, a cough or the line. The detector is a double, the sounds generated."""

from __future__ import annotations

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import vad

from agents.barge_in import WHATEVER_IT_IS_S, WordedVAD
from agents.turns import BARGE_IN_S
from agents.worded import RATE, is_open_voice

WINDOW = 512
RNG = np.random.default_rng(3)


def harmonics(pitch: float, formants: dict[int, float], samples: int = WINDOW) -> np.ndarray:
    """A voice of that pitch; `formants`: amplitude by frequency, nothing elsewhere."""
    at = np.arange(samples) / RATE
    total = np.zeros(samples)
    for number in range(1, int(3500 / pitch)):
        hertz = number * pitch
        amplitude = sum(level * np.exp(-(((hertz - centre) / 150) ** 2)) for centre, level in formants.items())
        total += amplitude * np.sin(2 * np.pi * hertz * at)
    return (total / np.abs(total).max() * 8000).astype(np.int16)


VOWELS = {
    "a": {700: 1.0, 1200: 0.5, 2500: 0.1},
    "e": {450: 1.0, 2000: 0.3},
    "i": {300: 1.0, 2300: 0.15},
    "o": {450: 1.0, 950: 0.3},
}
HUM = {250: 1.0}


@pytest.mark.parametrize("pitch", [95, 130, 210])
@pytest.mark.parametrize("vowel", VOWELS)
def test_a_vowel_can_be_a_word(vowel: str, pitch: float) -> None:
    assert is_open_voice(harmonics(pitch, VOWELS[vowel]))


@pytest.mark.parametrize("pitch", [95, 130, 210])
def test_a_hum_with_closed_lips_can_not(pitch: float) -> None:
    assert not is_open_voice(harmonics(pitch, HUM))


def test_breath_noise_and_silence_can_not() -> None:
    assert not is_open_voice((RNG.normal(size=WINDOW) * 3000).astype(np.int16))
    assert not is_open_voice(np.zeros(WINDOW, np.int16))
    assert not is_open_voice(harmonics(130, VOWELS["a"]) // 400)
    assert not is_open_voice(np.zeros(0, np.int16))


class Detector(vad.VAD):
    """Says of every window that it is speech, until `silent` windows are left."""

    def __init__(self, silent: int = 0) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=0.032))
        self.silent = silent

    def stream(self) -> vad.VADStream:
        return DetectorStream(self)


class DetectorStream(vad.VADStream):
    def __init__(self, detector: Detector) -> None:
        self._silent = detector.silent
        super().__init__(detector)

    async def _main_task(self) -> None:
        frames = [frame async for frame in self._input_ch if isinstance(frame, rtc.AudioFrame)]
        for number, frame in enumerate(frames):
            kind = vad.VADEventType.INFERENCE_DONE if number else vad.VADEventType.START_OF_SPEECH
            silent = max(0, number + 1 + self._silent - len(frames)) * 0.032
            event = vad.VADEvent(
                kind, number * WINDOW, number * 0.032, (number + 1) * 0.032, 0.0, [frame], speaking=True,
                raw_accumulated_silence=silent,
            )  # fmt: skip
            self._event_ch.send_nowait(event)


async def durations(windows: list[np.ndarray], silent: int = 0) -> list[float]:
    """Of speech, as the session is told them."""
    stream = WordedVAD(Detector(silent)).stream()
    for window in windows:
        stream.push_frame(rtc.AudioFrame(window.tobytes(), RATE, 1, len(window)))
    stream.end_input()
    told = [event.speech_duration async for event in stream if event.type is vad.VADEventType.INFERENCE_DONE]
    await stream.aclose()
    return told


async def test_words_interrupt_as_soon_as_ever() -> None:
    told = await durations([harmonics(130, VOWELS["a"])] * 10)
    assert max(told) > BARGE_IN_S


async def test_a_hum_does_not_interrupt() -> None:
    assert max(await durations([harmonics(130, HUM)] * 20)) < BARGE_IN_S


async def test_who_hums_on_and_on_wants_something() -> None:
    told = await durations([harmonics(130, HUM)] * int(WHATEVER_IT_IS_S / 0.032 + 5))
    assert max(told) >= WHATEVER_IT_IS_S


async def test_the_silence_after_a_short_word_is_no_speech() -> None:
    told = await durations([harmonics(130, VOWELS["a"])] * 12, silent=6)
    assert max(told) < BARGE_IN_S
