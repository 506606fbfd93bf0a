"""Writes how recordings stand in the transaction that records it (`CallRunner.on_append`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.recordings.models import WRITING, RecordingRow
from compliance.recordings.repository import RecordingRepository
from compliance.recordings.spans import closed, opened
from gateway.calls import recording_facts as r
from gateway.calls.call import Call
from gateway.calls.events import CallEnded, Event


async def write_recordings(session: AsyncSession, call: Call, after: int, events: Sequence[Event]) -> None:
    repository = RecordingRepository(session)
    for event in events:
        match event.what:
            case r.OfRecording() as fact:
                row = await repository.find(fact.recording_id)
                if row is not None and row.call_id == call.id and row.state != "erased":
                    _note(row, fact)
            case CallEnded() if call.recording.starts:
                for row in await repository.of_call(call.id):
                    _end(row, event.at)
            case _:
                pass


def _note(row: RecordingRow, fact: r.OfRecording) -> None:
    match fact:
        case r.RecordingStarted(paused=paused) if row.state == "wanted":
            row.state, row.started_at, row.file = "paused" if paused else "recording", fact.at, live_file(row.id)
            row.pauses = opened([], 0) if paused else []
        case r.RecordingPaused(at_ms=at) if row.state in WRITING:
            row.state, row.pauses = "paused", opened(row.pauses, at)
        case r.RecordingResumed(at_ms=at) if row.state in WRITING:
            row.state, row.pauses = "recording", closed(row.pauses, at)
        case r.RecordingStopped() if row.state in WRITING:
            row.state, row.reason, row.ended_at, row.complete = "stopped", fact.reason, fact.at, True
            row.size, row.chunks, row.duration_ms = fact.size, fact.chunks, fact.duration_ms
            row.pauses = closed(row.pauses, fact.duration_ms)
        case r.RecordingFailed(reason=reason) if row.state in WRITING:
            row.state, row.reason, row.ended_at = "stopped", reason, fact.at
        case _:
            return


def _end(row: RecordingRow, at: datetime) -> None:
    row.end = True
    if row.state == "wanted" and not row.recorder:
        row.state, row.reason, row.ended_at = "failed", "not_taken", at


def live_file(recording_id: str) -> str:
    """The name under which a recorder writes."""
    return f"{recording_id}.live.rec"
