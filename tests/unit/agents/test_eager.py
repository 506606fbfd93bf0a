"""Recognition asked early: used when the caller had finished, thrown away when not."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIConnectOptions, stt, utils, vad
from livekit.agents.types import NotGivenOr

from agents.speech.eager import MOST_GUESSES, EagerAdapter
from agents.speech.ears import final

WINDOW = rtc.AudioFrame(bytes(1024), 16000, 1, 512)  # 32 ms


class Recorder(stt.STT):
    """Answers with how many windows it was asked about."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self.asked: list[int] = []

    async def _recognize_impl(
        self, buffer: utils.AudioBuffer, *, language: NotGivenOr[str], conn_options: APIConnectOptions
    ) -> stt.SpeechEvent:
        windows = rtc.combine_audio_frames(buffer).samples_per_channel // 512
        self.asked.append(windows)
        return final(f"{windows} windows")


class Told(vad.VADStream):
    """A detector's stream that says what the test puts into it."""

    async def _main_task(self) -> None:
        async for event in self._detector.script:  # type: ignore[attr-defined]
            self._event_ch.send_nowait(event)

    def __init__(self, detector: Script) -> None:
        self._detector = detector
        super().__init__(detector)


class Script(vad.VAD):
    def __init__(self) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=0.032))
        self.script: utils.aio.Chan[vad.VADEvent] = utils.aio.Chan()

    def stream(self) -> vad.VADStream:
        return Told(self)

    def say(self, kind: vad.VADEventType, silence: float = 0.0, windows: int = 1) -> None:
        self.script.send_nowait(
            vad.VADEvent(kind, 0, 0.0, 0.0, silence, [WINDOW] * windows, speaking=True, raw_accumulated_silence=silence)
        )


@pytest.fixture
async def ears() -> tuple[Script, Recorder, EagerAdapter]:
    detector, recogniser = Script(), Recorder()
    return detector, recogniser, EagerAdapter(stt=recogniser, vad=detector)


async def heard(adapter: EagerAdapter) -> str:
    async with adapter.stream() as stream:
        async for event in stream:
            if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                return event.alternatives[0].text
    return ""


async def test_the_early_answer_is_used_when_nothing_followed(ears: tuple[Script, Recorder, EagerAdapter]) -> None:
    detector, recogniser, adapter = ears
    detector.say(vad.VADEventType.START_OF_SPEECH, windows=5)
    for silence in (0.0, 0.032, 0.064, 0.096, 0.128):
        detector.say(vad.VADEventType.INFERENCE_DONE, silence)
    detector.say(vad.VADEventType.END_OF_SPEECH, 0.25, windows=12)
    assert await asyncio.wait_for(heard(adapter), 10) == "9 windows"
    assert recogniser.asked == [9]


async def test_speech_that_goes_on_makes_the_early_answer_void(ears: tuple[Script, Recorder, EagerAdapter]) -> None:
    detector, recogniser, adapter = ears
    detector.say(vad.VADEventType.START_OF_SPEECH, windows=5)
    for silence in (0.096, 0.0, 0.032):
        detector.say(vad.VADEventType.INFERENCE_DONE, silence)
    detector.say(vad.VADEventType.END_OF_SPEECH, 0.25, windows=12)
    assert await asyncio.wait_for(heard(adapter), 10) == "12 windows"
    assert recogniser.asked[-1] == 12


def frame(amplitude: int) -> rtc.AudioFrame:
    return rtc.AudioFrame((np.sin(np.arange(320) / 4) * amplitude).astype(np.int16).tobytes(), 16000, 1, 320)


class Events:
    """Everything that a stream tells, as it comes."""

    def __init__(self, stream: stt.RecognizeStream) -> None:
        self._stream, self.kinds = stream, list[stt.SpeechEventType]()

    async def until(self, kind: stt.SpeechEventType) -> stt.SpeechEvent:
        async with asyncio.timeout(10):
            async for event in self._stream:
                self.kinds.append(event.type)
                if event.type == kind:
                    return event
        raise AssertionError(f"no {kind}")


async def test_the_level_tells_sooner_than_the_detector_and_the_answer_comes_before_the_end(
    ears: tuple[Script, Recorder, EagerAdapter],
) -> None:
    detector, recogniser, adapter = ears
    async with adapter.stream() as stream:
        events = Events(stream)
        detector.say(vad.VADEventType.START_OF_SPEECH, windows=5)
        await events.until(stt.SpeechEventType.START_OF_SPEECH)
        for amplitude in (8000, 8000, 8000, 0, 0, 0, 0):
            stream.push_frame(frame(amplitude))
        await asyncio.sleep(0)
        assert recogniser.asked == []  # a consonant is as quiet for as long
        stream.push_frame(frame(0))
        stream.push_frame(frame(0))
        early = await events.until(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT)
        assert early.alternatives[0].text == "5 windows"
        detector.say(vad.VADEventType.END_OF_SPEECH, 0.25, windows=12)
        last = await events.until(stt.SpeechEventType.FINAL_TRANSCRIPT)
        assert last.alternatives[0].text == "5 windows"
    assert recogniser.asked == [5]


async def test_who_speaks_on_after_a_pause_is_asked_about_again_a_few_times(
    ears: tuple[Script, Recorder, EagerAdapter],
) -> None:
    detector, recogniser, adapter = ears
    async with adapter.stream() as stream:
        events = Events(stream)
        detector.say(vad.VADEventType.START_OF_SPEECH, windows=5)
        await events.until(stt.SpeechEventType.START_OF_SPEECH)
        for _ in range(MOST_GUESSES + 3):
            for amplitude in (8000, 8000, 8000, *[0] * 6):
                stream.push_frame(frame(amplitude))
            if len(recogniser.asked) < MOST_GUESSES:
                await events.until(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT)
        detector.say(vad.VADEventType.END_OF_SPEECH, 0.25, windows=40)
        last = await events.until(stt.SpeechEventType.FINAL_TRANSCRIPT)
    assert len(recogniser.asked) == MOST_GUESSES + 1  # and at the end, about the whole
    assert last.alternatives[0].text == "40 windows"


async def test_a_noisy_line_is_left_to_the_detector(ears: tuple[Script, Recorder, EagerAdapter]) -> None:
    detector, recogniser, adapter = ears
    async with adapter.stream() as stream:
        events = Events(stream)
        detector.say(vad.VADEventType.START_OF_SPEECH, windows=5)
        await events.until(stt.SpeechEventType.START_OF_SPEECH)
        for amplitude in (8000, *[4000] * 20):
            stream.push_frame(frame(amplitude))
        for silence in (0.032, 0.064, 0.096):
            detector.say(vad.VADEventType.INFERENCE_DONE, silence)
        await events.until(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT)
    assert recogniser.asked == [8]
