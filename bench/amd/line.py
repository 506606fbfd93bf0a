"""What a telephone line does to a sound: level, noise, 300-3400 Hz, G.711, packets that get lost and are hidden."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.amd.sounds import RATE, Wave, noise
from gateway.sip.rtp import g711
from gateway.sip.rtp.concealment import Concealer

PACKET = 160
LOWEST_HZ, HIGHEST_HZ = 300, 3400


@dataclass(frozen=True)
class Line:
    speech_dbfs: float  # root mean square of speech, of a full-scale square wave
    noise_db: float  # signal to noise
    noise_kind: str
    codec: g711.CodecName
    lost: float  # share of packets
    burst: float  # chance that the next one is lost too
    step_db: float  # the level changes by so much
    step_at: float  # after this share of the call
    seed: int

    @classmethod
    def drawn(cls, dice: random.Random) -> Line:
        return cls(
            dice.uniform(-32, -14), dice.choice((35, 30, 25, 20, 15)), dice.choice(("white", "pink", "hum")),
            dice.choice(("PCMU", "PCMA")), dice.choice((0, 0, 0, 0.01, 0.03, 0.05)), dice.choice((0.1, 0.5)),
            dice.choice((0, 0, 0, -6, 6)), dice.random(), dice.randrange(1 << 30),
        )  # fmt: skip


def carried(sound: Wave, line: Line) -> NDArray[np.int16]:
    """`sound` has speech at a root mean square of 1. Whole packets of 20 ms at 8 kHz come out."""
    sound = np.pad(sound, (0, -len(sound) % PACKET))
    sound = sound + noise(line.noise_kind, len(sound), line.seed) * 10 ** (-line.noise_db / 20)
    sound = np.convolve(sound, _BAND, mode="same")
    level = np.full(len(sound), 10 ** (line.speech_dbfs / 20) * 32768)
    level[round(line.step_at * len(sound)) :] *= 10 ** (line.step_db / 20)
    samples = np.clip(sound * level, -32768, 32767).astype(np.int16)
    return _through_packets(g711.decode(line.codec, g711.encode(line.codec, samples)), line)


def _through_packets(samples: NDArray[np.int16], line: Line) -> NDArray[np.int16]:
    if not line.lost:
        return samples
    dice, concealer, lost = random.Random(line.seed), Concealer(RATE), False
    out: list[NDArray[np.int16]] = []
    for packet in samples.reshape(-1, PACKET):
        lost = dice.random() < (line.burst if lost else line.lost)
        heard = concealer.fill(PACKET) if lost else concealer.heard(packet)
        out.append(np.pad(heard, (0, PACKET - len(heard))))
    return np.concatenate(out)


def _band() -> NDArray[np.float32]:
    taps = np.arange(-64, 65)

    def low(hertz: float) -> NDArray[np.float64]:
        return 2 * hertz / RATE * np.sinc(2 * hertz / RATE * taps)

    return ((low(HIGHEST_HZ) - low(LOWEST_HZ)) * np.hamming(len(taps))).astype(np.float32)


_BAND = _band()
