"""Writes what is to be delivered in the transaction that records the event: a crash leaves both, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.redaction.value import redact_value
from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.kernel.clock import Clock
from gateway.kernel.ids import new_id
from gateway.webhooks.models import DeliveryRow
from gateway.webhooks.payload import Notice, notices_of
from gateway.webhooks.repository import WebhookRepository


class Outbox:
    """`write` is for `CallRunner.on_append`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def write(self, session: AsyncSession, call: Call, after: int, events: Sequence[Event]) -> None:
        notices = notices_of(call, after, events)
        if not notices:
            return
        receivers = await WebhookRepository(session).receivers()
        rows = [
            self._row(webhook_id, call.id, notice)
            for notice in notices
            for webhook_id, types in receivers
            if not types or notice.type in types
        ]
        if rows:
            await session.execute(insert(DeliveryRow), rows)

    def _row(self, webhook_id: str, call_id: str, notice: Notice) -> dict[str, object]:
        return {
            "id": new_id("dlv"),
            "webhook_id": webhook_id,
            "type": notice.type,
            "call_id": call_id,
            "seq": notice.seq,
            "at": notice.at,
            "body": redact_value(notice.data),
            "status": "waiting",
            "begun": False,
            "round": 1,
            "attempts": 0,
            "last_problem": "",
            "created_at": self._clock.now(),
        }
