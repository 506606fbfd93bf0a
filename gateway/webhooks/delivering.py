"""The body of the durable work `webhook`: one attempt at one delivery, and the beginning of the next.

Everything is in the delivery's row before anything else is begun. Who dies while it sends, sends again: a receiver
gets every event at least once, always under the same `webhook-id`.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Protocol

from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.webhooks.models import DeliveryRow, WebhookRow
from gateway.webhooks.patience import Patience
from gateway.webhooks.payload import message
from gateway.webhooks.repository import WebhookRepository
from gateway.webhooks.schedule import Judge, Outcome, Verdict
from gateway.webhooks.sending import LONGEST_PROBLEM, Sender

WORK = "webhook"
AT_ONCE_PER_RECEIVER = 16
AT_ONCE = 256
KEEP = timedelta(hours=1)  # of an attempt that is done; the delivery's row knows it for longer

_log = get_logger(__name__)


class BeginWork(Protocol):
    """`Durable.begin`."""

    async def __call__(
        self, name: str, work_id: str, given: dict[str, str], *, lane: str = "", delay_s: float = 0.0
    ) -> None: ...


class Delivering:
    def __init__(self, begin: Begin, clock: Clock, sender: Sender, begin_work: BeginWork, judge: Judge) -> None:
        self._begin, self._clock, self._sender, self._begin_work = begin, clock, sender, begin_work
        self._judge = judge
        self._patience: dict[str, Patience] = {}  # by receiver; there are not many

    async def begin_attempt(self, row: DeliveryRow) -> None:
        """The next one of its round, when it is due. Asked again, changes nothing."""
        delay = (row.next_at - self._clock.now()).total_seconds() if row.next_at else 0.0
        given = {"delivery_id": row.id, "round": str(row.round), "attempt": str(row.attempts)}
        work_id = f"{row.id}-{row.round}-{row.attempts}"
        await self._begin_work(WORK, work_id, given, lane=row.webhook_id, delay_s=max(0.0, delay))

    async def attempt(self, work_id: str, given: dict[str, str]) -> None:
        """The body."""
        name, number, attempt = given["delivery_id"], int(given["round"]), int(given["attempt"])
        async with self._begin() as session:
            repository = WebhookRepository(session)
            row = await repository.delivery(name)
            if row is None or row.status != "waiting" or row.round != number:
                return  # taken away, settled, or begun anew
            webhook = await repository.get(row.webhook_id)
            personal = await repository.personal(row.call_id, row.seq) if webhook.personal else {}
        if row.attempts == attempt:
            verdict = await self._verdict(row, webhook, personal)
            row = await self._record(row, verdict[0], verdict[1])
        if row is not None and row.status == "waiting" and row.attempts > attempt:
            await self.begin_attempt(row)

    async def _verdict(
        self, row: DeliveryRow, webhook: WebhookRow, personal: dict[str, str]
    ) -> tuple[Verdict, int | None]:
        if not webhook.enabled:
            return Verdict("dead", "the webhook is switched off"), None
        patience = self._patience.setdefault(webhook.id, Patience())
        if patience.may_ask(self._clock.now()):
            data = row.body | ({"pii": personal} if personal else {})
            outcome = await self._sender.send(webhook, row.id, message(row.type, row.at, data))
            patience.heard(outcome.problem, self._clock.now())
        else:
            outcome = Outcome(None, patience.words)
        return self._judge(outcome, row.attempts + 1, self._clock.now(), random.random()), outcome.status

    async def _record(self, before: DeliveryRow, verdict: Verdict, status: int | None) -> DeliveryRow | None:
        """The row as it is then; None when it was taken away meanwhile."""
        now = self._clock.now()
        async with self._begin() as session:
            repository = WebhookRepository(session)
            row = await repository.delivery(before.id, to_write=True)
            if row is None or (row.round, row.attempts, row.status) != (before.round, before.attempts, "waiting"):
                return row
            row.attempts += 1
            row.status, row.next_at = verdict.status, verdict.next_at
            row.last_status, row.last_problem = status, verdict.words[:LONGEST_PROBLEM]
            if verdict.status == "delivered":
                row.last_problem = ""
            row.settled_at = None if verdict.status == "waiting" else now
            if verdict.switch_off:
                webhook = await repository.get(row.webhook_id, to_write=True)
                webhook.enabled, webhook.off_reason, webhook.updated_at = False, verdict.words, now
        if verdict.status != "delivered":
            _log.warning(
                "webhook_not_delivered", webhook_id=row.webhook_id, delivery_id=row.id, status=status,
                attempts=row.attempts, gave_up=verdict.status == "dead",
            )  # fmt: skip
        return row
