"""The phone's ears in a process of their own: the decoder holds the interpreter for as long as it thinks,
and a phone that stops sending for a third of a second is not what we want to measure."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from gateway.kernel.lifeline import die_with_parent
from gateway.phone.ears import Ears
from gateway.phone.recording import Samples

_ears: list[Ears] = []  # of the child process


def _begin(phrases: tuple[str, ...]) -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the phone, which ends us
    _ears.append(Ears(phrases))


def _understand(speech: Samples) -> list[str]:
    return _ears[0].understand(speech)


def _ready() -> bool:
    return bool(_ears)


class Listener:
    """Understands one stretch of speech after the other, in the order given."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._pool = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(tuple(phrases),)
        )

    async def start(self) -> None:
        """Returns once it can listen."""
        await asyncio.get_running_loop().run_in_executor(self._pool, _ready)

    async def understand(self, speech: Samples) -> list[str]:
        """The phrases in `speech`, int16 at 8 kHz."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _understand, speech)

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
