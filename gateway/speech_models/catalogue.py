"""The speech and language models that the profiles need, as far as the gateway knows them.

Sizes are what their publishers say, rounded. A hash stands here only where it is publicly known; where none stands,
the one that was found at the first fetch is kept beside the files and counts from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.speech_settings import Stage

Profile = Literal["cpu", "gpu"]
HUB = "https://huggingface.co"


@dataclass(frozen=True)
class ModelFile:
    """`sha256` is empty where it is not publicly known; `mb` in millions of bytes, about."""

    name: str
    url: str
    mb: float
    sha256: str = ""


@dataclass(frozen=True)
class SpeechModel:
    """`served`: what to type where another server keeps the model; such a model has no files here."""

    name: str
    stage: Stage
    what: str
    licence: str
    terms: str
    profiles: tuple[Profile, ...] = ()
    files: tuple[ModelFile, ...] = ()
    served: str = ""

    @property
    def mb(self) -> float:
        return sum(file.mb for file in self.files)


def _whisper(size: str, what: str, mb: float, profiles: tuple[Profile, ...] = ()) -> SpeechModel:
    base = f"{HUB}/Systran/faster-whisper-{size}/resolve/main"
    small = {"config.json": 0.003, "tokenizer.json": 2.2, "vocabulary.txt": 0.5}
    files = [ModelFile(name, f"{base}/{name}", part) for name, part in small.items()]
    return SpeechModel(
        f"faster-whisper-{size}", "stt", what, "MIT", f"{HUB}/Systran/faster-whisper-{size}", profiles,
        (*files, ModelFile("model.bin", f"{base}/model.bin", mb)),
    )  # fmt: skip


def _turbo() -> SpeechModel:
    place = f"{HUB}/mobiuslabsgmbh/faster-whisper-large-v3-turbo"
    sizes = {"config.json": 0.003, "preprocessor_config.json": 0.001, "tokenizer.json": 2.7, "vocabulary.json": 1.1,
             "model.bin": 1620}  # fmt: skip
    files = tuple(ModelFile(name, f"{place}/resolve/main/{name}", mb) for name, mb in sizes.items())
    what = "ninety languages, close to the largest one, eight times as fast"
    return SpeechModel("faster-whisper-large-v3-turbo", "stt", what, "MIT", place, ("gpu",), files)


def _piper(name: str, folder: str, what: str, licence: str) -> SpeechModel:
    place = f"{HUB}/rhasspy/piper-voices/resolve/main/{folder}/{name}.onnx"
    files = (ModelFile(f"{name}.onnx.json", f"{place}.json", 0.005), ModelFile(f"{name}.onnx", place, 63.5))
    terms = f"{HUB}/rhasspy/piper-voices/blob/main/{folder}/MODEL_CARD"
    return SpeechModel(f"piper-{name}", "tts", what, licence, terms, (), files)


CATALOGUE: tuple[SpeechModel, ...] = (
    _whisper("tiny.en", "English; the fastest, and mishears the most", 75.5),
    _whisper("base.en", "English; for a machine of two cores", 145),
    _whisper("small.en", "English; some four cores", 484, ("cpu",)),
    _whisper("small", "ninety languages; some four cores", 484),
    _turbo(),
    SpeechModel(
        "llama3.2", "llm", "3 billion parameters, calls tools; in Ollama", "Llama 3.2 Community",
        "https://www.llama.com/llama3_2/license/", ("cpu",), served="ollama pull llama3.2",
    ),
    SpeechModel(
        "Qwen/Qwen2.5-7B-Instruct", "llm", "7 billion parameters, calls tools; in vLLM", "Apache-2.0",
        f"{HUB}/Qwen/Qwen2.5-7B-Instruct", ("gpu",),
        served="vllm serve Qwen/Qwen2.5-7B-Instruct --enable-auto-tool-choice --tool-call-parser hermes",
    ),
    SpeechModel(
        "kokoro", "tts", "voices of several languages; in a server with OpenAI's speech interface at port 8880",
        "Apache-2.0", f"{HUB}/hexgrad/Kokoro-82M", ("cpu", "gpu"),
        served="docker run -p 127.0.0.1:8880:8880 ghcr.io/remsky/kokoro-fastapi-cpu",
    ),
    _piper("en_US-ljspeech-medium", "en/en_US/ljspeech/medium", "English; GATEWAY_SPEECH__TTS=piper", "public domain"),
    _piper("de_DE-thorsten-medium", "de/de_DE/thorsten/medium", "German; GATEWAY_SPEECH__TTS=piper", "CC0"),
)  # fmt: skip


def named(name: str) -> SpeechModel | None:
    return next((model for model in CATALOGUE if model.name == name), None)
