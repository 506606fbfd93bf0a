"""The detector that decides whether an agent is interrupted: livekit-agents' own, which has to hear something like a
word first.

livekit-agents interrupts at an event whose `speech_duration` reaches `BARGE_IN_S`. A sound that cannot be a word is
reported as shorter than that, until it has lasted so long that somebody wants something, whatever it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
from livekit import rtc
from livekit.agents import utils, vad

from agents.worded import is_open_voice

NO_WORD_S = 0.05  # shorter than any BARGE_IN_S
OPEN_WINDOWS = 2  # of the detector's, 32 ms each
WHATEVER_IT_IS_S = 1.0


class WordedVAD(vad.VAD):
    """Wraps a detector; for the session alone, not for the ears."""

    def __init__(self, detector: vad.VAD) -> None:
        super().__init__(capabilities=detector.capabilities)
        self._detector = detector

    @property
    def model(self) -> str:
        return self._detector.model

    @property
    def provider(self) -> str:
        return self._detector.provider

    def stream(self) -> vad.VADStream:
        return _WordedStream(self, self._detector)


class _WordedStream(vad.VADStream):
    def __init__(self, worded: vad.VAD, detector: vad.VAD) -> None:
        self._detecting = detector.stream()
        self._open = 0
        super().__init__(worded)

    async def _main_task(self) -> None:
        feeding = asyncio.create_task(self._feed(), name="barge-in:feed")
        try:
            async for event in self._detecting:
                self._event_ch.send_nowait(self._weighed(event))
        finally:
            await utils.aio.cancel_and_wait(feeding)
            await self._detecting.aclose()

    async def _feed(self) -> None:
        async for frame in self._input_ch:
            if isinstance(frame, rtc.AudioFrame):
                self._detecting.push_frame(frame)
            else:
                self._detecting.flush()
        self._detecting.end_input()

    def _weighed(self, event: vad.VADEvent) -> vad.VADEvent:
        match event.type:
            case vad.VADEventType.START_OF_SPEECH:
                self._open = sum(_open(frame) for frame in event.frames)
            case vad.VADEventType.INFERENCE_DONE if event.speaking:
                self._open += sum(_open(frame) for frame in event.frames)
            case _:
                return event
        spoken = max(0.0, event.speech_duration - event.raw_accumulated_silence)
        if self._open < OPEN_WINDOWS and spoken < WHATEVER_IT_IS_S:
            spoken = min(spoken, NO_WORD_S)
        return replace(event, speech_duration=spoken)


def _open(frame: rtc.AudioFrame) -> int:
    return int(is_open_voice(np.frombuffer(frame.data, np.int16)))
