"""Whether a sound of somebody's mouth can be a word: it has a voice, and more in it than a hum with closed lips. Pure.

A vowel has a formant above 900 Hz; "mm-hm" has next to nothing there, a cough or a noise of the line has no voice. A
detector of speech takes all of them for speech.
"""

from __future__ import annotations

import numpy as np

RATE = 16000
LOWEST_HZ, FORMANT_HZ, HIGHEST_HZ = 80, 900, 3600  # what a telephone carries
OPEN_SHARE = 0.006  # of the energy, above FORMANT_HZ
VOICED_FLATNESS = 0.25
QUIET_RMS = 60.0


def is_open_voice(samples: np.ndarray) -> bool:
    """Of 20 to 40 ms, int16 at RATE."""
    wide = samples.astype(np.float32)
    if len(wide) < RATE // 100 or float(np.sqrt(np.mean(wide**2))) < QUIET_RMS:
        return False
    power = np.abs(np.fft.rfft(wide * np.hanning(len(wide)))) ** 2
    hertz = RATE / len(wide)
    band = power[int(LOWEST_HZ / hertz) : int(HIGHEST_HZ / hertz)] + 1e-6
    total = float(band.sum())
    above = float(band[int((FORMANT_HZ - LOWEST_HZ) / hertz) :].sum())
    flatness = float(np.exp(np.mean(np.log(band)))) / (total / len(band))
    return above > OPEN_SHARE * total and flatness < VOICED_FLATNESS
