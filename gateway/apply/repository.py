"""Queries of plans and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.apply.models import PlanRow, StepRow
from gateway.kernel.errors import NotFound


class PlanRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, plan_id: str) -> PlanRow:
        """Raises NotFound."""
        row = await self._session.get(PlanRow, plan_id)
        if row is None:
            raise NotFound("there is no such plan", code="plan.unknown", todo="GET /v1/plans")
        return row

    async def steps(self, plan_id: str) -> Sequence[StepRow]:
        query = select(StepRow).where(StepRow.plan_id == plan_id).order_by(StepRow.place)
        return (await self._session.scalars(query)).all()

    async def forget_unused(self, before: datetime) -> None:
        """Plans that were looked at and never carried out; the others are kept."""
        unused = PlanRow.state.in_(("planned", "stale")) & PlanRow.running.is_(None)
        await self._session.execute(delete(PlanRow).where(unused, PlanRow.created_at < before))

    async def running(self) -> PlanRow | None:
        return await self._session.scalar(select(PlanRow).where(PlanRow.running.is_not(None)))
