"""faster-whisper loads from a folder, offline; the words of a random model mean nothing, its shapes do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from livekit import rtc

from agents.speech import catalog, whisper
from gateway.kernel.errors import SetupError
from gateway.settings import SpeechSettings
from tests.unit.agents import tiny_whisper


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.make(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("the loader went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_a_local_model_loads_and_its_shapes_are_right(folder: Path, no_network: None) -> None:
    model = whisper.load(folder)
    assert not model.model.is_multilingual
    assert model.model.n_mels == tiny_whisper.MELS
    features = model.feature_extractor(np.zeros(16000, np.float32))
    assert features.shape[0] == tiny_whisper.MELS
    encoded = model.encode(features[:, :100])
    assert encoded.shape == [1, 50, tiny_whisper.WIDTH]


async def test_a_stretch_of_speech_is_decoded_to_text(folder: Path, no_network: None) -> None:
    ears = whisper.FasterWhisperSTT(whisper.load(folder))
    tone = (np.sin(np.arange(8000) / 5) * 8000).astype(np.int16)
    event = await ears.recognize([rtc.AudioFrame(tone.tobytes(), 8000, 1, len(tone))])
    assert len(event.alternatives) == 1
    assert isinstance(event.alternatives[0].text, str)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nowhere does not exist"):
        catalog.check(SpeechSettings(stt="faster-whisper", stt_model=str(tmp_path / "nowhere")))


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_missing_file_is_named_before_anything_is_downloaded(
    folder: Path, tmp_path: Path, name: str, no_network: None
) -> None:
    for kept in folder.iterdir():
        if kept.name != name:
            (tmp_path / kept.name).write_bytes(kept.read_bytes())
    with pytest.raises(SetupError, match=f"lacks {name}"):
        catalog.check(SpeechSettings(stt="faster-whisper", stt_model=str(tmp_path)))


def test_the_catalog_gives_whisper_when_it_is_configured(folder: Path) -> None:
    settings = SpeechSettings(stt="faster-whisper", stt_model=str(folder))
    catalog.check(settings)
    assert list(catalog.prepare(settings).whisper) == ["STT"]
