"""Makes `tests/sip/cascade/model`, by hand; seven minutes are enough. Needs flite, espeak-ng, and JAX for this alone.

uv run --no-sync --with jax python -m tests.sip.cascade.small_whisper.train [minutes]
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from agents.speech.whisper import load
from tests.sip.cascade.small_whisper import network
from tests.sip.cascade.small_whisper.speech import FRESH, TAUGHT, Audio, on_the_line, only_noise, spoken
from tests.sip.cascade.small_whisper.words import SENTENCES, tokenizer

FOLDER = Path(__file__).parent.parent / "model"
TAKES, PACES, BATCH = 7, (0.9, 0.95, 1.0, 1.05, 1.1), 24
FASTEST, SLOWEST = 2.5e-3, 1e-4  # rate of learning


def mels_of(audio: Audio, extract: FeatureExtractor) -> np.ndarray:
    """(FRAMES, MELS), as faster-whisper makes them; what is too short is filled with zeros."""
    found = extract(audio)[:, : network.FRAMES]
    return np.pad(found, ((0, 0), (0, network.FRAMES - found.shape[1]))).T.astype(np.float16)


def lessons(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Sounds, tokens, which tokens count, which sentence: (n, FRAMES, MELS), (n, LONGEST), (n, LONGEST - 1), (n,)."""
    words, extract = tokenizer(), FeatureExtractor()
    pairs = [(text, voice) for text in SENTENCES for voice in TAUGHT]
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda pair: spoken(*pair), pairs))
    heard = [(text, on_the_line(samples, rng, PACES)) for _ in range(TAKES)
             for (text, _), samples in zip(pairs, said, strict=True)]  # fmt: skip
    heard += [("", only_noise(rng)) for _ in range(len(pairs) // 4)]
    start, end = (words.token_to_id(name) for name in ("<|startoftranscript|>", "<|endoftext|>"))
    mels, tokens, counts = [], [], []
    for text, audio in heard:
        ids = words.encode(f" {text}").ids if text else []
        line = [start, words.token_to_id("<|notimestamps|>"), *ids, end]
        mels.append(mels_of(audio, extract))
        tokens.append(line + [end] * (network.LONGEST - len(line)))
        counts.append([0.0] + [1.0] * (len(line) - 2) + [0.0] * (network.LONGEST - len(line)))
    which = [(*SENTENCES, "").index(text) for text, _ in heard]
    return np.stack(mels), np.array(tokens), np.array(counts, np.float32), np.array(which)


def train(minutes: float) -> None:
    rng = np.random.default_rng(11)
    mels, *rest = lessons(rng)
    print(f"{len(mels)} lessons", flush=True)
    weights = jax.tree.map(jnp.asarray, network.fresh(tokenizer().get_vocab_size(), len(SENTENCES) + 1, rng))
    first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    began, at = time.monotonic(), 0
    while (done := (time.monotonic() - began) / 60 / minutes) < 1:
        at += 1
        rate = min(at / 150, 1.0) * (SLOWEST + (FASTEST - SLOWEST) * (1 + np.cos(np.pi * done)) / 2)
        chosen = rng.integers(0, len(mels), BATCH)
        batch = mels[chosen].astype(np.float32), *(part[chosen] for part in rest)
        weights, first, second, value = network.step(weights, first, second, jnp.float32(at), jnp.float32(rate), *batch)
        if at % 50 == 0:
            print(f"{at}: {float(value):.3f}, {100 * done:.0f} % of the time", flush=True)
        if at % 500 == 0:
            network.save(weights, tokenizer(), FOLDER)
    network.save(weights, tokenizer(), FOLDER)


def understood() -> tuple[int, int]:
    """Of fresh voices: how many sentences faster-whisper has right, of how many."""
    from agents.speech.whisper import FasterWhisperSTT

    ears, rng = FasterWhisperSTT(load(FOLDER)), np.random.default_rng(3)
    right = 0
    for text in SENTENCES:
        for voice in FRESH:
            audio = on_the_line(spoken(text, voice), rng)
            heard = ears.transcribe((audio * 32767).astype(np.int16).tobytes())
            right += heard == text
            if heard != text:
                print(f"{voice}: {text!r} heard as {heard!r}")
    return right, len(SENTENCES) * len(FRESH)


if __name__ == "__main__":
    train(float(sys.argv[1]) if len(sys.argv) > 1 else 7.0)
    right, of = understood()
    print(f"understood: {right} of {of}")
