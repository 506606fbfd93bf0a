"""Queries of webhooks and deliveries. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.models import CallEventRow, CallRow
from gateway.kernel.errors import NotFound
from gateway.rest.pages import Cut
from gateway.webhooks.models import DeliveryRow, WebhookRow

DELIVERED_KEPT = timedelta(days=7)
DEAD_KEPT = timedelta(days=30)
_TOLD_OF_CALL = ("ani", "dnis")


class WebhookRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, webhook_id: str, *, to_write: bool = False) -> WebhookRow:
        """`to_write` holds the row to the end of the transaction. Raises NotFound."""
        row = await self._session.get(WebhookRow, webhook_id, with_for_update=to_write or None)
        if row is None:
            raise NotFound("there is no such webhook", todo="GET /v1/webhooks")
        return row

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(WebhookRow)) or 0

    async def any_secret(self) -> bool:
        return await self._session.scalar(select(WebhookRow.id).limit(1)) is not None

    async def receivers(self) -> Sequence[tuple[str, list[str]]]:
        """Who is told now, with the types of events, none for all."""
        rows = await self._session.execute(select(WebhookRow.id, WebhookRow.events).where(WebhookRow.enabled))
        return [(row.id, row.events) for row in rows]

    async def standing(self, webhook_ids: Iterable[str]) -> dict[tuple[str, str], int]:
        """How many deliveries by webhook and status, of those that are waiting or dead."""
        query = (
            select(DeliveryRow.webhook_id, DeliveryRow.status, func.count())
            .where(DeliveryRow.webhook_id.in_(list(webhook_ids)), DeliveryRow.status.in_(("waiting", "dead")))
            .group_by(DeliveryRow.webhook_id, DeliveryRow.status)
        )
        return {(webhook_id, status): number for webhook_id, status, number in await self._session.execute(query)}

    async def delivery(self, delivery_id: str, *, to_write: bool = False) -> DeliveryRow | None:
        return await self._session.get(DeliveryRow, delivery_id, with_for_update=to_write or None)

    async def deliveries(self, cut: Cut, webhook_id: str, status: str | None) -> tuple[list[DeliveryRow], str | None]:
        """The newest first, and the cursor of the next page."""
        query = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id)
        if status:
            query = query.where(DeliveryRow.status == status)
        return await cut.rows(self._session, query, DeliveryRow.id)

    async def not_begun(self, limit: int) -> list[DeliveryRow]:
        """In the order in which they were recorded."""
        query = select(DeliveryRow).where(DeliveryRow.begun.is_(False)).order_by(DeliveryRow.id).limit(limit)
        return list(await self._session.scalars(query))

    async def mark_begun(self, rounds: Iterable[tuple[str, int]]) -> None:
        """`rounds`: id and round; one that has been replayed meanwhile is not meant."""
        which = or_(*(and_(DeliveryRow.id == name, DeliveryRow.round == number) for name, number in rounds))
        await self._session.execute(
            update(DeliveryRow).where(which).values(begun=True).execution_options(synchronize_session=False)
        )

    async def replay_dead(self, webhook_id: str) -> int:
        """All of them once more, from the first attempt on; returns how many those were."""
        done = await self._session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.webhook_id == webhook_id, DeliveryRow.status == "dead")
            .values(again() | {"round": DeliveryRow.round + 1})
            .execution_options(synchronize_session=False)
        )
        return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]

    async def switch_off_overfull(self, most: int, now: datetime) -> list[str]:
        """Those for which more than so many deliveries wait; returns their ids."""
        query = (
            select(DeliveryRow.webhook_id)
            .where(DeliveryRow.status == "waiting")
            .group_by(DeliveryRow.webhook_id)
            .having(func.count() > most)
        )
        found = list(await self._session.scalars(query))
        where = (WebhookRow.id.in_(found), WebhookRow.enabled)
        values = {"enabled": False, "off_reason": f"more than {most} deliveries waited for it", "updated_at": now}
        done = await self._session.scalars(update(WebhookRow).where(*where).values(values).returning(WebhookRow.id))
        return list(done)

    async def personal(self, call_id: str, seq: int) -> dict[str, Any]:
        """Who called whom, and the note of a transfer, as far as they are still kept."""
        call = await self._session.scalar(select(CallRow.pii).where(CallRow.id == call_id)) or {}
        where = (CallEventRow.call_id == call_id, CallEventRow.seq == seq)
        event = await self._session.scalar(select(CallEventRow.pii).where(*where)) or {}
        note = {"note": event["note"]} if event.get("note") else {}
        return {name: call.get(name, "") for name in _TOLD_OF_CALL} | note

    async def forget_old(self, now: datetime) -> None:
        for status, kept in (("delivered", DELIVERED_KEPT), ("dead", DEAD_KEPT)):
            where = (DeliveryRow.status == status, DeliveryRow.settled_at < now - kept)
            await self._session.execute(delete(DeliveryRow).where(*where))


def again() -> dict[str, Any]:
    """What a replay sets beside the round."""
    return {
        "status": "waiting",
        "begun": False,
        "attempts": 0,
        "next_at": None,
        "settled_at": None,
    }
