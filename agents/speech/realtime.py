"""OpenAI's Realtime models, held to what the rest of an agent promises."""

from __future__ import annotations

from typing import Any

from livekit.agents import APIConnectOptions, llm

from agents.speech.choice import Choice
from agents.speech.hosted import OPENAI_REALTIME
from agents.speech.plugins import called
from agents.speech.voice_brain import VoiceBrain
from gateway.kernel.errors import SetupError
from gateway.speech_settings import SpeechSettings

INSTEAD = f"use GATEWAY_SPEECH__LLM={OPENAI_REALTIME}, or ears, a model and a mouth"
CONNECT_WITHIN_S = 5.0
# What would take a turn, a transcript or the way out of our hands.
OURS = frozenset(
    {
        "turn_detection", "modalities", "input_audio_transcription", "http_session", "conn_options", "tracing",
        "tool_choice", "azure_deployment", "entra_token", "api_version", "kwargs",
    }
)  # fmt: skip


def check(choice: Choice, settings: SpeechSettings) -> None:
    """Raises SetupError for a combination in which a promise could not be kept."""
    if settings.stt == "embedded":
        raise SetupError(
            f"GATEWAY_SPEECH__LLM={OPENAI_REALTIME} needs ears that understand every word: the embedded ones know "
            "phrases, and could not tell that a card number was said",
            todo="set GATEWAY_SPEECH__STT, to faster-whisper for example",
        )
    capabilities = model(choice).capabilities
    if capabilities.turn_detection or not capabilities.mutable_chat_context or not capabilities.mutable_tools:
        raise SetupError(f"GATEWAY_SPEECH__LLM={choice.kind} takes turns by itself", todo=INSTEAD)


def brain(choice: Choice) -> VoiceBrain:
    """Of one call; connects when the session starts."""
    return VoiceBrain(lambda: model(choice), own_voice=bool(choice.voice))


def model(choice: Choice) -> llm.RealtimeModel:
    """Turns are taken by us, and nobody writes down what the caller says but our ears. Raises SetupError."""
    from livekit.plugins.openai import realtime as plugin

    given: dict[str, Any] = {
        "model": choice.model,
        "base_url": choice.url,
        "api_key": choice.api_key,
        "turn_detection": None,
        "input_audio_transcription": None,
        "modalities": ["audio"] if choice.voice else ["text"],
        # a connection that broke is made anew by the next turn (voice_brain.py)
        "conn_options": APIConnectOptions(max_retry=0, timeout=CONNECT_WITHIN_S),
    }
    if choice.voice:
        given["voice"] = choice.voice
    return called(plugin.RealtimeModel, choice, given, OURS)
