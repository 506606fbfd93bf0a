"""Piper, a program of its own (GPL, so never linked) that keeps its voice loaded and speaks a sentence per line.

It writes one wav per line into a folder and says on its error output which: that line is the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

from livekit.agents import APIError

from agents.speech.engines import LONGEST_S, telephone_samples
from agents.speech.phrasebook import Samples
from gateway.kernel.errors import SetupError

PROGRAM = "piper"
START_S = 30.0  # to load a voice
WROTE = b"Wrote "


def voice_file(place: Path) -> Path:
    """The .onnx file at `place`, which is it or a folder with one; raises SetupError."""
    found = [place] if place.suffix == ".onnx" else sorted(place.glob("*.onnx"))
    if len(found) != 1 or not found[0].is_file():
        raise SetupError(
            f"there is no piper voice at {place}",
            todo=f"gateway models fetch {place.name}, or set GATEWAY_SPEECH__TTS_MODEL to the .onnx file of a voice",
        )
    if not found[0].with_name(f"{found[0].name}.json").is_file():
        raise SetupError(
            f"the piper voice {found[0]} lacks the file {found[0].name}.json",
            todo="copy both files of the voice into the same folder",
        )
    return found[0]


class Piper:
    """One sentence at a time; the program is started with the first one, and again after it has failed."""

    name = PROGRAM

    def __init__(self, voice: Path) -> None:
        self._voice = voice
        self._folder = tempfile.TemporaryDirectory(prefix="piper-")
        self._child: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def speak(self, text: str) -> Samples:
        """8 kHz mono samples; raises APIError."""
        async with self._one_at_a_time:
            running = self._child if self._child is not None and self._child.returncode is None else None
            spoken = False
            try:
                async with asyncio.timeout(LONGEST_S if running else START_S):
                    wav = await self._said(running or await self._start(), text)
                spoken = True
            finally:
                if not spoken:
                    await self.close()  # what it still says belongs to nobody
        return await asyncio.to_thread(_read_away, wav)

    async def _start(self) -> asyncio.subprocess.Process:
        if (program := shutil.which(PROGRAM)) is None:
            raise APIError("piper is not installed", retryable=False)
        self._child = await asyncio.create_subprocess_exec(
            program, "-m", str(self._voice), "-d", self._folder.name,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return self._child

    async def _said(self, child: asyncio.subprocess.Process, text: str) -> Path:
        assert child.stdin is not None
        assert child.stderr is not None
        try:
            child.stdin.write(" ".join(text.split()).encode() + b"\n")
            await child.stdin.drain()
        except OSError as error:
            raise APIError("piper has ended") from error
        while line := await child.stderr.readline():
            _, wrote, path = line.rstrip().partition(WROTE)
            if wrote:
                return Path(path.decode())
        raise APIError("piper has ended")

    async def close(self) -> None:
        """Ends the program; it is started again for the next sentence."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


def _read_away(wav: Path) -> Samples:
    try:
        return telephone_samples(wav.read_bytes())
    except (OSError, ValueError) as error:
        raise APIError("piper wrote no sound") from error
    finally:
        wav.unlink(missing_ok=True)
