"""The hosted providers that can be chosen, and how LiveKit's plugin for each wants to be called. Pure.

Only what belongs to the record is fixed here: where the sound or the words go. Everything else a plugin can do is an
option of its own, by its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.speech_settings import Stage

VERSION = "1.8.9"  # of every plugin: livekit-agents leads


@dataclass(frozen=True)
class Hosted:
    """A class of a plugin. `host`: who is told when no BASE_URL is set. `voice` and `url`: the names of its arguments,
    "" where it has none. `elsewhere`: options that would send the words to somebody whom the record does not name."""

    plugin: str
    made_by: str
    host: str
    voice: str = ""
    url: str = "base_url"
    elsewhere: frozenset[str] = frozenset({"http_session", "client"})

    @property
    def module(self) -> str:
        return f"livekit.plugins.{self.plugin}"

    @property
    def install(self) -> str:
        """What to type for it."""
        return (
            f"uv sync --inexact --extra hosted-{self.plugin}, or pip install livekit-plugins-{self.plugin}=={VERSION}"
        )


_GOOGLE = frozenset({"vertexai", "project", "location", "http_options", "credentials"})
HOSTED: Mapping[tuple[Stage, str], Hosted] = MappingProxyType(
    {
        ("stt", "deepgram"): Hosted("deepgram", "STT", "api.deepgram.com"),
        ("stt", "cartesia"): Hosted("cartesia", "STT", "api.cartesia.ai"),
        ("stt", "elevenlabs"): Hosted("elevenlabs", "STT", "api.elevenlabs.io"),
        ("llm", "anthropic"): Hosted("anthropic", "LLM", "api.anthropic.com"),
        ("llm", "google"): Hosted("google", "LLM", "generativelanguage.googleapis.com", url="", elsewhere=_GOOGLE),
        ("tts", "deepgram"): Hosted("deepgram", "TTS", "api.deepgram.com"),
        ("tts", "cartesia"): Hosted("cartesia", "TTS", "api.cartesia.ai", voice="voice"),
        ("tts", "elevenlabs"): Hosted("elevenlabs", "TTS", "api.elevenlabs.io", voice="voice_id"),
    }
)

OPENAI_REALTIME = "openai-realtime"
# Speech-to-speech models that are known and not taken, and why (docs/models.md).
_SERVER_TURNS = (
    "decides itself when a turn is over and cannot be told what the caller really heard, so the rules of consent, "
    "barge-in and redaction cannot be kept around it"
)
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "gemini-live": "cannot take back what was interrupted or corrected, nor be given other tools during a call",
        "ultravox": _SERVER_TURNS,
        "nova-sonic": _SERVER_TURNS,
    }
)


def names(stage: Stage) -> tuple[str, ...]:
    return tuple(name for of, name in HOSTED if of == stage)
