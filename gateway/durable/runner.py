"""Runs the bodies of works on the control plane's event loop: again after a failure, given back when it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.durable.backoff import pause_after
from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger

KEEP = timedelta(days=7)

_log = get_logger(__name__)

# (id of the work, what it was begun with: ids, no personal data); returns when the work is done. It can be run
# again from its start at any time, also after its last line, so it must find out what it has done before.
Body = Callable[[str, dict[str, str]], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """Works of one name. `lane_width`: how many of one lane run at a time, 0 for no lanes and no limit; `width`: of
    all lanes together; `keep`: for how long it is known of one that it is done."""

    name: str
    body: Body
    lane_width: int = 0
    width: int = 0
    keep: timedelta = KEEP


class WorkRunner:
    """`run` until the body returns; `close` cancels what runs, which leaves it to the next start."""

    def __init__(self, pause: Callable[[int], float] = pause_after) -> None:
        self._pause = pause
        self._kinds: dict[str, Kind] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._closing = False

    def define(self, kind: Kind) -> None:
        if kind.name in self._kinds:
            raise ValueError(f"the work {kind.name} is defined already")
        self._kinds[kind.name] = kind

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(self._kinds.values())

    async def run(self, name: str, work_id: str, given: dict[str, str]) -> None:
        """Returns when the work is done. CancelledError: it is not, and the next start goes on with it."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await self._until_done(name, work_id, given)
        finally:
            self._running.discard(task)

    async def _until_done(self, name: str, work_id: str, given: dict[str, str]) -> None:
        failures = 0
        while not self._closing:
            try:
                return await self._kinds[name].body(work_id, dict(given))
            except asyncio.CancelledError:
                if self._closing:
                    raise
                failures += 1  # cancelled by something of its own: without this nobody would go on with it
                _log.warning("work_cancelled_itself", work=name, work_id=work_id, failures=failures)
            except GatewayError as error:
                failures += 1
                _log.warning("work_failed", work=name, work_id=work_id, failures=failures, code=error.code)
            except Exception:  # noqa: BLE001 - the loop of a work: whatever failed, somebody must go on with it
                failures += 1
                _log.exception("work_failed", work=name, work_id=work_id, failures=failures)
            if not self._closing:
                await asyncio.sleep(self._pause(failures))
        raise asyncio.CancelledError

    async def close(self) -> None:
        self._closing = True
        while self._running:
            running = list(self._running)
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def open(self) -> None:
        self._closing = False
