"""What many calls begin with is synthesised once, and only as the chosen voice says it."""

from __future__ import annotations

import asyncio

from livekit import rtc
from livekit.agents import APIConnectionError, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions

from agents.speech.kept_sound import KeptSound, seconds
from agents.speech.stand_in import TwoMouths

RATE = 8000


class Voice(tts.TTS):
    """A second of silence for every sentence, unless it is broken."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1)
        self.said: list[str] = []
        self.broken = False

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Sentence(tts=self, input_text=text, conn_options=conn_options)


class _Sentence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        voice = self._tts
        assert isinstance(voice, Voice)
        voice.said.append(self._input_text)
        if voice.broken:
            raise APIConnectionError
        output_emitter.initialize(request_id="v", sample_rate=RATE, num_channels=1, mime_type="audio/pcm")
        output_emitter.push(bytes(RATE * 2))


async def test_the_second_call_finds_what_the_first_had_said() -> None:
    kept, voice = KeptSound(), Voice()
    first = await kept.spoken(voice, "Hello.")
    assert round(seconds(first), 1) == 1.0
    assert await kept.spoken(Voice(), "Hello.") is first
    assert voice.said == ["Hello."]


async def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept, voice = KeptSound(most_s=2.5), Voice()
    for text in ("a", "b", "a", "c", "a", "b"):
        await kept.spoken(voice, text)
    assert voice.said == ["a", "b", "c", "b"]


async def test_a_voice_that_stood_in_is_not_kept() -> None:
    kept, first, other = KeptSound(), Voice(), Voice()
    first.broken = True
    await kept.spoken(TwoMouths(first, other), "Hello.")
    assert other.said == ["Hello."]
    await kept.spoken(again := Voice(), "Hello.")
    assert again.said == ["Hello."]


async def test_calls_that_ask_at_the_same_time_all_get_it() -> None:
    kept, voice = KeptSound(), Voice()
    frames = await asyncio.gather(*(kept.spoken(voice, "Hello.") for _ in range(3)))
    assert all(round(seconds(one), 1) == 1.0 for one in frames)
    assert all(isinstance(frame, rtc.AudioFrame) for one in frames for frame in one)
