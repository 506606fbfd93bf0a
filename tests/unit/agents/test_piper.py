"""Piper as a program that stays: a stand-in with its command line, its folder and its log, and flite's voice."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from livekit.agents import APIError

from agents.speech import catalog
from agents.speech.phrasebook import RATE
from agents.speech.piper import Piper, voice_file
from gateway.kernel.errors import SetupError
from gateway.settings import SpeechSettings

# As piper-tts 1.8 does it: a line in, a wav in the folder, its path in the log; `END` in a line ends it.
PROGRAM = f"""#!{sys.executable}
import subprocess, sys
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("INFO:piper:loading " + arguments["-m"], file=sys.stderr, flush=True)
for number, line in enumerate(sys.stdin):
    if "END" in line:
        sys.exit(1)
    path = f"{{arguments['-d']}}/{{number}}.wav"
    subprocess.run(["flite", "-voice", "rms", "-t", line.strip(), "-o", path], check=True)
    print(f"INFO:piper:Wrote {{path}}", file=sys.stderr, flush=True)
"""


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its folder; the program is in PATH."""
    programs, folder = tmp_path / "bin", tmp_path / "voice"
    programs.mkdir()
    (programs / "piper").write_text(PROGRAM)
    (programs / "piper").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    folder.mkdir()
    for name in ("toy.onnx", "toy.onnx.json"):
        (folder / name).touch()
    return folder


async def test_it_speaks_sentence_after_sentence_and_is_started_again_when_it_has_ended(voice: Path) -> None:
    piper = Piper(voice_file(voice))
    for text in ("Hello, this is the office.", "We open at nine.\nWe close at five."):
        samples = await piper.speak(text)
        assert 0.8 < len(samples) / RATE < 5
        assert np.abs(samples.astype(np.int32)).max() > 3000
    with pytest.raises(APIError, match="has ended"):
        await piper.speak("END")
    assert len(await piper.speak("Hello.")) > RATE / 5
    await piper.close()


async def test_settings_alone_choose_it(voice: Path) -> None:
    settings = SpeechSettings(tts="piper", tts_model="voice", models_dir=voice.parent)
    catalog.check(settings)
    mouth = catalog.mouth(settings)
    audio = await mouth.synthesize("Hello.").collect()
    assert audio.duration > 0.2


@pytest.mark.parametrize(("missing", "said"), [("toy.onnx", "no piper voice"), ("toy.onnx.json", "lacks the file")])
def test_a_missing_file_is_named(voice: Path, missing: str, said: str) -> None:
    (voice / missing).unlink()
    with pytest.raises(SetupError, match=said):
        catalog.check(SpeechSettings(tts="piper", tts_model=str(voice)))


async def test_without_the_program_one_is_told_how_to_get_it(voice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="piper is not installed"):
        catalog.check(SpeechSettings(tts="piper", tts_model=str(voice)))
    with pytest.raises(APIError, match="not installed"):
        await Piper(voice_file(voice)).speak("Hello.")
