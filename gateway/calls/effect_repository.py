"""Queries on effects that are to be carried out. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.effects import Effect
from gateway.calls.models import CallEffectRow
from gateway.calls.stored import read_effect, split
from gateway.kernel.ids import new_id

_MOST_AT_ONCE = 100


@dataclass(frozen=True)
class PendingEffect:
    """An effect that this process holds; `attempts` counts the tries before this one."""

    id: str
    call_id: str
    effect: Effect
    attempts: int


class EffectRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, call_id: str, place: int, effects: Sequence[Effect], *, now: datetime, lease_until: datetime
    ) -> list[PendingEffect]:
        """Keeps the effects, held by the caller until `lease_until`; `place` orders them within the call."""
        pending = [PendingEffect(new_id("eff"), call_id, effect, 0) for effect in effects]
        rows = []
        for offset, one in enumerate(pending):
            body, pii = split(one.effect)
            rows.append(
                {
                    "id": one.id,
                    "call_id": call_id,
                    "place": place + offset,
                    "kind": one.effect.kind,
                    "body": body,
                    "pii": pii,
                    "created_at": now,
                    "lease_until": lease_until,
                    "attempts": 0,
                    "done_at": None,
                    "result": "",
                }
            )
        await self._session.execute(insert(CallEffectRow), rows)
        return pending

    async def claim_due(self, now: datetime, lease_until: datetime) -> list[PendingEffect]:
        """Takes over what is open and held by nobody any more, in order within each call."""
        due = select(CallEffectRow.id).where(CallEffectRow.done_at.is_(None), CallEffectRow.lease_until <= now)
        claim = (
            update(CallEffectRow)
            .where(
                CallEffectRow.id.in_(due.limit(_MOST_AT_ONCE)),
                CallEffectRow.done_at.is_(None),
                CallEffectRow.lease_until <= now,
            )
            .values(lease_until=lease_until)
            .returning(CallEffectRow)
            .execution_options(synchronize_session=False)
        )
        rows = sorted(await self._session.scalars(claim), key=lambda row: (row.call_id, row.place, row.id))
        return [PendingEffect(row.id, row.call_id, read_effect(row), row.attempts) for row in rows]

    async def finish(self, effect_id: str, result: str, now: datetime) -> None:
        await self._update(effect_id, done_at=now, result=result)

    async def postpone(self, effect_id: str, attempts: int, until: datetime) -> None:
        await self._update(effect_id, attempts=attempts, lease_until=until)

    async def _update(self, effect_id: str, **values: object) -> None:
        await self._session.execute(
            update(CallEffectRow)
            .where(CallEffectRow.id == effect_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
