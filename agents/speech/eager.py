"""Recognition that begins while the end of the turn is still being decided.

A stretch of speech counts as finished after `END_OF_SPEECH_S` of silence, and a detector of speech notices silence
some 100 ms late. A recogniser over the network needs about as long: it is asked after a shorter silence already, told
by the level alone, and its answer is used unless the caller went on speaking. The answer is passed on as soon as it is
there, so that the model can think about it before the turn is known to be over.
"""

from __future__ import annotations

import asyncio
import time

import numpy as np
from livekit import rtc
from livekit.agents import APIConnectOptions, stt, utils, vad
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr

ASK_AFTER_S = 0.09  # three windows of the detector
QUIET_S, GOES_ON_S = 0.1, 0.04  # by the level
QUIET_RMS, QUIET_SHARE = 120.0, 0.12  # of the loudest moment of late
FORGETS = 0.995  # of that moment, per frame
MOST_GUESSES = 5  # in one stretch of speech
LONGEST_GUESS_S = 30.0  # what is longer is recognised once, at its end


class EagerAdapter(stt.StreamAdapter):
    """`stt.StreamAdapter` for a recogniser that is slow but may be asked in vain."""

    def __init__(self, *, stt: stt.STT, vad: vad.VAD) -> None:
        super().__init__(stt=stt, vad=vad)
        self._detector = vad

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _EagerStream(self, self._detector, language, conn_options)


class _EagerStream(stt.RecognizeStream):
    def __init__(
        self, adapter: EagerAdapter, detector: vad.VAD, language: NotGivenOr[str], conn_options: APIConnectOptions
    ) -> None:
        super().__init__(stt=adapter, conn_options=APIConnectOptions(max_retry=0, timeout=conn_options.timeout))
        self._recogniser = adapter.wrapped_stt
        self._detector = detector
        self._language = language
        self._options = conn_options
        self._speech: list[rtc.AudioFrame] = []
        self._guess: asyncio.Task[stt.SpeechEvent] | None = None
        self._level = _Level()
        self._speaking = False
        self._guesses = 0
        self._detected_silence_s = 0.0

    async def _run(self) -> None:
        detecting = self._detector.stream()
        feeding = asyncio.create_task(self._feed(detecting), name="ears:feed")
        try:
            async for event in detecting:
                await self._heed(event)
        finally:
            self._forget()
            await utils.aio.cancel_and_wait(feeding)
            await detecting.aclose()

    async def _feed(self, detecting: vad.VADStream) -> None:
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                detecting.push_frame(frame)
                self._level.heard(frame)
                self._ask_or_forget()
            else:
                detecting.flush()
        detecting.end_input()

    async def _heed(self, event: vad.VADEvent) -> None:
        match event.type:
            case vad.VADEventType.START_OF_SPEECH:
                self._forget()
                self._speech, self._speaking, self._detected_silence_s = [*event.frames], True, 0.0
                self._guesses = 0
                self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.START_OF_SPEECH))
            case vad.VADEventType.INFERENCE_DONE if event.speaking:
                self._speech += event.frames
                self._detected_silence_s = event.raw_accumulated_silence
                self._ask_or_forget()
            case vad.VADEventType.END_OF_SPEECH:
                await self._finish(event)
            case _:
                pass

    def _ask_or_forget(self) -> None:
        """On a noisy line the level says nothing, and the detector decides alone."""
        if not self._speaking:
            return
        level, silence_s = self._level, self._detected_silence_s
        if self._guess and silence_s == 0.0 and level.loud_s >= GOES_ON_S:
            self._forget()  # the caller went on
        elif (silence_s >= ASK_AFTER_S or level.quiet_s >= QUIET_S) and not self._guess and self._may_guess():
            self._guess = asyncio.create_task(self._recognise(self._speech), name="ears:guess")
            self._guesses += 1
            self._guess.add_done_callback(self._guessed)

    def _guessed(self, guess: asyncio.Task[stt.SpeechEvent]) -> None:
        if guess is not self._guess or guess.cancelled() or guess.exception():
            return  # whoever waits for it sees why
        if (found := guess.result()).alternatives and found.alternatives[0].text:
            early = stt.SpeechEvent(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, alternatives=[found.alternatives[0]])
            self._event_ch.send_nowait(early)

    def _may_guess(self) -> bool:
        return bool(self._speech) and self._guesses < MOST_GUESSES and self._seconds() <= LONGEST_GUESS_S

    def _seconds(self) -> float:
        return sum(frame.duration for frame in self._speech)

    async def _recognise(self, frames: list[rtc.AudioFrame]) -> stt.SpeechEvent:
        return await self._recogniser.recognize(
            buffer=utils.merge_frames(list(frames)), language=self._language, conn_options=self._options
        )

    async def _finish(self, event: vad.VADEvent) -> None:
        ended_at = time.time() - event.silence_duration - event.inference_duration
        self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.END_OF_SPEECH, speech_end_time=ended_at))
        guess, self._guess, self._speech, self._speaking = self._guess, None, [], False
        found = await (guess or self._recognise(event.frames))
        if found.alternatives and found.alternatives[0].text:
            self._event_ch.send_nowait(
                stt.SpeechEvent(
                    stt.SpeechEventType.FINAL_TRANSCRIPT,
                    alternatives=[found.alternatives[0]],
                    speech_end_time=found.speech_end_time or ended_at,
                )
            )

    def _forget(self) -> None:
        if self._guess:
            self._guess.cancel()
        self._guess = None


class _Level:
    """How long it has been quiet, or loud, by the level of the frames alone."""

    def __init__(self) -> None:
        self._loudest = self.quiet_s = 0.0
        self.loud_s = GOES_ON_S

    def heard(self, frame: rtc.AudioFrame) -> None:
        samples = np.frombuffer(frame.data, np.int16).astype(np.float32)
        rms = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
        self._loudest = max(self._loudest * FORGETS, rms)
        if rms < max(QUIET_RMS, QUIET_SHARE * self._loudest):
            self.quiet_s, self.loud_s = self.quiet_s + frame.duration, 0.0
        else:
            self.quiet_s, self.loud_s = 0.0, self.loud_s + frame.duration
