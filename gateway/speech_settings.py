"""Which ears, brain and mouth agents have. A part of `gateway.settings`.

    GATEWAY_SPEECH__PROFILE=cpu      GATEWAY_SPEECH__LLM_MODEL=qwen3:4b

A profile is a set of defaults (docs/models.md); what is set beside it counts.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, model_validator

Stage = Literal["stt", "llm", "tts"]
STAGES: tuple[Stage, ...] = ("stt", "llm", "tts")
OLLAMA, VLLM, KOKORO = "http://127.0.0.1:11434/v1", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8880/v1"

_VOICE = {"tts": "openai", "tts_model": "kokoro", "tts_voice": "af_heart", "tts_base_url": KOKORO}
PROFILES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "demo": {"stt": "embedded", "llm": "embedded", "tts": "embedded"},
        "cpu": {
            "stt": "faster-whisper",
            "stt_model": "faster-whisper-small.en",
            "llm": "openai",
            "llm_model": "llama3.2",
            "llm_base_url": OLLAMA,
            **_VOICE,
        },
        "gpu": {
            "stt": "faster-whisper",
            "stt_model": "faster-whisper-large-v3-turbo",
            "stt_compute_type": "float16",
            "llm": "openai",
            "llm_model": "Qwen/Qwen2.5-7B-Instruct",
            "llm_base_url": VLLM,
            **_VOICE,
        },
    }
)


def default_models_dir() -> Path:
    """`$XDG_DATA_HOME/gateway/models`, else `~/.local/share/gateway/models`."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "gateway" / "models"


class SpeechSettings(BaseModel):
    """The embedded ears, brain and mouth need no download."""

    profile: Literal["demo", "cpu", "gpu"] = Field(default="demo", description="defaults of all that follows")
    models_dir: Path = Field(
        default_factory=default_models_dir, description="where `gateway models fetch` puts models, a folder for each"
    )
    stt: str = Field(
        default="embedded", description="embedded | faster-whisper | openai | deepgram | cartesia | elevenlabs"
    )
    stt_model: str = Field(default="", description="a folder, or the name of one in models_dir; else a model's name")
    stt_compute_type: str = Field(default="int8", description="of faster-whisper: int8 | float16 | int8_float16 | …")
    shared: bool = Field(default=True, description="faster-whisper once per worker; false: once in each call's process")
    ears_socket: Path | None = Field(default=None, description="where the shared ears are; the worker sets it")
    stt_base_url: str = ""
    stt_api_key: SecretStr = SecretStr("")
    stt_options: dict[str, Any] = Field(default_factory=dict, description="of a hosted provider's plugin, by its names")
    stt_fallback: str = Field(default="", description="the same choice; hears what the first did not. Empty: nobody")
    stt_fallback_model: str = ""
    stt_fallback_base_url: str = ""
    stt_fallback_api_key: SecretStr = SecretStr("")
    stt_fallback_options: dict[str, Any] = Field(default_factory=dict)
    llm: str = Field(default="embedded", description="embedded | openai | anthropic | google | openai-realtime")
    llm_model: str = ""
    llm_base_url: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_voice: str = Field(
        default="", description="openai-realtime speaks with it itself; empty: the mouth of TTS does"
    )
    llm_options: dict[str, Any] = Field(default_factory=dict, description="of the plugin, by its names")
    llm_fallback: str = Field(default="openai", description="openai | anthropic | google; with LLM_FALLBACK_MODEL")
    llm_fallback_model: str = Field(default="", description="of another server, asked when the first fails or is slow")
    llm_fallback_base_url: str = ""
    llm_fallback_api_key: SecretStr = SecretStr("")
    llm_fallback_options: dict[str, Any] = Field(default_factory=dict)
    tts: str = Field(
        default="embedded",
        description="embedded | flite | espeak-ng | piper | openai | deepgram | cartesia | elevenlabs",
    )
    tts_model: str = Field(
        default="", description="a model's name; for piper its .onnx file, or a folder in models_dir"
    )
    tts_voice: str = ""
    tts_base_url: str = ""
    tts_api_key: SecretStr = SecretStr("")
    tts_options: dict[str, Any] = Field(default_factory=dict)
    tts_fallback: str = Field(default="", description="the same choice; says what the first could not. Empty: nobody")
    tts_fallback_model: str = ""
    tts_fallback_voice: str = ""
    tts_fallback_base_url: str = ""
    tts_fallback_api_key: SecretStr = SecretStr("")
    tts_fallback_options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_profile(cls, given: Any) -> Any:
        """A stage that somebody else does than in the profile has none of the profile's defaults."""
        if not isinstance(given, dict):
            return given
        defaults = PROFILES.get(str(given.get("profile") or "demo"), {})
        taken = {
            name: value
            for name, value in defaults.items()
            if given.get(name[:3]) in (None, "", defaults[name[:3]]) and given.get(name) in (None, "")
        }
        return {**given, **taken}

    def model_folder(self, name: str) -> Path:
        """Of a model on this machine: a path as it is, a bare name in `models_dir`."""
        return Path(name) if os.sep in name or name.startswith((".", "~")) else self.models_dir / name
