"""How long each step of a call's set-up took."""

from __future__ import annotations

import time


class Steps:
    """Milliseconds since the INVITE by step name; a step counts once."""

    def __init__(self, invite_at: float) -> None:
        self._invite_at = invite_at
        self.done: dict[str, float] = {}

    def __call__(self, name: str) -> None:
        self.done.setdefault(name, round(self.since_invite_ms(), 1))

    def since_invite_ms(self) -> float:
        return (time.monotonic() - self._invite_at) * 1000
