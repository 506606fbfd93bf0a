"""Queries on recordings. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.recordings.keys import WrappedKey
from compliance.recordings.models import UNSETTLED, WRITING, RecordingRow, RecordingStanding
from compliance.recordings.spans import joined
from gateway.kernel.errors import NotFound
from gateway.rest.pages import Cut

MOST_AT_ONCE = 100


class RecordingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, recording_id: str) -> RecordingRow:
        """Raises NotFound."""
        row = await self._session.get(RecordingRow, recording_id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such recording", code="recording.not_found", todo="GET /v1/recordings")
        return row

    async def find(self, recording_id: str) -> RecordingRow | None:
        return await self._session.get(RecordingRow, recording_id, with_for_update=True)

    async def page(
        self, cut: Cut, *, call_id: str | None, state: RecordingStanding | None
    ) -> tuple[list[RecordingRow], str | None]:
        query = select(RecordingRow)
        if call_id:
            query = query.where(RecordingRow.call_id == call_id)
        if state:
            query = query.where(RecordingRow.state == state)
        return await cut.rows(self._session, query, RecordingRow.id)

    async def of_call(self, call_id: str) -> list[RecordingRow]:
        """The oldest first."""
        query = select(RecordingRow).where(RecordingRow.call_id == call_id).order_by(RecordingRow.ordered_at)
        return list(await self._session.scalars(query.with_for_update()))

    async def order(
        self, recording_id: str, call_id: str, key: WrappedKey, store: str, now: datetime, *, hold: bool, continues: str
    ) -> None:
        """A recording that some recorder is to take; once, however often it is ordered."""
        if await self.find(recording_id) is not None:
            return
        self._session.add(
            RecordingRow(
                id=recording_id, call_id=call_id, continues=continues, state="wanted", hold=hold, end=False,
                recorder="", instance="", heard_at=None, ordered_at=now, started_at=None, ended_at=None, reason="",
                key_id=key.key_id, wrapped_key=key.wrapped, store=store, file="", size=0, chunks=0, duration_ms=0,
                complete=False, pauses=[], silence=[], passed=[], redacted_at=None, erased_at=None,
            )
        )  # fmt: skip
        await self._session.flush()

    async def claim(
        self, recorder: str, instance: str, held: Collection[str], room_for: int, now: datetime
    ) -> list[RecordingRow]:
        """What this recorder is to begin: nobody has it, or it was given to it and it does not know."""
        free = or_(
            RecordingRow.recorder == "",
            (RecordingRow.recorder == recorder) & RecordingRow.id.not_in(list(held)),
        )
        wanted = (
            select(RecordingRow.id)
            .where(RecordingRow.state == "wanted", RecordingRow.end.is_(False), free)
            .order_by(RecordingRow.ordered_at)
            .limit(min(room_for, MOST_AT_ONCE))
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(RecordingRow)
            .where(RecordingRow.id.in_(wanted), RecordingRow.state == "wanted")
            .values(recorder=recorder, instance=instance, heard_at=now)
            .returning(RecordingRow)
            .execution_options(populate_existing=True)
        )
        return list(await self._session.scalars(claim))

    async def heard(self, recorder: str, instance: str, held: Collection[str], now: datetime) -> list[RecordingRow]:
        """A sign of life about these; returns those of them that are not to be recorded (any more)."""
        if not held:
            return []
        mine = (RecordingRow.id.in_(list(held)), RecordingRow.recorder == recorder)
        await self._session.execute(update(RecordingRow).where(*mine).values(heard_at=now, instance=instance))
        over = or_(RecordingRow.end, RecordingRow.state.not_in(("wanted", *WRITING)))
        return list(await self._session.scalars(select(RecordingRow).where(*mine, over)))

    async def of_other_instances(self, recorder: str, instance: str) -> list[RecordingRow]:
        """What an earlier process of this name was writing when it died."""
        query = select(RecordingRow).where(
            RecordingRow.recorder == recorder, RecordingRow.instance != instance, RecordingRow.state.in_(WRITING)
        )
        return list(await self._session.scalars(query.limit(MOST_AT_ONCE)))

    async def silent_since(self, before: datetime) -> list[RecordingRow]:
        """Those a recorder has, or has taken, and of which it has said nothing since then."""
        states: tuple[RecordingStanding, ...] = ("wanted", *WRITING)
        query = select(RecordingRow).where(
            RecordingRow.state.in_(states), RecordingRow.recorder != "", RecordingRow.heard_at < before
        )
        return list(await self._session.scalars(query.limit(MOST_AT_ONCE)))

    async def not_taken_since(self, before: datetime) -> list[RecordingRow]:
        query = select(RecordingRow).where(
            RecordingRow.state == "wanted", RecordingRow.recorder == "", RecordingRow.ordered_at < before
        )
        return list(await self._session.scalars(query.limit(MOST_AT_ONCE)))

    async def to_settle(self, recorder: str, busy: Collection[str]) -> list[RecordingRow]:
        """What this recorder has the file of and is not at, before it can be played."""
        query = (
            select(RecordingRow)
            .where(
                RecordingRow.state.in_(UNSETTLED), RecordingRow.recorder == recorder,
                RecordingRow.id.not_in(list(busy)),
            )
            .order_by(RecordingRow.id)
            .limit(4)
        )  # fmt: skip
        return list(await self._session.scalars(query))

    async def files_in_use(self, names: Collection[str]) -> set[str]:
        """Which of these files of a recorder's folder are still needed."""
        query = select(RecordingRow.file).where(
            RecordingRow.file.in_(list(names)), RecordingRow.state != "erased", RecordingRow.store == "local"
        )
        kept = set(await self._session.scalars(query))
        live = select(RecordingRow.id).where(RecordingRow.state.in_(("wanted", *WRITING, *UNSETTLED)))
        open_ids = set(await self._session.scalars(live.where(RecordingRow.id.in_([id_of(one) for one in names]))))
        return kept | {one for one in names if id_of(one) in open_ids}

    async def silence(self, recording_id: str, spans: Iterable[Sequence[int]]) -> RecordingRow:
        """These are to be silent too. One that was ready cannot be played until its next pass. Raises NotFound."""
        row = await self.get(recording_id)
        row.silence = joined([*row.silence, *spans])
        if row.state == "ready" and row.silence != row.passed:
            row.state, row.redacted_at = "stopped", None
        return row

    async def erase(self, row: RecordingRow, now: datetime) -> None:
        """Its key is gone, and with it every copy of the file; the row says that there was one."""
        row.state, row.erased_at, row.wrapped_key, row.end = "erased", now, None, True

    async def wrapped_by_others(self, key_id: str, limit: int) -> list[RecordingRow]:
        query = select(RecordingRow).where(RecordingRow.key_id != key_id, RecordingRow.wrapped_key.is_not(None))
        return list(await self._session.scalars(query.order_by(RecordingRow.id).limit(limit).with_for_update()))

    async def any_key(self) -> bool:
        query = select(RecordingRow.id).where(RecordingRow.wrapped_key.is_not(None)).limit(1)
        return await self._session.scalar(query) is not None


def id_of(file: str) -> str:
    """The recording that a file's name names: rec_….live.rec, rec_….2.rec"""
    return file.partition(".")[0]
