"""Queries of transfer targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.errors import NotFound
from gateway.transfers.models import TargetRow
from gateway.transfers.target import Target


def target_of(row: TargetRow) -> Target:
    return Target(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type] - checked when it was written, as is the strategy
        name=row.name,
        enabled=row.enabled,
        trunk_id=row.trunk_id or "",
        number=row.number or "",
        uri=row.uri or "",
        identity=row.identity or "",
        members=tuple(row.members or ()),
        strategy=row.strategy or "in_order",  # type: ignore[arg-type]
        skills=tuple(row.skills),
        ring_s=row.ring_s,
        voicemail_detection=row.voicemail_detection,
        allowed_agents=tuple(row.allowed_agents),
        operators_may_send=row.operators_may_send,
    )


class TargetRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, target_id: str, *, to_write: bool = False) -> TargetRow:
        """`to_write` holds the row to the end of the transaction. Raises NotFound."""
        row = await self._session.get(TargetRow, target_id, with_for_update=to_write or None)
        if row is None:
            raise NotFound("there is no such transfer target", todo="GET /v1/transfer-targets")
        return row

    async def find(self, target_id: str) -> Target | None:
        row = await self._session.get(TargetRow, target_id)
        return target_of(row) if row else None

    async def members_of(self, target: Target) -> tuple[Target, ...]:
        """In the team's order; of a person none."""
        rows = {row.id: row for row in await self._rows(target.members)}
        return tuple(target_of(rows[name]) for name in target.members if name in rows)

    async def held(self, target_ids: Iterable[str]) -> dict[str, TargetRow]:
        """Those that exist, by id; none of them is changed or deleted by others until the transaction ends."""
        return {row.id: row for row in await self._rows(target_ids, hold=True)}

    async def team_with(self, target_id: str) -> TargetRow | None:
        """A team that the target is a member of, the oldest."""
        teams = await self._session.scalars(select(TargetRow).where(TargetRow.kind == "team").order_by(TargetRow.id))
        return next((team for team in teams if target_id in (team.members or ())), None)

    async def with_identity(self, identity: str) -> TargetRow | None:
        return await self._session.scalar(select(TargetRow).where(TargetRow.identity == identity))

    async def of_trunk(self, trunk_id: str) -> str | None:
        """The id of a target that is called by the trunk."""
        query = select(TargetRow.id).where(TargetRow.trunk_id == trunk_id).order_by(TargetRow.id)
        return await self._session.scalar(query.limit(1))

    async def _rows(self, target_ids: Iterable[str], *, hold: bool = False) -> Sequence[TargetRow]:
        # in one order, so that two who hold the same rows do not wait for each other
        query = select(TargetRow).where(TargetRow.id.in_(list(target_ids))).order_by(TargetRow.id)
        return (await self._session.scalars(query.with_for_update() if hold else query)).all()
