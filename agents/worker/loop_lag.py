"""How late an event loop comes to its work. Whatever holds it up, a busy machine or somebody else's computing in the
same process, shows here before it is heard: sound is queued for 120 ms, and what comes later leaves a gap."""

from __future__ import annotations

import asyncio
import gc
from collections import deque

EVERY_S = 0.05
WINDOW = 60  # of the last samples: 3 s


class LoopLag:
    """Measures the loop that calls `run`, until it is cancelled."""

    def __init__(self, window: int = WINDOW, *, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._late_s: deque[float] = deque(maxlen=window)
        self._worst_s = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + self._every_s
            await asyncio.sleep(self._every_s)
            self.add(loop.time() - due)

    def add(self, late_s: float) -> None:
        self._late_s.append(max(late_s, 0.0))
        self._worst_s = max(self._worst_s, late_s)

    @property
    def typical_ms(self) -> float:
        """The median of the window; 0 before the first sample."""
        return 1000 * sorted(self._late_s)[len(self._late_s) // 2] if self._late_s else 0.0

    @property
    def worst_ms(self) -> float:
        """Since the beginning."""
        return 1000 * self._worst_s


def settle() -> None:
    """What is there now stays: the collector need not look at it again while people talk."""
    gc.collect()
    gc.freeze()
