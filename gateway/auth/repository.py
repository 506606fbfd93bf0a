"""Queries of keys and audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.keys import NewKey, fits, make_key, split_key
from gateway.auth.models import ApiKeyRow, AuditRow
from gateway.auth.scopes import Role
from gateway.kernel.ids import new_id


class KeyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, name: str, role: Role, now: datetime) -> tuple[ApiKeyRow, NewKey]:
        key = make_key()
        row = ApiKeyRow(id=key.id, name=name, role=role, secret_hash=key.secret_hash, created_at=now, revoked_at=None)
        self._session.add(row)
        await self._session.flush()
        return row, key

    async def find(self, text: str) -> ApiKeyRow | None:
        """The key that `text` is, unless it was revoked."""
        parts = split_key(text)
        row = await self._session.get(ApiKeyRow, parts[0]) if parts else None
        if row is None or parts is None or row.revoked_at or not fits(parts[1], row.secret_hash):
            return None
        return row

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(ApiKeyRow)) or 0

    async def revoke_named(self, name: str, now: datetime) -> list[str]:
        """Returns the ids of those that were valid until now."""
        where = (ApiKeyRow.name == name, ApiKeyRow.revoked_at.is_(None))
        rows = list(await self._session.scalars(select(ApiKeyRow).where(*where)))
        for row in rows:
            row.revoked_at = now
        return [row.id for row in rows]


async def record_act(session: AsyncSession, subject: str, target: str, verb: str, now: datetime) -> None:
    """Writes an audit row in the same transaction as the act."""
    session.add(AuditRow(id=new_id("evt"), at=now, subject=subject, object=target, verb=verb))
