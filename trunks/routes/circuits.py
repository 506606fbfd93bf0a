"""Keeps the circuits of trunks. Works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from trunks.models import TrunkRow
from trunks.routes.breaker import Breaker, after_failure, after_success, probing
from trunks.routes.models import CircuitRow

LONGEST_WHY = 200


class Circuits:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> dict[str, Breaker]:
        """By trunk; one that is not named has never failed, or works again."""
        return {row.trunk_id: _read(row) for row in await self._session.scalars(select(CircuitRow))}

    async def failed(self, trunk_id: str, now: datetime, why: str) -> None:
        await self._change(trunk_id, lambda before: after_failure(before, now, why[:LONGEST_WHY]))

    async def worked(self, trunk_id: str) -> None:
        if await self._session.get(CircuitRow, trunk_id) is not None:
            await self._change(trunk_id, after_success)

    async def probe(self, trunk_id: str, now: datetime) -> bool:
        """True for the one call that may try a half-open trunk; then nobody else may."""
        row = await self._session.get(CircuitRow, trunk_id, with_for_update=True, populate_existing=True)
        if row is None or _read(row).state(now) != "half_open":
            return False
        _write(row, probing(_read(row), now))
        return True

    async def _change(self, trunk_id: str, change: Callable[[Breaker], Breaker]) -> None:
        """The trunk is held: nobody else writes its first row meanwhile. One that is gone has no circuit."""
        held = await self._session.scalar(select(TrunkRow.id).where(TrunkRow.id == trunk_id).with_for_update())
        if held is None:
            return
        row = await self._session.get(CircuitRow, trunk_id, populate_existing=True)
        after = change(_read(row) if row else Breaker())
        if after == Breaker():
            if row is not None:
                await self._session.delete(row)
                await self._session.flush()
            return
        if row is None:
            row = CircuitRow(trunk_id=trunk_id)
            self._session.add(row)
        _write(row, after)
        await self._session.flush()


def _read(row: CircuitRow) -> Breaker:
    failed = tuple(datetime.fromisoformat(at) for at in row.failed_at)
    return Breaker(failed, row.opened_at, row.probed_at, row.why)


def _write(row: CircuitRow, breaker: Breaker) -> None:
    row.failed_at = [at.isoformat() for at in breaker.failed_at]
    row.opened_at, row.probed_at, row.why = breaker.opened_at, breaker.probed_at, breaker.why
