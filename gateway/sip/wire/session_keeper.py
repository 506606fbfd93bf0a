"""Keeps one call's session timer: refreshes it in time, or notices that the other side did not (RFC 4028 §10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.kernel.tasks import TaskSet
from gateway.sip.wire import session_timer
from gateway.sip.wire.calls import Headers
from gateway.sip.wire.message import Response
from gateway.sip.wire.session_timer import SessionTimer

AGAIN_S = 10.0  # after a refresh that was refused; sooner when the interval is short


class SessionKeeper:
    """`refresh(headers)` sends one refresh and gives its final response; `lost()` is called once, when time is up."""

    def __init__(
        self, tasks: TaskSet, refresh: Callable[[Headers], Awaitable[Response]], lost: Callable[[], None]
    ) -> None:
        self._tasks, self._refresh, self._lost = tasks, refresh, lost
        self._timer: SessionTimer | None = None
        self._handle: asyncio.TimerHandle | None = None

    def run(self, timer: SessionTimer | None) -> None:
        """From the answer, or a refresh, on; None for a call without a timer."""
        self.stop()
        self._timer = timer
        if timer is None:
            return
        loop = asyncio.get_running_loop()
        if timer.we_refresh:
            self._handle = loop.call_later(timer.refresh_after_s, self._due, timer)
        else:
            self._handle = loop.call_later(timer.dead_after_s, self._lost)

    def stop(self) -> None:
        self._timer = None
        if self._handle:
            self._handle.cancel()
            self._handle = None

    def headers(self) -> Headers:
        """What a re-INVITE or UPDATE of ours says about the timer."""
        return session_timer.ask(self._timer) if self._timer else []

    def answered(self, response: Response) -> None:
        """A 2xx to what carried `headers`."""
        if self._timer:
            self.run(session_timer.agreed(response))

    def _due(self, timer: SessionTimer) -> None:
        self._tasks.start(self._until_refreshed(timer), name="sip:refresh")

    async def _until_refreshed(self, timer: SessionTimer) -> None:
        loop = asyncio.get_running_loop()
        dead_at = loop.time() + timer.interval_s - timer.refresh_after_s
        headers = session_timer.ask(timer)
        while self._timer is timer:
            response = await self._refresh(headers)
            if response.status < 300:
                self.answered(response)
                return
            if response.status == 422:
                longer = session_timer.ask(timer, session_timer.least_in(response))
                if longer != headers:
                    headers = longer
                    continue
            if loop.time() >= dead_at:
                self._lost()
                return
            await asyncio.sleep(min(AGAIN_S, timer.interval_s / 10))
