"""A second pair of ears and a second mouth, for when the first ones fail or are slow.

Not LiveKit's fallback adapters: their time limits go to the client library as a hint, and a server that accepts a
request and never answers it keeps a caller waiting for thirty seconds. Here the limit is ours.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, stt, tts, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr

from agents.speech.ears import UNCLEAR, UNCLEAR_FROM_S, final
from gateway.kernel.logs import get_logger

HEARD_WITHIN_S = 2.0  # what was said, from the end of it, if somebody else may hear it
GIVEN_UP_AFTER_S = 8.0  # by the last one
NEXT_SOUND_WITHIN_S = 2.0  # the first sound of a sentence, and each one after it
LONE_VOICE_WITHIN_S = 4.0  # the same, where nobody was chosen to stand in and the embedded voice does
LEFT_ALONE_S = 30.0  # who has failed is not asked for so long

_log = get_logger(__name__)


class Trouble:
    """Who has failed lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._until = clock, 0.0

    @property
    def is_over(self) -> bool:
        return self._clock() >= self._until

    def noted(self, stage: str, error: Exception) -> None:
        self._until = self._clock() + LEFT_ALONE_S
        _log.warning("speech_stage_failed", stage=stage, kind=type(error).__name__)


class SteadyEars(stt.STT):
    """The other one hears what the first did not, from the same audio; where nobody did, that is said, because an error
    would leave the call without ears for good. Wrap it in `stt.StreamAdapter`."""

    def __init__(self, first: stt.STT, other: stt.STT | None = None) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._first, self._other, self._trouble = first, other, Trouble()

    @property
    def model(self) -> str:
        return self._serving.model

    @property
    def provider(self) -> str:
        return self._serving.provider

    @property
    def _serving(self) -> stt.STT:
        return self._first if self._other is None or self._trouble.is_over else self._other

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        last = self._other or self._first
        for ears in (self._first, last) if self._serving is not last else (last,):
            within_s = GIVEN_UP_AFTER_S if ears is last else HEARD_WITHIN_S
            once = APIConnectOptions(max_retry=0, timeout=within_s)
            try:
                async with asyncio.timeout(within_s):
                    return await ears.recognize(buffer, language=language, conn_options=once)
            except (APIError, TimeoutError) as error:
                self._trouble.noted("stt", error)
        seconds = rtc.combine_audio_frames(buffer).duration
        return final(UNCLEAR if seconds >= UNCLEAR_FROM_S else "")

    async def aclose(self) -> None:
        await self._first.aclose()
        if self._other:
            await self._other.aclose()


class TwoMouths(tts.TTS):
    """The other one says what the first could not begin; a sentence that has begun is not begun again."""

    def __init__(self, first: tts.TTS, other: tts.TTS, within_s: float | None = None) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=first.sample_rate, num_channels=1
        )
        self._first, self._other, self._trouble = first, other, Trouble()
        self._within_s = within_s or NEXT_SOUND_WITHIN_S

    @property
    def model(self) -> str:
        return self._serving.model

    @property
    def provider(self) -> str:
        return self._serving.provider

    @property
    def stood_in(self) -> bool:
        """Whether what was said last may not be the first one's."""
        return not self._trouble.is_over

    @property
    def _serving(self) -> tts.TTS:
        return self._first if self._trouble.is_over else self._other

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Sentence(self, text, conn_options)

    async def say(self, text: str) -> AsyncIterator[rtc.AudioFrame]:
        """At our sampling rate. Raises APIError, TimeoutError when nobody can begin; ends when a voice breaks off."""
        for mouth in (self._first, self._other) if self._trouble.is_over else (self._other,):
            begun = False
            try:
                async for frame in _of_one(mouth, text, self.sample_rate, self._within_s):
                    begun = True
                    yield frame
                return
            except (APIError, TimeoutError) as error:
                if mouth is self._first:
                    self._trouble.noted("tts", error)
                if begun:
                    return
                if mouth is self._other:
                    raise

    async def aclose(self) -> None:
        await self._first.aclose()
        await self._other.aclose()


async def _of_one(mouth: tts.TTS, text: str, rate: int, within_s: float) -> AsyncIterator[rtc.AudioFrame]:
    resampler = rtc.AudioResampler(mouth.sample_rate, rate) if mouth.sample_rate != rate else None
    once = APIConnectOptions(max_retry=0, timeout=within_s)
    async with mouth.synthesize(text, conn_options=once) as stream:
        while True:
            async with asyncio.timeout(within_s):
                spoken = await anext(stream, None)
            if spoken is None:
                break
            for frame in resampler.push(spoken.frame) if resampler else [spoken.frame]:
                yield frame
    for frame in resampler.flush() if resampler else []:
        yield frame


class _Sentence(tts.ChunkedStream):
    def __init__(self, mouths: TwoMouths, text: str, conn_options: APIConnectOptions) -> None:
        super().__init__(tts=mouths, input_text=text, conn_options=conn_options)
        self._mouths = mouths

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid("say_"),
            sample_rate=self._mouths.sample_rate,
            num_channels=1,
            mime_type="audio/pcm",
            frame_size_ms=100,
        )
        async for frame in self._mouths.say(self.input_text):
            output_emitter.push(frame.data.tobytes())
        output_emitter.flush()
