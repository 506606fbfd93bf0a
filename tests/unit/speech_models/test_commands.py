"""`gateway models` from the outside, and the page that shows its table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import models
from gateway.cli.models_pictures import table
from gateway.kernel.errors import BadInput, GatewayError, NotFound, SetupError
from gateway.speech_models.catalogue import CATALOGUE, HUB, named
from gateway.speech_settings import PROFILES
from tests.unit.speech_models.hub import Hub, running

VOICE = "piper-en_US-ljspeech-medium"
PAGE = Path(__file__).parents[3] / "docs" / "models.md"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """It has one voice."""
    with running() as hub:
        model = named(VOICE)
        assert model is not None
        hub.files = {file.url.removeprefix(HUB): file.name.encode() for file in model.files}
        yield hub


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("GATEWAY_SPEECH__MODELS_DIR", str(tmp_path))
    return CliRunner()


def refused(run: CliRunner, *words: str) -> GatewayError:
    error = run.invoke(models.app, words).exception
    assert isinstance(error, GatewayError)
    return error


def test_the_list_names_licence_size_and_what_is_here(run: CliRunner) -> None:
    shown = json.loads(run.invoke(models.app, ["list", "--json"]).stdout)
    assert [one["name"] for one in shown] == [model.name for model in CATALOGUE]
    assert not any(one["here"] for one in shown)
    lines = run.invoke(models.app, ["list", "--profile", "cpu"]).stdout
    assert "faster-whisper-small.en" in lines
    assert "faster-whisper-large-v3-turbo" not in lines


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_everything_a_profile_uses_is_in_the_catalogue(profile: str) -> None:
    for name in ("stt_model", "llm_model", "tts_model"):
        model = named(PROFILES[profile][name])
        assert model is not None
        assert profile in model.profiles


def test_nothing_is_fetched_before_the_licence_is_agreed_to(run: CliRunner, hub: Hub, tmp_path: Path) -> None:
    error = refused(run, "fetch", VOICE, "--mirror", hub.url)
    assert isinstance(error, BadInput)
    assert error.todo == f"gateway models fetch {VOICE} --accept-licence"
    assert hub.asked == []
    assert list(tmp_path.iterdir()) == []


def test_a_voice_is_fetched_listed_and_checked(run: CliRunner, hub: Hub, tmp_path: Path) -> None:
    done = run.invoke(models.app, ["fetch", VOICE, "--accept-licence", "--mirror", hub.url], catch_exceptions=False)
    assert "public domain" in done.stdout
    assert "no hash of it is publicly known" in done.stdout
    shown = json.loads(run.invoke(models.app, ["list", "--json"]).stdout)
    assert [one["name"] for one in shown if one["here"]] == [VOICE]
    assert run.invoke(models.app, ["check", VOICE]).exit_code == 0
    (tmp_path / VOICE / "en_US-ljspeech-medium.onnx").write_bytes(b"another")
    checked = run.invoke(models.app, ["check", VOICE])
    assert checked.exit_code == 1
    assert "not what it was" in checked.stdout


def test_a_model_of_another_server_is_not_fetched_but_said(run: CliRunner) -> None:
    assert "ollama pull" in (refused(run, "fetch", "llama3.2", "--accept-licence").todo or "")


def test_an_unknown_name_is_said(run: CliRunner) -> None:
    assert isinstance(refused(run, "check", "psychic"), NotFound)


def test_the_settings_are_checked_and_the_next_command_is_told(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_SPEECH__PROFILE", "cpu")
    error = refused(run, "check")
    assert isinstance(error, SetupError)
    assert (error.todo or "").startswith("gateway models fetch faster-whisper-small.en")


def test_live_says_of_each_server_whether_it_answers(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LLM": "openai", "LLM_MODEL": "m", "LLM_BASE_URL": "http://127.0.0.1:1/v1"}.items():
        monkeypatch.setenv(f"GATEWAY_SPEECH__{name}", value)
    done = run.invoke(models.app, ["check", "--live"])
    assert done.exit_code == 1
    assert "FAIL LLM" in done.stdout
    assert "GATEWAY_SPEECH__LLM_BASE_URL" in done.stdout


def test_the_page_has_the_table_of_the_code() -> None:
    assert table() in PAGE.read_text()
