"""An event loop whose clock can be put forward: a silence of twenty seconds is over at once."""

from __future__ import annotations

import asyncio


class SkippingLoop(asyncio.SelectorEventLoop):
    """`skipped`: seconds that did not pass. What is due by then is done at the loop's next turn."""

    def __init__(self) -> None:
        self.skipped = 0.0
        super().__init__()

    def time(self) -> float:
        return super().time() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += seconds
