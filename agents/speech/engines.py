"""Speech engines of the system, each a process per sentence: flite, or espeak-ng (GPL, so never linked).

The text goes in by file or standard input, not on the command line, where every user could read it.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
import wave
from pathlib import Path
from typing import Protocol

import numpy as np
from livekit.agents import APIError

from agents.speech.phrasebook import RATE, Samples

LONGEST_S = 10.0  # for one sentence


class Engine(Protocol):
    name: str

    async def speak(self, text: str) -> Samples:
        """8 kHz mono samples; raises APIError when the engine fails."""
        ...


async def _run(command: list[str], stdin: bytes = b"") -> bytes:
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            output, complaint = await child.communicate(stdin)
    except (TimeoutError, asyncio.CancelledError):
        child.kill()
        await child.wait()
        raise
    if child.returncode != 0:
        raise APIError(f"{command[0]} ended with {child.returncode}: {complaint.decode(errors='replace')[:200]}")
    return output


def telephone_samples(wav: bytes) -> Samples:
    """The samples of a wav at 8 kHz. An engine that streams leaves the lengths in the header open."""
    with wave.open(io.BytesIO(wav)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        raw = file.readframes(len(wav) // 2)
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").reshape(-1, channels)[:, 0]
    return resampled(samples.astype(np.int16), rate, RATE)


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """Band-limited resampling: a windowed sinc below the lower Nyquist frequency, then interpolation."""
    if rate == wanted or not len(samples):
        return samples
    cutoff = min(rate, wanted) / 2 * 0.92 / (rate / 2)
    taps = np.arange(-32, 33)
    kernel = np.sinc(cutoff * taps) * np.hamming(len(taps))
    filtered = np.convolve(samples.astype(np.float32), kernel / kernel.sum(), mode="same")
    positions = np.arange(0, len(samples), rate / wanted)
    return np.interp(positions, np.arange(len(samples)), filtered).clip(-32768, 32767).astype(np.int16)


class Flite:
    name = "flite"

    def __init__(self, voice: str = "") -> None:
        self._voice = voice or "rms"

    async def speak(self, text: str) -> Samples:
        with tempfile.TemporaryDirectory(prefix="flite-") as folder:
            words, spoken = Path(folder) / "text", Path(folder) / "speech.wav"
            words.write_text(text, encoding="ascii", errors="replace")
            await _run(["flite", "-voice", self._voice, "-f", str(words), "-o", str(spoken)])
            return await asyncio.to_thread(lambda: telephone_samples(spoken.read_bytes()))


class EspeakNg:
    name = "espeak-ng"

    def __init__(self, voice: str = "") -> None:
        self._voice = voice or "en-us"

    async def speak(self, text: str) -> Samples:
        wav = await _run(["espeak-ng", "-v", self._voice, "--stdin", "--stdout"], text.encode())
        return await asyncio.to_thread(telephone_samples, wav)


def installed(name: str) -> bool:
    return shutil.which(name) is not None


def find_engine(voice: str = "") -> Engine | None:
    """flite, which telephone ears understand better, else espeak-ng, else None."""
    if installed("flite"):
        return Flite(voice)
    return EspeakNg(voice) if installed("espeak-ng") else None
