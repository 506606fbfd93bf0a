"""Which ears, brain and mouth a call gets, by settings alone.

`check` runs once when the worker starts, `prepare` once per job process before it has a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from livekit.agents import llm, stt, tts, vad
from pydantic import SecretStr

from agents.profile import AgentProfile
from agents.speech import engines, whisper
from agents.speech.brain import ScriptedBrain
from agents.speech.eager import EagerAdapter
from agents.speech.ears import KeywordEars
from agents.speech.keywords import KeywordSpotter, shared_decoder
from agents.speech.mouth import EmbeddedMouth
from agents.speech.phrasebook import shipped
from compliance.consent.texts import texts_in
from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.settings import SpeechSettings

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from pocketsphinx import Decoder

    from agents.amd.ears import PhraseEars

_log = get_logger(__name__)
NO_KEY = "none"  # local servers want no key, the client library wants a string


@dataclass
class Prepared:
    """What a job process loads before a call; at most one of the two ears."""

    decoder: Decoder | None = None
    whisper: WhisperModel | None = None


def check(settings: SpeechSettings) -> None:
    """Raises SetupError for a speech setting that cannot work."""
    _one_of("STT", settings.stt, ("embedded", "faster-whisper", "openai"))
    _one_of("LLM", settings.llm, ("embedded", "openai"))
    _one_of("TTS", settings.tts, ("embedded", "flite", "espeak-ng", "openai"))
    if settings.stt == "faster-whisper":
        whisper.check_folder(Path(settings.stt_model))
    for kind in ("stt", "llm", "tts"):
        if getattr(settings, kind) == "openai" and not getattr(settings, f"{kind}_model"):
            raise SetupError(
                f"GATEWAY_SPEECH__{kind.upper()}=openai needs a model name",
                todo=f"set GATEWAY_SPEECH__{kind.upper()}_MODEL and, for a server of your own, "
                f"GATEWAY_SPEECH__{kind.upper()}_BASE_URL",
            )
    if settings.tts in ("flite", "espeak-ng") and not engines.installed(settings.tts):
        raise SetupError(f"{settings.tts} is not installed", todo=f"apt-get install {settings.tts}")
    if settings.tts == "embedded" and engines.find_engine() is None:
        _log.warning("no_speech_engine", effect="only the shipped sentences can be spoken")


def _one_of(kind: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SetupError(f"GATEWAY_SPEECH__{kind}={value} is not known", todo=f"use one of: {', '.join(known)}")


def prepare(settings: SpeechSettings) -> Prepared:
    """Loads what is the same for every call."""
    if "openai" in (settings.stt, settings.llm, settings.tts):
        import livekit.plugins.openai  # noqa: F401 - 0.8 s that the first caller would wait
    if settings.tts == "embedded":
        shipped()
    if settings.stt == "faster-whisper":
        return Prepared(whisper=whisper.load(Path(settings.stt_model)))
    return Prepared(decoder=shared_decoder()) if settings.stt == "embedded" else Prepared()


def phrases_of(profile: AgentProfile) -> list[str]:
    """Everything the embedded ears listen for."""
    entries = (*profile.dialogue, *profile.transfers, *profile.captures)
    phrases = [phrase for entry in entries for phrase in entry.phrases] + profile.farewell_phrases
    return phrases + texts_in("en").understand.revoke


def phrase_ears(settings: SpeechSettings) -> PhraseEars | None:
    """For answering-machine detection; blocks for 0.3 s. None where other ears were chosen."""
    if settings.stt != "embedded":
        return None
    from agents.amd import ears

    return ears.PhraseEars(ears.load())


def ears(
    settings: SpeechSettings,
    prepared: Prepared,
    phrases: Iterable[str],
    detector: vad.VAD,
    digits_expected: Callable[[], int],
    answer_expected: Callable[[], bool] = lambda: False,
) -> stt.STT:
    """`phrases`: what the embedded ears listen for; a yes or no only while one is expected."""
    if settings.stt == "openai":
        from livekit.plugins import openai

        remote = openai.STT(
            model=settings.stt_model,
            base_url=settings.stt_base_url or "https://api.openai.com/v1",
            api_key=settings.stt_api_key.get_secret_value() or NO_KEY,
            use_realtime=False,
        )
        return EagerAdapter(stt=remote, vad=detector)
    if prepared.whisper is not None:
        return stt.StreamAdapter(stt=whisper.FasterWhisperSTT(prepared.whisper), vad=detector)
    spotter = KeywordSpotter(phrases, prepared.decoder)
    if spotter.unknown:
        _log.warning("phrases_not_in_dictionary", count=len(spotter.unknown))
    answers = KeywordSpotter(texts_in("en").answers, prepared.decoder, search="answers")
    return stt.StreamAdapter(stt=KeywordEars(spotter, digits_expected, answers, answer_expected), vad=detector)


def brain(settings: SpeechSettings, profile: AgentProfile) -> llm.LLM:
    if settings.llm != "openai":
        return ScriptedBrain(profile)
    return _model(settings.llm_model, settings.llm_base_url, settings.llm_api_key)


def other_brain(settings: SpeechSettings) -> llm.LLM | None:
    """The model that stands in."""
    if settings.llm != "openai" or not settings.llm_fallback_model:
        return None
    return _model(settings.llm_fallback_model, settings.llm_fallback_base_url, settings.llm_fallback_api_key)


def _model(name: str, base_url: str, key: SecretStr) -> llm.LLM:
    from livekit.plugins import openai

    return openai.LLM(
        model=name, base_url=base_url or "https://api.openai.com/v1", api_key=key.get_secret_value() or NO_KEY
    )


def mouth(settings: SpeechSettings) -> tts.TTS:
    if settings.tts == "openai":
        from livekit.plugins import openai

        return openai.TTS(
            model=settings.tts_model,
            voice=settings.tts_voice or "ash",
            base_url=settings.tts_base_url or "https://api.openai.com/v1",
            api_key=settings.tts_api_key.get_secret_value() or NO_KEY,
            response_format="wav",  # says its own sampling rate, which servers choose differently
        )
    if settings.tts == "flite":
        return EmbeddedMouth(None, engines.Flite(settings.tts_voice))
    if settings.tts == "espeak-ng":
        return EmbeddedMouth(None, engines.EspeakNg(settings.tts_voice))
    return EmbeddedMouth(shipped(), engines.find_engine(settings.tts_voice))
