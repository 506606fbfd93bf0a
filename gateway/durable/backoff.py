"""How long to wait before work that failed is tried again."""

from __future__ import annotations

LONGEST_S = 60.0


def pause_after(failures: int) -> float:
    """Seconds after the n-th failure in a row (from 1): 1, 2, 4 … 60."""
    return min(LONGEST_S, 2.0 ** min(failures - 1, 16))
