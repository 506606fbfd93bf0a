"""Begins the work of what was recorded to be delivered, and forgets what was settled long ago."""

from __future__ import annotations

import asyncio

from gateway.calls.feed import Feed
from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going
from gateway.webhooks.delivering import Delivering
from gateway.webhooks.repository import WebhookRepository

POLL_S = 1.0  # what other processes recorded is seen within this
AGAIN_S = 1.0
TIDY_S = 60.0
MOST_WAITING = 100_000  # for one receiver; above it is switched off
PAGE = 200

_log = get_logger(__name__)


class WebhookLoops:
    """`start` after durable work has started, `close` before it is closed."""

    def __init__(self, begin: Begin, feed: Feed, clock: Clock, delivering: Delivering) -> None:
        self._begin, self._feed, self._clock, self._delivering = begin, feed, clock, delivering
        self.most_waiting = MOST_WAITING
        self._tasks = TaskSet()

    def start(self) -> None:
        self._tasks.start(keep_going(self._begin_forever, "webhook-begin", AGAIN_S), name="webhook-begin")
        self._tasks.start(keep_going(self._tidy_forever, "webhook-tidy", AGAIN_S), name="webhook-tidy")

    async def close(self) -> None:
        await self._tasks.close()

    async def begin_recorded(self) -> int:
        """Returns how many. Killed half-way, the next one begins the same works, which changes nothing."""
        async with self._begin() as session:
            rows = await WebhookRepository(session).not_begun(PAGE)
        for row in rows:
            await self._delivering.begin_attempt(row)
        if rows:
            async with self._begin() as session:
                await WebhookRepository(session).mark_begun([(row.id, row.round) for row in rows])
        return len(rows)

    async def tidy(self) -> None:
        now = self._clock.now()
        async with self._begin() as session:
            await WebhookRepository(session).forget_old(now)
            full = await WebhookRepository(session).switch_off_overfull(self.most_waiting, now)
        if full:
            _log.error("webhooks_switched_off", webhooks=full, waiting_more_than=self.most_waiting)

    async def _begin_forever(self) -> None:
        while True:
            ticket = self._feed.ticket()
            if await self.begin_recorded() < PAGE:
                await self._feed.wait(ticket, POLL_S)

    async def _tidy_forever(self) -> None:
        while True:
            await self.tidy()
            await asyncio.sleep(TIDY_S)
