"""Sounds that nobody speaks: beeps, the network's and fax machines' tones, coughs, clicks and backgrounds. 8 kHz."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Wave = NDArray[np.float32]
SIT_HZ, SIT_S = (950, 1400, 1800), 0.33  # ITU-T E.180
CED_HZ, CNG_HZ = 2100, 1100  # ITU-T T.30


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


def tone(hertz: tuple[float, ...], seconds: float, level: float = 1.0, ramp_s: float = 0.004) -> Wave:
    """`level`: root mean square of the whole, in units of speech's."""
    at = np.arange(round(seconds * RATE)) / RATE
    wave = np.sum([np.sin(2 * np.pi * f * at) for f in hertz], axis=0) * level * np.sqrt(2 / len(hertz))
    edge = np.clip(np.arange(len(at)) / (ramp_s * RATE), 0, 1)
    return (wave * edge * edge[::-1]).astype(np.float32)


def beep(dice: random.Random) -> Wave:
    """One of 400-2000 Hz and 0.15-0.8 s, from 6 dB below speech to 6 dB above it; now and then with an overtone."""
    hertz = dice.choice((400, 440, 480, 500, 620, 800, 850, 900, 1000, 1004, 1200, 1400, 1600, 2000))
    hertz *= dice.uniform(0.98, 1.02)
    sound = tone((hertz,), dice.uniform(0.15, 0.8), 10 ** (dice.uniform(-6, 6) / 20), dice.choice((0.002, 0.01)))
    if dice.random() < 0.2 and hertz < 1500:
        at = np.arange(len(sound)) / RATE
        sound = sound + (0.15 * np.sin(2 * np.pi * 2 * hertz * at)).astype(np.float32)
    return sound


def information_tones() -> Wave:
    return np.concatenate([tone((f,), SIT_S, 0.7) for f in SIT_HZ])


def answering_fax(seconds: float, dice: random.Random) -> Wave:
    """CED, of newer machines with a turn of phase every 450 ms and 15 Hz of amplitude (ITU-T V.8)."""
    hertz = CED_HZ + dice.uniform(-12, 12)
    sound = tone((hertz,), seconds, 0.6)
    if dice.random() < 0.5:
        at = np.arange(len(sound)) / RATE
        sound *= np.where((at // 0.45) % 2, -1, 1) * (1 + 0.2 * np.sin(2 * np.pi * 15 * at))
    return sound.astype(np.float32)


def calling_fax(times: int) -> Wave:
    return np.concatenate([part for _ in range(times) for part in (tone((CNG_HZ,), 0.5, 0.6), silence(3.0))])


def ringback(seconds: float, dice: random.Random) -> Wave:
    return tone(dice.choice(((440.0, 480.0), (425.0,), (400.0, 450.0))), seconds, 0.5)


def noise(kind: str, count: int, seed: int) -> Wave:
    """`white`, `pink` or `hum` of root mean square 1."""
    white = np.random.default_rng(seed).standard_normal(count)
    if kind == "white":
        return white.astype(np.float32)
    spectrum = np.fft.rfft(white)
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    pink = np.fft.irfft(spectrum, count)
    pink /= pink.std()
    if kind == "hum":
        at = np.arange(count) / RATE
        pink = 0.5 * pink + np.sum([np.sin(2 * np.pi * f * at) * 50 / f for f in range(50, 550, 50)], axis=0)
        pink /= pink.std()
    return pink.astype(np.float32)


def cough(dice: random.Random) -> Wave:
    """One or two bursts of coloured noise that die away."""
    bursts: list[Wave] = []
    for _ in range(dice.choice((1, 2))):
        length = round(dice.uniform(0.15, 0.3) * RATE)
        rough = noise("pink", length, dice.randrange(1 << 30))
        bursts += [rough * np.exp(-4 * np.arange(length, dtype=np.float32) / length) * 1.5, silence(0.12)]
    return np.concatenate(bursts)


def click(dice: random.Random) -> Wave:
    """A handset that is taken up."""
    length = round(dice.uniform(0.01, 0.03) * RATE)
    return noise("white", length, dice.randrange(1 << 30)) * np.linspace(2, 0, length, dtype=np.float32)
