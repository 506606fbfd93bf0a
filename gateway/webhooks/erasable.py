"""Deliveries of webhooks as a place that keeps something of persons: what receivers were told of calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Subject
from compliance.privacy.erasable_rows import ErasableRows
from gateway.webhooks.models import DeliveryRow


class ErasableDeliveries(ErasableRows[DeliveryRow]):
    """Numbers are read from the call when a delivery leaves: one that is sent again has none."""

    name = "webhook deliveries"
    covers: Collection[str] = frozenset({"webhook_deliveries.body"})

    def shown(self, row: DeliveryRow) -> dict[str, Any]:
        return {"delivery": row.id, "type": row.type, "call": row.call_id, "body": row.body}

    async def empty(self, session: AsyncSession, row: DeliveryRow) -> None:
        row.body = {}

    async def rows(self, session: AsyncSession, subject: Subject) -> list[DeliveryRow]:
        """Those that are settled: one that waits is sent as it is, and has no number."""
        where = DeliveryRow.call_id.in_(list(subject.call_ids))
        if subject.person is not None:
            where = or_(where, cast(DeliveryRow.body, String).contains(subject.person.digits, autoescape=True))
        rows = await session.scalars(select(DeliveryRow).where(where, DeliveryRow.status != "waiting"))
        of_calls, person = set(subject.call_ids), subject.person
        return [
            row
            for row in rows
            if row.body and (row.call_id in of_calls or (person is not None and person.is_in(row.body)))
        ]
