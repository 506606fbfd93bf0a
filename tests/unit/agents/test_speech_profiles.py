"""A profile fills in what nobody set, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.speech import catalog
from agents.speech.choice import all_of, first
from gateway.kernel.errors import SetupError
from gateway.settings import load_settings
from gateway.speech_settings import KOKORO, OLLAMA, VLLM, SpeechSettings


def test_without_a_profile_everything_is_embedded() -> None:
    settings = SpeechSettings()
    assert (settings.profile, settings.stt, settings.llm, settings.tts) == ("demo", "embedded", "embedded", "embedded")
    catalog.check(settings)


def test_cpu_is_whisper_a_model_of_ollama_and_a_voice_of_kokoro() -> None:
    settings = SpeechSettings(profile="cpu")
    assert (settings.stt, settings.stt_model, settings.stt_compute_type) == (
        "faster-whisper", "faster-whisper-small.en", "int8",
    )  # fmt: skip
    assert (first(settings, "llm").kind, first(settings, "llm").url) == ("openai", OLLAMA)
    assert (first(settings, "tts").kind, first(settings, "tts").url) == ("openai", KOKORO)


def test_gpu_computes_with_sixteen_bits_and_asks_vllm() -> None:
    settings = SpeechSettings(profile="gpu")
    assert (settings.stt_compute_type, settings.llm_base_url) == ("float16", VLLM)


def test_what_is_set_beside_a_profile_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PROFILE": "cpu", "LLM_MODEL": "granite4", "STT_MODEL": "/models/x", "TTS": "flite"}.items():
        monkeypatch.setenv(f"GATEWAY_SPEECH__{name}", value)
    settings = load_settings().speech
    assert (settings.llm_model, settings.llm_base_url) == ("granite4", OLLAMA)
    assert (settings.stt, settings.stt_model) == ("faster-whisper", "/models/x")
    assert (settings.tts, settings.tts_model, settings.tts_base_url) == ("flite", "", "")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(ValueError, match="'demo', 'cpu' or 'gpu'"):
        SpeechSettings.model_validate({"profile": "cloud"})


def test_a_bare_name_is_a_folder_of_models_dir(tmp_path: Path) -> None:
    settings = SpeechSettings(models_dir=tmp_path)
    assert settings.model_folder("small") == tmp_path / "small"
    assert settings.model_folder("/models/small") == Path("/models/small")
    assert settings.model_folder("./small") == Path("small")


def test_what_is_missing_is_named_with_the_command_to_type(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as missing:
        catalog.check(SpeechSettings(profile="cpu", models_dir=tmp_path))
    assert (missing.value.todo or "").startswith("gateway models fetch faster-whisper-small.en")
    piper = SpeechSettings(tts="piper", tts_model="piper-en_US-ljspeech-medium", models_dir=tmp_path)
    with pytest.raises(SetupError) as missing:
        catalog.check(piper)
    assert (missing.value.todo or "").startswith("gateway models fetch piper-en_US-ljspeech-medium")


@pytest.mark.parametrize(("stage", "named"), [("stt", "STT_FALLBACK=psychic"), ("tts", "TTS_FALLBACK=psychic")])
def test_who_stands_in_is_checked_as_well(stage: str, named: str) -> None:
    with pytest.raises(SetupError, match=f"GATEWAY_SPEECH__{named} is not known"):
        catalog.check(SpeechSettings.model_validate({f"{stage}_fallback": "psychic"}))
    with pytest.raises(SetupError, match=f"GATEWAY_SPEECH__{stage.upper()}_FALLBACK=openai needs a model name"):
        catalog.check(SpeechSettings.model_validate({f"{stage}_fallback": "openai"}))


def test_nobody_stands_in_unless_that_is_set() -> None:
    assert [len(all_of(SpeechSettings(profile="cpu"), stage)) for stage in ("stt", "llm", "tts")] == [1, 1, 1]
    two = SpeechSettings(profile="cpu", stt_fallback="embedded", llm_fallback_model="m", tts_fallback="flite")
    assert [[one.setting for one in all_of(two, stage)] for stage in ("stt", "llm", "tts")] == [
        ["STT", "STT_FALLBACK"], ["LLM", "LLM_FALLBACK"], ["TTS", "TTS_FALLBACK"],
    ]  # fmt: skip
