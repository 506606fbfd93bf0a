"""An event loop whose clock jumps: sockets are real, waiting is not. Half a minute of timers takes milliseconds."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec

P = ParamSpec("P")
SETTLE_S = 0.002  # real time that TCP on loopback may take to deliver


class _JumpingSelector(selectors.BaseSelector):
    """Where another selector would sleep, this one moves the clock, unless a socket has something to read."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0 if timeout is not None and timeout <= 0 else SETTLE_S)
        if ready or timeout is None or timeout <= 0:
            return ready
        self.now += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self.failures: list[dict[str, Any]] = []
        self.set_exception_handler(lambda loop, context: self.failures.append(context))

    def time(self) -> float:
        return self._jumping.now


def on_virtual_clock(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Runs an async test on a VirtualLoop; an exception that only the loop saw fails it too."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, VirtualLoop)
            runner.run(_bounded(test(*args, **kwargs)))
            assert loop.failures == [], [repr(f.get("exception")) for f in loop.failures]

    return run


async def _bounded(test: Awaitable[None]) -> None:
    async with asyncio.timeout(3600):  # of virtual time
        await test
