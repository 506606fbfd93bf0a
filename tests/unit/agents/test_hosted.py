"""Hosted providers: made from settings, and every mistake named before a caller meets it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from livekit.agents import llm, stt, tts

from agents.speech import catalog, hosted, plugins
from agents.speech.choice import first, other
from agents.speech.hosts import hosts_of
from gateway.kernel.errors import SetupError
from gateway.settings import load_settings
from gateway.speech_settings import SpeechSettings, Stage

KEY = "sk-not-to-be-seen"
MADE = [
    ("stt", "deepgram", "nova-3", stt.STT),
    ("stt", "cartesia", "ink-whisper", stt.STT),
    ("stt", "elevenlabs", "scribe_v2_realtime", stt.STT),
    ("llm", "anthropic", "claude-sonnet-4-5", llm.LLM),
    ("tts", "deepgram", "aura-2-andromeda-en", tts.TTS),
    ("tts", "cartesia", "sonic-3", tts.TTS),
    ("tts", "elevenlabs", "eleven_flash_v2_5", tts.TTS),
]


def settings_of(stage: str, kind: str, **fields: Any) -> SpeechSettings:
    return SpeechSettings.model_validate(
        {stage: kind, f"{stage}_api_key": KEY} | {f"{stage}_{name}": value for name, value in fields.items()}
    )


def refusal(settings: SpeechSettings) -> SetupError:
    with pytest.raises(SetupError) as refused:
        catalog.check(settings)
    assert KEY not in f"{refused.value} {refused.value.todo}"
    return refused.value


@pytest.mark.parametrize(("stage", "kind", "model", "made"), MADE)
async def test_a_plugin_is_made_with_its_model(stage: Stage, kind: str, model: str, made: type) -> None:
    settings = settings_of(stage, kind, model=model)
    catalog.check(settings)
    found = plugins.make(first(settings, stage))
    assert isinstance(found, made)
    assert getattr(found, "model", model) == model


def test_all_of_the_table_are_tried_here_or_refused_for_the_missing_plugin() -> None:
    tried = {(stage, kind) for stage, kind, _, _ in MADE}
    assert set(hosted.HOSTED) - tried == {("llm", "google")}
    refused = refusal(settings_of("llm", "google", model="gemini-2.5-flash"))
    assert refused.todo is not None
    assert refused.todo.startswith("uv sync --inexact --extra hosted-google")


def test_every_plugin_is_an_extra_of_its_own() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"] == {
        f"hosted-{one.plugin}": [f"livekit-plugins-{one.plugin}=={hosted.VERSION}"] for one in hosted.HOSTED.values()
    }
    assert f"livekit-agents=={hosted.VERSION}" in project["dependencies"]


def test_options_that_are_no_json_are_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_SPEECH__TTS_OPTIONS", "speed: 1.2, secret")
    with pytest.raises(SetupError, match="GATEWAY_SPEECH__TTS_OPTIONS") as refused:
        load_settings()
    assert "secret" not in f"{refused.value} {refused.value.todo}"


def test_options_go_to_the_plugin_by_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"STT": "deepgram", "STT_API_KEY": KEY, "STT_OPTIONS": '{"language": "de"}'}.items():
        monkeypatch.setenv(f"GATEWAY_SPEECH__{name}", value)
    settings = load_settings().speech
    catalog.check(settings)
    assert plugins.make(first(settings, "stt"))._opts.language == "de"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"langauge": "de"}, "GATEWAY_SPEECH__STT_OPTIONS has langauge, which deepgram does not know"),
        ({"api_key": "x"}, "GATEWAY_SPEECH__STT_OPTIONS has api_key, which is a setting of its own"),
        ({"base_url": "https://x.example"}, "GATEWAY_SPEECH__STT_OPTIONS has base_url"),
        ({"http_session": 1}, "GATEWAY_SPEECH__STT_OPTIONS may not have http_session"),
    ],
)
def test_an_option_that_cannot_be_is_named(options: dict[str, Any], named: str) -> None:
    assert named in str(refusal(settings_of("stt", "deepgram", options=options)).detail)


def test_a_missing_key_a_voice_that_is_not_taken_and_options_of_others_are_named() -> None:
    assert "GATEWAY_SPEECH__STT_API_KEY" in (refusal(SpeechSettings(stt="deepgram")).todo or "")
    assert "takes no GATEWAY_SPEECH__TTS_VOICE" in refusal(settings_of("tts", "deepgram", voice="x")).detail
    assert "GATEWAY_SPEECH__STT_OPTIONS" in refusal(SpeechSettings(stt_options={"language": "de"})).detail


def test_ears_that_stream_hear_without_our_detector_and_nobody_stands_in() -> None:
    settings = settings_of("stt", "deepgram")
    found = catalog.ears(settings, catalog.Prepared(), [], None, lambda: 0)  # pyright: ignore[reportArgumentType]
    assert type(found).__module__.startswith("livekit.plugins.deepgram")
    refused = refusal(settings.model_copy(update={"stt_fallback": "embedded"}))
    assert "while the caller speaks" in refused.detail


def test_a_mouth_and_a_model_may_stand_in() -> None:
    settings = SpeechSettings.model_validate(
        {
            "tts": "flite", "tts_fallback": "cartesia", "tts_fallback_api_key": KEY, "llm": "anthropic",
            "llm_api_key": KEY, "llm_model": "claude-sonnet-4-5", "llm_fallback_model": "m",
        }
    )  # fmt: skip
    assert [(one.kind, one.setting) for one in (other(settings, "llm"), other(settings, "tts")) if one] == [
        ("openai", "LLM_FALLBACK"),
        ("cartesia", "TTS_FALLBACK"),
    ]
    assert hosts_of(settings) == [
        ("local", "api.anthropic.com", "local"),
        ("local", "api.openai.com", "api.cartesia.ai"),
    ]


def test_the_address_that_is_set_is_the_one_that_is_named() -> None:
    settings = settings_of("stt", "deepgram", base_url="https://ears.example/v1/listen")
    assert hosts_of(settings)[0][0] == "ears.example"


def test_a_model_that_hears_is_named_as_ears_too() -> None:
    settings = SpeechSettings(stt="faster-whisper", llm="openai-realtime", llm_model="gpt-realtime")
    host = "api.openai.com"
    assert hosts_of(settings) == [("local", host, "local"), (host, host, "local")]
    spoken = settings.model_copy(update={"llm_voice": "marin"})
    assert hosts_of(spoken)[1] == (host, host, host)


@pytest.mark.parametrize("kind", ["gemini-live", "ultravox", "nova-sonic"])
def test_a_model_that_cannot_be_held_to_the_rules_is_refused(kind: str) -> None:
    assert f"GATEWAY_SPEECH__LLM={kind} is not taken" in refusal(SpeechSettings(llm=kind)).detail


def test_a_model_that_hears_wants_ears_beside_it_and_leaves_turns_to_us() -> None:
    fields = {"llm": "openai-realtime", "llm_model": "gpt-realtime", "llm_api_key": KEY}
    assert "needs ears" in refusal(SpeechSettings.model_validate(fields)).detail
    fields |= {"stt": "openai", "stt_model": "whisper"}
    catalog.check(SpeechSettings.model_validate(fields))
    own_turns = fields | {"llm_options": {"turn_detection": {"type": "server_vad"}}}
    assert "may not have turn_detection" in refusal(SpeechSettings.model_validate(own_turns)).detail
