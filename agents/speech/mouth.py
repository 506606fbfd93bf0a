"""The embedded mouth: shipped recordings first, a speech engine of the system for everything else."""

from __future__ import annotations

from collections.abc import Iterable

from livekit.agents import APIConnectOptions, APIError, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.utils import shortuuid

from agents.speech.engines import Engine
from agents.speech.phrasebook import RATE, Phrasebook, Samples
from gateway.kernel.errors import SetupError


class EmbeddedMouth(tts.TTS):
    """8 kHz mono: nothing more crosses a telephone line."""

    def __init__(self, phrasebook: Phrasebook | None, engine: Engine | None) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1)
        self._phrasebook = phrasebook
        self._engine = engine

    @property
    def model(self) -> str:
        return self._engine.name if self._engine else "recordings"

    @property
    def provider(self) -> str:
        return "gateway"

    def can_say(self, text: str) -> bool:
        return self._engine is not None or (self._phrasebook is not None and self._phrasebook.say(text) is not None)

    def require(self, texts: Iterable[str]) -> None:
        """Raises SetupError when no engine is installed and a text is not in the recordings."""
        missing = self._phrasebook.missing(texts) if self._phrasebook and not self._engine else []
        if missing:
            raise SetupError(
                f"{len(missing)} sentences of this agent are not among the shipped recordings, "
                "and no speech engine is installed",
                todo="apt-get install flite (or espeak-ng), or configure GATEWAY_SPEECH__TTS=openai",
            )

    async def speak(self, text: str) -> Samples:
        """The whole text as samples; raises APIError when nothing can say it."""
        if self._phrasebook and (recorded := self._phrasebook.say(text)) is not None:
            return recorded
        if self._engine is None:
            raise APIError("no recording and no speech engine for this text", retryable=False)
        return await self._engine.speak(text)

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Spoken(mouth=self, text=text, conn_options=conn_options)


class _Spoken(tts.ChunkedStream):
    def __init__(self, *, mouth: EmbeddedMouth, text: str, conn_options: APIConnectOptions) -> None:
        super().__init__(tts=mouth, input_text=text, conn_options=conn_options)
        self._mouth = mouth

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=shortuuid("say_"), sample_rate=RATE, num_channels=1, mime_type="audio/pcm", frame_size_ms=100
        )
        samples = await self._mouth.speak(self.input_text)
        output_emitter.push(samples.tobytes())
        output_emitter.flush()
