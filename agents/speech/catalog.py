"""Which ears, brain and mouth a call gets, by settings alone.

`check` runs once when the worker starts, `prepare` once per job process before it has a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livekit.agents import llm, stt, tts, vad

from agents.profile import AgentProfile
from agents.speech import engines, piper, plugins, realtime, stand_in, whisper
from agents.speech.brain import ScriptedBrain
from agents.speech.choice import Choice, all_of, first, other
from agents.speech.eager import EagerAdapter
from agents.speech.ears import KeywordEars
from agents.speech.hosted import HOSTED, OPENAI_REALTIME, REFUSED, names
from agents.speech.keywords import KeywordSpotter, shared_decoder
from agents.speech.mouth import EmbeddedMouth
from agents.speech.phrasebook import shipped
from agents.speech.shared_whisper import SharedWhisperSTT
from agents.speech.stand_in import SteadyEars, TwoMouths
from compliance.consent.texts import texts_in
from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.speech_settings import STAGES, SpeechSettings, Stage

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from pocketsphinx import Decoder

    from agents.amd.ears import PhraseEars

_log = get_logger(__name__)


@dataclass
class Prepared:
    """What a job process loads before a call; a Whisper by the setting that asks for it, unless it is shared."""

    decoder: Decoder | None = None
    whisper: dict[str, WhisperModel] = field(default_factory=dict)


KINDS: dict[Stage, tuple[str, ...]] = {
    "stt": ("embedded", "faster-whisper", "openai", *names("stt")),
    "llm": ("embedded", "openai", OPENAI_REALTIME, *names("llm")),
    "tts": ("embedded", "flite", "espeak-ng", "piper", "openai", *names("tts")),
}


def check(settings: SpeechSettings) -> None:
    """Raises SetupError for a speech setting that cannot work."""
    for stage in STAGES:
        for choice in all_of(settings, stage):
            _check(choice, settings)
    if settings.llm == OPENAI_REALTIME:
        realtime.check(first(settings, "llm"), settings)


def _check(choice: Choice, settings: SpeechSettings) -> None:
    name = f"GATEWAY_SPEECH__{choice.setting}"
    if choice.stage == "llm" and choice.kind in REFUSED:
        raise SetupError(f"{name}={choice.kind} is not taken: the model {REFUSED[choice.kind]}", todo=realtime.INSTEAD)
    if choice.kind not in KINDS[choice.stage]:
        raise SetupError(f"{name}={choice.kind} is not known", todo=f"use one of: {', '.join(KINDS[choice.stage])}")
    if choice.kind == "faster-whisper":
        whisper.check_folder(settings.model_folder(choice.model))
    if (choice.stage, choice.kind) in HOSTED:
        _check_hosted(choice, settings)
    elif choice.options and choice.kind != OPENAI_REALTIME:
        raise SetupError(f"{name}_OPTIONS are for hosted providers, and {name}={choice.kind}", todo="take them out")
    if choice.kind in ("openai", OPENAI_REALTIME) and not choice.model:
        raise SetupError(
            f"{name}={choice.kind} needs a model name",
            todo=f"set {name}_MODEL and, for a server of your own, {name}_BASE_URL",
        )
    if choice.kind in ("flite", "espeak-ng") and not engines.installed(choice.kind):
        raise SetupError(f"{choice.kind} is not installed", todo=f"apt-get install {choice.kind}")
    if choice.kind == "piper":
        piper.voice_file(settings.model_folder(choice.model))
        if not engines.installed(piper.PROGRAM):
            raise SetupError("piper is not installed", todo="uv tool install piper-tts, or pipx install piper-tts")
    if choice.stage == "tts" and choice.kind == "embedded" and engines.find_engine() is None:
        _log.warning("no_speech_engine", effect="only the shipped sentences can be spoken")


def _check_hosted(choice: Choice, settings: SpeechSettings) -> None:
    """Made once and thrown away: what cannot be made is no surprise for a caller."""
    made = plugins.make(choice)
    streams = isinstance(made, stt.STT) and made.capabilities.streaming
    if streams and (choice.setting != "STT" or settings.stt_fallback):
        raise SetupError(
            f"{choice.kind} hears while the caller speaks, so it cannot stand in, nor can somebody stand in for it",
            todo="take GATEWAY_SPEECH__STT_FALLBACK out, or choose ears that hear a turn at a time",
        )


def prepare(settings: SpeechSettings) -> Prepared:
    """Loads what is the same for every call."""
    choices = [choice for stage in STAGES for choice in all_of(settings, stage)]
    for choice in choices:
        if hosted := HOSTED.get((choice.stage, choice.kind)):
            plugins.load(hosted)
    if any(choice.kind in ("openai", OPENAI_REALTIME) for choice in choices):
        import livekit.plugins.openai  # noqa: F401 - 0.8 s that the first caller would wait
    if any(choice.kind == "embedded" for choice in choices if choice.stage == "tts"):
        shipped()
    prepared = Prepared()
    for choice in all_of(settings, "stt"):
        if choice.kind == "faster-whisper" and settings.ears_socket is None:
            folder = settings.model_folder(choice.model)
            prepared.whisper[choice.setting] = whisper.load(folder, settings.stt_compute_type)
        elif choice.kind == "embedded":
            prepared.decoder = shared_decoder()
    return prepared


def phrases_of(profile: AgentProfile) -> list[str]:
    """Everything the embedded ears listen for."""
    options = (one for flow in profile.flows for field in flow.fields for one in field.options)
    entries = (*profile.dialogue, *profile.transfers, *profile.captures, *profile.flows, *options)
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

    def recogniser(choice: Choice) -> stt.STT:
        if choice.kind == "openai":
            return _remote_ears(choice)
        if ("stt", choice.kind) in HOSTED:
            return plugins.make(choice)
        if choice.kind == "faster-whisper" and settings.ears_socket is not None:
            return SharedWhisperSTT(settings.ears_socket, choice.setting)
        if choice.kind == "faster-whisper":
            return whisper.FasterWhisperSTT(prepared.whisper[choice.setting])
        return _keyword_ears(prepared, phrases, digits_expected, answer_expected)

    choice, standing_in = first(settings, "stt"), other(settings, "stt")
    found = recogniser(choice)
    if found.capabilities.streaming:  # hears while the caller speaks, and says itself when a stretch is over
        return found
    if choice.kind != "embedded" or standing_in is not None:
        found = SteadyEars(found, recogniser(standing_in) if standing_in else None)
    adapter = (
        EagerAdapter if choice.kind == "openai" or ("stt", choice.kind) in HOSTED else stt.StreamAdapter
    )  # who may be asked in vain
    return adapter(stt=found, vad=detector)


def _remote_ears(choice: Choice) -> stt.STT:
    from livekit.plugins import openai

    from agents.speech.openai_client import client

    return openai.STT(model=choice.model, client=client(choice), use_realtime=False)


def _keyword_ears(
    prepared: Prepared, phrases: Iterable[str], digits_expected: Callable[[], int], answer_expected: Callable[[], bool]
) -> stt.STT:
    spotter = KeywordSpotter(phrases, prepared.decoder)
    if spotter.unknown:
        _log.warning("phrases_not_in_dictionary", count=len(spotter.unknown))
    answers = KeywordSpotter(texts_in("en").answers, prepared.decoder, search="answers")
    return KeywordEars(spotter, digits_expected, answers, answer_expected)


def brain(settings: SpeechSettings, profile: AgentProfile) -> llm.LLM:
    choice = first(settings, "llm")
    if choice.kind == OPENAI_REALTIME:
        return realtime.brain(choice)
    return ScriptedBrain(profile) if choice.kind == "embedded" else _model(choice)


def other_brain(settings: SpeechSettings) -> llm.LLM | None:
    """The model that stands in."""
    choice = other(settings, "llm")
    return _model(choice) if choice else None


def _model(choice: Choice) -> llm.LLM:
    if ("llm", choice.kind) in HOSTED:
        return plugins.make(choice)
    from livekit.plugins import openai

    from agents.speech.openai_client import client

    return openai.LLM(model=choice.model, client=client(choice))


def mouth(settings: SpeechSettings) -> tts.TTS:
    choice, standing_in = first(settings, "tts"), other(settings, "tts")
    found = _mouth(choice, settings)
    if standing_in:
        return TwoMouths(found, _mouth(standing_in, settings))
    if choice.kind == "openai":  # a server that hangs would leave the caller in silence
        return TwoMouths(found, EmbeddedMouth(shipped(), engines.find_engine()), stand_in.LONE_VOICE_WITHIN_S)
    return found


def _mouth(choice: Choice, settings: SpeechSettings) -> tts.TTS:
    if ("tts", choice.kind) in HOSTED:
        return plugins.make(choice)
    if choice.kind == "openai":
        from livekit.plugins import openai

        from agents.speech.openai_client import client

        return openai.TTS(
            model=choice.model,
            voice=choice.voice or "ash",
            client=client(choice),
            response_format="wav",  # says its own sampling rate, which servers choose differently
        )
    if choice.kind == "flite":
        return EmbeddedMouth(None, engines.Flite(choice.voice))
    if choice.kind == "espeak-ng":
        return EmbeddedMouth(None, engines.EspeakNg(choice.voice))
    if choice.kind == "piper":
        return EmbeddedMouth(None, piper.Piper(piper.voice_file(settings.model_folder(choice.model))))
    return EmbeddedMouth(shipped(), engines.find_engine(choice.voice))
