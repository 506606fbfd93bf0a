"""How good a call sounds: transmission rating R and mean opinion score of the E-model (ITU-T G.107, G.113). Pure.

Simplified as usual for packet calls: no echo, no noise, default loudness; what is left is delay, loss and the codec.
All on the narrow-band scale, where G.722 counts as free of distortion.
"""

from __future__ import annotations

from typing import NamedTuple

BASE = 93.2  # R of a perfect narrow-band connection (G.107, default values)


class Impairment(NamedTuple):
    """Of a codec: equipment impairment `ie`, robustness against loss `bpl` (G.113 Appendix I, with concealment)."""

    ie: float
    bpl: float


CODECS: dict[str, Impairment] = {
    "PCMU": Impairment(0, 25.1),
    "PCMA": Impairment(0, 25.1),
    "G722": Impairment(0, 25.1),
}


def delay_impairment(one_way_ms: float) -> float:
    """Id of a mouth-to-ear delay: small up to 177.3 ms, steep beyond."""
    return 0.024 * one_way_ms + max(0.0, 0.11 * (one_way_ms - 177.3))


def loss_impairment(codec: Impairment, loss_percent: float, burst_ratio: float = 1.0) -> float:
    """Ie-eff (G.107 §7.5): `burst_ratio` is 1 for random loss, higher when losses come together."""
    if loss_percent <= 0:
        return codec.ie
    return codec.ie + (95 - codec.ie) * loss_percent / (loss_percent / max(1.0, burst_ratio) + codec.bpl)


def burst_ratio(lost: int, gaps: int, loss_percent: float) -> float:
    """Mean length of a loss over what random loss of the same rate would have; at least 1."""
    if not gaps:
        return 1.0
    return max(1.0, lost / gaps * (1 - min(loss_percent, 99.0) / 100))


def rating(codec: str, *, one_way_ms: float, loss_percent: float, burst: float = 1.0) -> float:
    """R, 0..93.2."""
    impairments = delay_impairment(one_way_ms) + loss_impairment(CODECS[codec], loss_percent, burst)
    return max(0.0, min(BASE, BASE - impairments))


def mos(r: float) -> float:
    """R to a mean opinion score of 1..4.5 (G.107 Annex B)."""
    if r <= 0:
        return 1.0
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
