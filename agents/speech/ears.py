"""Ears for livekit-agents: what was said in one stretch of speech, recognised in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from livekit import rtc
from livekit.agents import APIConnectOptions, stt, utils
from livekit.agents.language import LanguageCode
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from agents.speech.keywords import RATE, KeywordSpotter

ENGLISH = LanguageCode("en")
# The voice activity detector starts a little late and ends on the last sound; the decoder wants room around words.
PADDING = bytes(int(0.1 * RATE) * 2)
UNCLEAR = "[unclear]"  # said long enough to deserve an answer, but none of our phrases
UNCLEAR_FROM_S = 1.2  # of audio, of which the detector's lead-in and silence are 0.75


def pcm_at(buffer: utils.AudioBuffer, rate: int) -> bytes:
    """16-bit mono samples at `rate` Hz."""
    frame = rtc.combine_audio_frames(buffer)
    samples = np.frombuffer(frame.data, dtype=np.int16).reshape(-1, frame.num_channels)[:, 0]
    if frame.sample_rate != rate:
        positions = np.arange(0, len(samples), frame.sample_rate / rate)
        samples = np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)
    return samples.tobytes()


def final(text: str, language: LanguageCode = ENGLISH) -> stt.SpeechEvent:
    """The event for a finished stretch of speech."""
    return stt.SpeechEvent(
        type=stt.SpeechEventType.FINAL_TRANSCRIPT,
        alternatives=[stt.SpeechData(language=language, text=text, confidence=1.0 if text else 0.0)],
    )


class KeywordEars(stt.STT):
    """Hears the phrases of a profile, digits while they are expected, and `answers` alone while one is expected.

    Wrap it in `stt.StreamAdapter`.
    """

    def __init__(
        self, spotter: KeywordSpotter, digits_expected: Callable[[], int],
        answers: KeywordSpotter | None = None, answer_expected: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._spotter = spotter
        self._digits_expected = digits_expected
        self._answers, self._answer_expected = answers, answer_expected
        self._one_at_a_time = asyncio.Lock()  # the decoder is not made for two threads

    @property
    def model(self) -> str:
        return "keyword spotting, en-us"

    @property
    def provider(self) -> str:
        return "pocketsphinx"

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        async with self._one_at_a_time:
            return final(await asyncio.to_thread(self._understand, buffer, self._digits_expected()))

    def _understand(self, buffer: utils.AudioBuffer, digits: int) -> str:
        pcm = pcm_at(buffer, RATE)
        spotter = self._answers if self._answers and self._answer_expected() else self._spotter
        heard = spotter.understand(PADDING + pcm + PADDING, digits_expected=digits)
        return heard or (UNCLEAR if len(pcm) / 2 / RATE >= UNCLEAR_FROM_S else "")
