"""Speech and profiles for tests: words as a telephone carries them."""

from __future__ import annotations

import numpy as np
import pytest

from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile
from agents.speech.phrasebook import Samples

SEGMENTS_A = 87.6


@pytest.fixture
def profile() -> AgentProfile:
    return AgentProfile.model_validate({"id": "agt_demo", **DEMO_PROFILE})


def through_mu_law(samples: Samples) -> Samples:
    """ITU-T G.711 µ-law by its formula, 8 bits and back."""
    scaled = samples.astype(np.float64) / 32768
    compressed = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log1p(255)
    eight_bits = np.round((compressed + 1) / 2 * 255) / 255 * 2 - 1
    return (np.sign(eight_bits) * (256 ** np.abs(eight_bits) - 1) / 255 * 32767).astype(np.int16)


def through_a_law(samples: Samples) -> Samples:
    """ITU-T G.711 A-law by its formula, 8 bits and back."""
    scaled = np.abs(samples.astype(np.float64)) / 32768
    bottom = 1 + np.log(SEGMENTS_A)
    compressed = np.where(
        scaled < 1 / SEGMENTS_A, SEGMENTS_A * scaled / bottom, (1 + np.log(np.maximum(SEGMENTS_A * scaled, 1))) / bottom
    )
    eight_bits = np.round(compressed * 127) / 127
    expanded = np.where(
        eight_bits < 1 / bottom, eight_bits * bottom / SEGMENTS_A, np.exp(eight_bits * bottom - 1) / SEGMENTS_A
    )
    return (np.sign(samples) * expanded * 32767).astype(np.int16)


def at_16_khz(samples: Samples) -> bytes:
    positions = np.arange(0, len(samples) - 1, 0.5)
    return np.interp(positions, np.arange(len(samples)), samples).astype("<i2").tobytes()
