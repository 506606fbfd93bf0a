"""Everything of webhooks in one object, for the composition root and the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.calls.service import Calls
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import SecretBox
from gateway.net.outside import Outside
from gateway.webhooks import schedule
from gateway.webhooks.delivering import AT_ONCE, AT_ONCE_PER_RECEIVER, KEEP, WORK, Delivering
from gateway.webhooks.loops import WebhookLoops
from gateway.webhooks.models import WebhookRow
from gateway.webhooks.outbox import Outbox
from gateway.webhooks.payload import PING, message
from gateway.webhooks.schedule import Judge, Outcome
from gateway.webhooks.sending import Sender

if TYPE_CHECKING:
    from gateway.durable.service import Durable


class Webhooks:
    """Made before durable work starts; `start` after it has, `close` before it is closed."""

    def __init__(
        self, calls: Calls, durable: Durable, box: SecretBox, outside: Outside, judge: Judge = schedule.judge
    ) -> None:
        self.outside, self._clock = outside, calls.clock
        self._sender = Sender(outside, box, calls.clock)
        self.delivering = Delivering(calls.begin, calls.clock, self._sender, durable.begin, judge)
        durable.define(WORK, self.delivering.attempt, lane_width=AT_ONCE_PER_RECEIVER, width=AT_ONCE, keep=KEEP)
        calls.runner.on_append(Outbox(calls.clock).write)
        self.loops = WebhookLoops(calls.begin, calls.feed, calls.clock, self.delivering)

    def start(self) -> None:
        self.loops.start()

    async def ping(self, webhook: WebhookRow) -> Outcome:
        """One request that tells nothing, now and once."""
        content = message(PING, self._clock.now(), {"webhook_id": webhook.id})
        return await self._sender.send(webhook, new_id("ping"), content)

    async def close(self) -> None:
        await self.loops.close()
