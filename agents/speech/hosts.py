"""Which hosts hear, read and speak for the agent, as the settings say. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.settings import SpeechSettings

LOCAL, DEFAULT = "local", "https://api.openai.com/v1"


def hosts_of(settings: SpeechSettings) -> list[tuple[str, str, str]]:
    """Ears, brain and mouth: each a host, or "local"; then the model that may stand in. A provider on this machine has
    an address like any other."""
    found = [
        (
            _host(settings.stt, settings.stt_base_url),
            _host(settings.llm, settings.llm_base_url),
            _host(settings.tts, settings.tts_base_url),
        )
    ]
    if settings.llm_fallback_model:
        found.append((LOCAL, _host(settings.llm, settings.llm_fallback_base_url), LOCAL))
    return found


def _host(provider: str, base_url: str) -> str:
    if provider != "openai":
        return LOCAL
    return urlsplit(base_url or DEFAULT).hostname or DEFAULT
