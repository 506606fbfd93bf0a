"""faster-whisper from a folder on this machine. Nothing is ever downloaded."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from livekit.agents import APIConnectOptions, stt, utils
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from agents.speech.ears import final, pcm_at
from gateway.kernel.errors import SetupError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

RATE = 16000
NEEDED = ("model.bin", "tokenizer.json")  # without the second one the library asks the model hub


def check_folder(folder: Path) -> None:
    """Raises SetupError that names the folder or the file that is missing."""
    if not folder.is_dir():
        raise SetupError(
            f"the faster-whisper model folder {folder} does not exist",
            todo=f"gateway models fetch {folder.name}, or set GATEWAY_SPEECH__STT_MODEL to the folder that has a model",
        )
    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        raise SetupError(
            f"the faster-whisper model folder {folder} lacks {' and '.join(missing)}",
            todo=f"gateway models fetch {folder.name}, or copy the complete converted model",
        )


def load(folder: Path, compute_type: str = "int8", at_a_time: int = 1) -> WhisperModel:
    """The model, converted on load to what the machine computes with; takes seconds, so it is done before a call.
    `at_a_time`: how many threads may ask it."""
    check_folder(folder)
    from faster_whisper import WhisperModel  # heavy, and only wanted where it is configured

    return WhisperModel(
        str(folder), device="auto", compute_type=compute_type, num_workers=at_a_time, local_files_only=True
    )


class FasterWhisperSTT(stt.STT):
    """One stretch of speech at a time, decoded in a thread. Wrap it in `stt.StreamAdapter`."""

    def __init__(self, model: WhisperModel, *, language: str = "en") -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._model = model
        self._language = language

    @property
    def provider(self) -> str:
        return "faster-whisper"

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return final(await asyncio.to_thread(self.transcribe, pcm_at(buffer, RATE)))

    def transcribe(self, pcm: bytes) -> str:
        """The words in 16 kHz 16-bit speech. Blocks."""
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            samples, language=self._language, beam_size=1, without_timestamps=True, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments).strip()
