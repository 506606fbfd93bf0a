"""Which hosts the settings send sound and words to."""

from __future__ import annotations

from agents.speech.hosts import hosts_of
from gateway.settings import SpeechSettings


def test_the_local_profile_sends_nothing_anywhere() -> None:
    assert hosts_of(SpeechSettings()) == [("local", "local", "local")]
    assert hosts_of(SpeechSettings(stt="faster-whisper", tts="flite")) == [("local", "local", "local")]


def test_each_provider_is_named_by_its_host_alone() -> None:
    settings = SpeechSettings(
        stt="openai", stt_base_url="https://user:secret@ears.example:8443/v1?key=1", llm="openai", tts="openai",
        tts_base_url="http://127.0.0.1:8880/v1",
    )  # fmt: skip
    assert hosts_of(settings) == [("ears.example", "api.openai.com", "127.0.0.1")]


def test_an_address_that_is_set_for_an_embedded_provider_is_not_used() -> None:
    assert hosts_of(SpeechSettings(stt_base_url="https://ears.example")) == [("local", "local", "local")]


def test_a_model_that_may_stand_in_gets_the_words_too() -> None:
    other = SpeechSettings(llm="openai", llm_base_url="http://127.0.0.1:1/v1", llm_fallback_model="m")
    assert hosts_of(other) == [("local", "127.0.0.1", "local"), ("local", "api.openai.com", "local")]
    assert hosts_of(SpeechSettings(llm_fallback_model="m")) == [("local", "local", "local")]
