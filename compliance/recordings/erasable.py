"""Recordings as a place that keeps something of persons: erased by destroying their keys, then their files."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.service import Begin
from compliance.recordings.models import RecordingRow
from compliance.recordings.repository import RecordingRepository
from compliance.recordings.storage import Storage
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError

_NOISE = "the storage did not remove the file; its key is destroyed, so it is noise"


class ErasableRecordings:
    name = "recordings"
    covers: Collection[str] = frozenset()

    def __init__(self, begin: Begin, clock: Clock, storage: Storage) -> None:
        self._begin, self._clock, self._storage = begin, clock, storage

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            return len(await _rows(session, subject.call_ids))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            return [
                {"recording": row.id, "call": row.call_id, "duration_ms": row.duration_ms, "state": row.state,
                 "sound": f"/v1/recordings/{row.id}/audio"}
                for row in await _rows(session, subject.call_ids)
            ]  # fmt: skip

    async def erase(self, subject: Subject) -> Erased:
        async with self._begin() as session:
            rows = await _rows(session, subject.call_ids)
            for row in rows:
                await RecordingRepository(session).erase(row, self._clock.now())
        failed = 0
        for row in rows:  # the key is gone for good by now, whatever the storage says
            try:
                if row.file:
                    await asyncio.to_thread(self._storage.of(row.store).remove, row.file)
            except GatewayError:
                failed += 1
        return Erased(len(rows), (Kept(failed, _NOISE),) if failed else ())

    async def forget(self, call_ids: Sequence[str]) -> int:
        """For retention."""
        return (await self.erase(Subject(call_ids=tuple(call_ids)))).count


async def _rows(session: AsyncSession, call_ids: Sequence[str]) -> list[RecordingRow]:
    query = select(RecordingRow).where(RecordingRow.call_id.in_(list(call_ids)), RecordingRow.state != "erased")
    return list(await session.scalars(query.order_by(RecordingRow.id).with_for_update()))
