"""Asks a caller for keys before anybody else hears the call: a PIN, or one key that shows that somebody listens.

Digits stay here: no fact, room or log.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.sip import prompts
from gateway.sip.endings import Turned, ending
from gateway.sip.line import PhoneLine
from gateway.sip.rtp.digit_merger import Way
from gateway.sip.rtp.frames import SILENCE
from gateway.sip.rtp.g711 import Samples

TRIES = 3
LONGEST_PIN = 16
KEY_WITHIN_S = 10.0  # of the prompt's end, and of the key before
END_KEY = "#"

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Question:
    """`first` and `again`: names of prompts. `keys`: how many at most; as many are taken at once, fewer end with # or a
    pause. `slug`: how the call ends without the right ones."""

    first: tuple[str, ...]
    again: tuple[str, ...]
    keys: int
    slug: str


RULE_PIN = Question(("enter_pin",), ("wrong_pin",), LONGEST_PIN, "wrong_pin")
TRUST_PIN = Question(("enter_pin",), ("wrong_pin",), LONGEST_PIN, "screened")


def press(key: str) -> Question:
    """To show that somebody listens: the key is another one each time."""
    asked = ("press_to_go_on", f"digit_{key}")
    return Question(asked, asked, 1, "screened")


class KeyDesk:
    """Listens to the line (LineListener) until `let_in` returns; then the line gets another listener."""

    def __init__(self, line: PhoneLine) -> None:
        self._prompt: deque[Samples] = deque()
        self._prompt_over = asyncio.Event()
        self._keys: asyncio.Queue[str] = asyncio.Queue(maxsize=64)
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        line.listener = self

    async def let_in(self, question: Question, check: Callable[[str], Awaitable[T | None]]) -> T:
        """What `check` says to the right keys; None is wrong ones. Raises Turned after three tries, or a lost line."""
        for attempt in range(TRIES):
            self._play(question.first if attempt == 0 else question.again)
            keys = await self._read(question.keys)
            if keys and (found := await check(keys)) is not None:
                return found
        self._play(("goodbye",))
        await self._or_lost(self._prompt_over.wait())
        raise Turned(ending(question.slug))

    def _play(self, names: tuple[str, ...]) -> None:
        self._prompt_over.clear()
        for name in names:
            self._prompt.extend(prompts.frames_of(name))

    async def _read(self, most: int) -> str:
        """Keys up to `#`, or up to a pause; empty when none came. A key cuts the prompt short."""
        pin = ""
        await self._or_lost(self._prompt_over.wait())
        while len(pin) < most:
            try:
                async with asyncio.timeout(KEY_WITHIN_S):
                    key = await self._or_lost(self._keys.get())
            except TimeoutError:
                return pin
            if key == END_KEY:
                return pin
            pin += key
        return pin

    async def _or_lost(self, waiting: Coroutine[Any, Any, R]) -> R:
        """Raises Turned when the line is gone first."""
        task = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait([task, self._over], return_when=asyncio.FIRST_COMPLETED)
            if self._over.done():
                raise Turned(ending(self._over.result()))
            return task.result()
        finally:
            task.cancel()

    # -- the line ---------------------------------------------------------------------------------------------

    def line_said(self, frame: Samples) -> None:
        """Nobody is there yet."""

    def line_wants(self) -> Samples:
        if not self._prompt:
            return SILENCE
        frame = self._prompt.popleft()
        if not self._prompt:
            self._prompt_over.set()
        return frame

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        self._prompt.clear()
        self._prompt_over.set()
        if not self._keys.full():
            self._keys.put_nowait(digit)

    def line_held(self, held: bool) -> None:
        """It may."""

    def line_over(self, slug: str) -> None:
        if not self._over.done():
            self._over.set_result(slug)
