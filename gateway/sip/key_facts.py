"""Tells the record of the keys that a caller presses; what they were only of short runs (`key_run`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import DigitPressed
from gateway.kernel.clock import SystemClock
from gateway.sip.key_run import Key, KeyRun
from gateway.sip.rtp.digit_merger import Way

WAYS: dict[Way, str] = {"rfc4733": "rfc4733", "info": "info", "inband": "in_band"}


class KeyFacts:
    """Of one leg. `close` before the record of the leg's end, or they would be late."""

    def __init__(self, call_id: str, facts: FactSender) -> None:
        self._call_id, self._facts = call_id, facts
        self._run = KeyRun()
        self._clock = SystemClock()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        key = Key(digit, WAYS[way], duration_ms, self._clock.now())
        self._tell(self._run.press(key, self._loop.time()))

    def hide(self) -> None:
        """Somebody is to type in secret, and may have begun before being asked."""
        self._tell(self._run.hide())

    def close(self) -> None:
        self._tell(self._run.close())

    def _tell(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._facts.record(
                DigitPressed, self._call_id, at=key.at, transport=key.transport, duration_ms=key.duration_ms,
                pii={"digit": key.digit},
            )  # fmt: skip
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._run.due, self.close) if self._run.due is not None else None
