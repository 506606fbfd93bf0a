"""What a recorder that gives a sign of life is told: what to begin, what to stop, what to settle, what may go."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.recordings.keys import WrappedKey
from compliance.recordings.models import RecordingRow
from compliance.recordings.orders import Orders, PassDone, PassJournalled, RecorderReport, RecordOrder, SettleOrder
from compliance.recordings.repository import RecordingRepository
from compliance.recordings.spans import joined
from gateway.calls.own_facts import RecordedFact
from gateway.calls.ports import RoomEvent
from gateway.calls.recording_facts import RecordingFailed, RecordingNotStarted, RecordingReady
from gateway.calls.runner import Recorded
from gateway.kernel.errors import Conflict, SetupError
from gateway.kernel.logs import get_logger
from gateway.recording.desk import SOURCE, RecordingDesk, ids

ANSWER_AFTER_S = 2.0  # with nothing to say; a recorder's signs of life are that far apart
SILENT = timedelta(seconds=6)  # three signs of life
TAKEN_WITHIN = timedelta(seconds=5)

_log = get_logger(__name__)


class RecordingOffice:
    """Also a `RoomWatcher`: every two seconds it looks for recorders that are lost."""

    def __init__(self, desk: RecordingDesk) -> None:
        self._desk, self._calls = desk, desk.calls
        self._told: set[str] = set()
        self._judging_since: datetime | None = None

    async def work(self, recorder: str, report: RecorderReport) -> Orders:
        """At once when there is anything to do, else after two seconds or when something comes up."""
        ticket = self._calls.feed.ticket()
        orders = await self._orders(recorder, report)
        if orders.any:
            return orders
        await self._calls.feed.wait(ticket, ANSWER_AFTER_S)
        return await self._orders(recorder, report)

    async def _orders(self, recorder: str, report: RecorderReport) -> Orders:
        now = self._calls.clock.now()
        async with self._calls.begin() as session:
            repository = RecordingRepository(session)
            lost = await repository.of_other_instances(recorder, report.instance)
            over = await repository.heard(recorder, report.instance, report.held, now)
            begin = await repository.claim(recorder, report.instance, report.held, report.room_for, now)
            settle = await repository.to_settle(recorder, [*report.settling, *report.held])
            for row in settle:
                row.state = "redacting"
            needed = await repository.files_in_use(report.files) if report.files else set[str]()
            held = [row for one in report.held if (row := await session.get(RecordingRow, one)) is not None]
        if lost:
            await self._calls.runner.take([self._failed(row) for row in lost])
        record = [order for row in begin if (order := await self._to_record(row)) is not None]
        return Orders(
            record=record,
            settle=[order for row in settle if (order := await self._to_settle(row)) is not None],
            stop=ids(over),
            pause=[row.id for row in held if row.hold and row.state == "recording"],
            resume=[row.id for row in held if not row.hold and row.state == "paused"],
            gone=[name for name in report.files if name not in needed],
        )

    async def _to_record(self, row: RecordingRow) -> RecordOrder | None:
        call, key = await self._desk.call(row.call_id), await self._key(row)
        if call is None or call.ended or key is None:
            async with self._calls.begin() as session:
                kept = await RecordingRepository(session).get(row.id)
                kept.state, kept.reason, kept.end = "failed", "not_taken", True
            return None
        return RecordOrder(
            recording_id=row.id, call_id=row.call_id, room=call.room, caller=call.pii.leg_identity, paused=row.hold,
            key=key,
        )  # fmt: skip

    async def _to_settle(self, row: RecordingRow) -> SettleOrder | None:
        key = await self._key(row)
        if key is None:
            return None
        live = row.file.endswith(".live.rec")
        return SettleOrder(
            recording_id=row.id, call_id=row.call_id, key=key, file=row.file, complete=row.complete,
            source="local" if live or row.store == "local" else "s3", duration_ms=row.duration_ms,
            wanted=f"{row.id}.{self._calls.clock.now():%Y%m%d%H%M%S%f}.rec", silence=joined(row.silence),
        )  # fmt: skip

    async def _key(self, row: RecordingRow) -> bytes | None:
        """Encoded as it goes over the wire."""
        if row.wrapped_key is None:
            return None
        wrapped = WrappedKey(row.key_id, row.wrapped_key)
        try:
            key = await asyncio.to_thread(self._desk.keys.unwrap, wrapped, row.id)
        except SetupError as error:
            _log.error("recording_key_missing", recording_id=row.id, reason=error.detail)
            return None
        return base64_of(key)

    async def journal(self, recorder: str, recording_id: str, done: PassDone) -> PassJournalled:
        """The pass of one of this recorder's files. Raises NotFound, and Conflict when more is to be silent by now."""
        answers: list[PassJournalled] = []

        async def work(session: AsyncSession) -> Recorded:
            row = await RecordingRepository(session).get(recording_id)
            answers[:] = [PassJournalled(file=row.file if row.state != "erased" else "")]
            if row.state == "erased" or (row.state == "ready" and row.file == done.file):
                return Recorded()
            if row.state != "redacting" or row.recorder != recorder:
                raise Conflict("the recording is not to be redacted now", code="recording.not_redacting")
            if joined(row.silence) != done.silenced:
                row.state = "stopped"
                return Recorded()
            now = self._calls.clock.now()
            row.state, row.redacted_at, row.passed, row.file = "ready", now, done.silenced, done.file
            row.size, row.chunks, row.duration_ms = done.size, done.chunks, done.duration_ms
            answers[:] = [PassJournalled(file=done.file)]
            fact = RecordingReady(
                id=f"{recording_id}:{done.file}"[:128], call_id=row.call_id, source=SOURCE, seq=0, at=now,
                recording_id=recording_id, silenced=len(done.silenced), complete=row.complete, chunks=done.chunks,
                size=done.size, duration_ms=done.duration_ms,
            )  # fmt: skip
            return await self._calls.runner.record(session, [fact])

        await self._calls.runner.transact(work)
        return answers[0]

    async def heed(self, event: RoomEvent, calls: Sequence[object]) -> None:
        """Webhooks tell it nothing: recorders are hidden."""

    async def look(self) -> None:
        now = self._calls.clock.now()
        self._judging_since = self._judging_since or now  # before, recorders could not reach us
        if now - self._judging_since < SILENT:
            return
        facts: list[RecordedFact] = []
        async with self._calls.begin() as session:
            repository = RecordingRepository(session)
            for row in await repository.silent_since(now - SILENT):
                if row.state == "wanted" and row.end:
                    row.state, row.reason, row.ended_at = "failed", "not_taken", now
                elif row.state == "wanted":  # whoever took it did not begin
                    row.recorder, row.instance, row.heard_at = "", "", None
                else:
                    facts.append(self._failed(row))
            late = [row for row in await repository.not_taken_since(now - TAKEN_WITHIN) if row.id not in self._told]
        self._told = {*(row.id for row in late), *list(self._told)[-1000:]}
        facts += [
            RecordingNotStarted(
                id=f"{row.id}:not_taken", call_id=row.call_id, source=SOURCE, seq=0, at=now, recording_id=row.id,
                reason="no_recorder",
            )
            for row in late
        ]  # fmt: skip
        if facts:
            await self._calls.runner.take(facts)

    def _failed(self, row: RecordingRow) -> RecordingFailed:
        return RecordingFailed(
            id=f"{row.id}:lost", call_id=row.call_id, source=SOURCE, seq=0, at=self._calls.clock.now(),
            recording_id=row.id, reason="recorder_lost",
        )  # fmt: skip


def base64_of(key: bytes) -> bytes:
    """What `Base64Bytes` reads."""
    return b64encode(key)
