"""Who does one stage, and who stands in: read from the settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from gateway.speech_settings import SpeechSettings, Stage

OPENAI = "https://api.openai.com/v1"
NO_KEY = "none"  # local servers want no key, the client library wants a string


@dataclass(frozen=True)
class Choice:
    """`setting` is how it is named in the environment: STT, or STT_FALLBACK."""

    stage: Stage
    setting: str
    kind: str
    model: str
    base_url: str
    key: SecretStr
    voice: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.base_url or OPENAI

    @property
    def api_key(self) -> str:
        return self.key.get_secret_value() or NO_KEY


def first(settings: SpeechSettings, stage: Stage) -> Choice:
    return _choice(settings, stage, stage, getattr(settings, stage))


def other(settings: SpeechSettings, stage: Stage) -> Choice | None:
    """The one that stands in, if there is one."""
    if stage == "llm":
        wanted = settings.llm != "embedded" and bool(settings.llm_fallback_model)
        return _choice(settings, stage, "llm_fallback", settings.llm_fallback) if wanted else None
    kind = getattr(settings, f"{stage}_fallback")
    return _choice(settings, stage, f"{stage}_fallback", kind) if kind else None


def all_of(settings: SpeechSettings, stage: Stage) -> list[Choice]:
    standing_in = other(settings, stage)
    return [first(settings, stage), *([standing_in] if standing_in else [])]


def _choice(settings: SpeechSettings, stage: Stage, prefix: str, kind: str) -> Choice:
    return Choice(
        stage,
        prefix.upper(),
        kind,
        getattr(settings, f"{prefix}_model"),
        getattr(settings, f"{prefix}_base_url"),
        getattr(settings, f"{prefix}_api_key"),
        getattr(settings, f"{prefix}_voice", ""),
        getattr(settings, f"{prefix}_options"),
    )
