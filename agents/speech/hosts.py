"""Which hosts hear, read and speak for the agent, as the settings say. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from agents.speech.choice import OPENAI, Choice, first, other
from agents.speech.hosted import HOSTED, OPENAI_REALTIME
from gateway.settings import SpeechSettings

LOCAL = "local"


def hosts_of(settings: SpeechSettings) -> list[tuple[str, str, str]]:
    """Ears, brain and mouth: each a host, or "local"; then a model that hears for itself, then those that may stand
    in. A provider on this machine has an address like any other."""
    ears, brain, mouth = (first(settings, stage) for stage in ("stt", "llm", "tts"))
    standing_in = [other(settings, stage) for stage in ("stt", "llm", "tts")]
    found = [(_host(ears), _host(brain), _host(mouth))]
    if brain.kind == OPENAI_REALTIME:  # it hears the caller too, and may speak itself
        found.append((_host(brain), _host(brain), _host(brain) if brain.voice else _host(mouth)))
    if any(standing_in):
        found.append((_host(standing_in[0]), _host(standing_in[1]), _host(standing_in[2])))
    return found


def _host(choice: Choice | None) -> str:
    if choice is None:
        return LOCAL
    if hosted := HOSTED.get((choice.stage, choice.kind)):
        return (choice.base_url and urlsplit(choice.base_url).hostname) or hosted.host
    if choice.kind not in ("openai", OPENAI_REALTIME):
        return LOCAL
    return urlsplit(choice.url).hostname or OPENAI
