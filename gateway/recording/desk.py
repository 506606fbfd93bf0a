"""Carries out what is decided about recordings: orders for recorders, commands to those that are at work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from compliance.recordings.keys import KeyEncryption, new_key
from compliance.recordings.models import WRITING, RecordingRow
from compliance.recordings.repository import RecordingRepository
from gateway.calls import effects as e
from gateway.calls.call import Call
from gateway.calls.recorder_commands import RecorderAsked, RecorderCommand, sign_recorder_command
from gateway.calls.recording_facts import RecordingTrimmed
from gateway.calls.repository import CallRepository
from gateway.calls.service import Calls
from gateway.calls.stored import read_call
from gateway.kernel.errors import GatewayError, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger

SOURCE = "recordings"
ACKNOWLEDGED_S = 2.0  # it takes some 50 ms; the caller of a pause waits, and fails closed
LOOK_S = 0.1  # another control plane may have recorded the acknowledgement
MARGIN = timedelta(milliseconds=500)  # around what is to be silent: clocks of two processes

_log = get_logger(__name__)


class RecordingDesk:
    """A `gateway.calls.ports.Recordings`. `store`: where files are kept in the end, local or s3."""

    def __init__(self, calls: Calls, keys: KeyEncryption, store: Literal["local", "s3"]) -> None:
        self.calls, self.keys, self.store = calls, keys, store

    async def carry_out(self, call_id: str, asked: e.RecordingEffect, effect_id: str) -> str:
        match asked:
            case e.StartRecording():
                return await self._start(call_id, asked, effect_id)
            case e.PauseRecording():
                return await self._hold(call_id, hold=True)
            case e.ResumeRecording():
                return await self._hold(call_id, hold=False)
            case e.StopRecording():
                return await self._stop(call_id)
            case e.TrimRecording(from_ms=from_ms):
                return await self._trim(call_id, from_ms, effect_id)
            case e.SilenceRecording(begin=begin, end=end):
                return await self._silence(call_id, begin - MARGIN, end + MARGIN, effect_id)

    async def call(self, call_id: str) -> Call | None:
        async with self.calls.begin() as session:
            row = await CallRepository(session).get(call_id)
        return read_call(row) if row else None

    async def _start(self, call_id: str, asked: e.StartRecording, effect_id: str) -> str:
        call = await self.call(call_id)
        if call is None or call.ended or not call.recording.is_on:
            return "dropped"
        recording_id = "rec_" + effect_id.partition("_")[2]  # the same effect again is the same recording
        wrapped = await asyncio.to_thread(self.keys.wrap, new_key(), recording_id)
        async with self.calls.begin() as session:
            await RecordingRepository(session).order(
                recording_id, call_id, wrapped, self.store, self.calls.clock.now(),
                hold=asked.paused or bool(call.recording.held_by), continues=asked.continues,
            )  # fmt: skip
        self.calls.feed.publish()
        return "done"

    async def _hold(self, call_id: str, *, hold: bool) -> str:
        """Returns when the recorder has said that it is so. Raises Unavailable when it does not say so in time."""
        wanted, told = "paused" if hold else "recording", set[str]()
        deadline = self.calls.clock.monotonic() + ACKNOWLEDGED_S
        while True:
            ticket = self.calls.feed.ticket()
            rows = await self._held_rows(call_id, hold=hold)
            waiting = [row for row in rows if row.state in WRITING and row.state != wanted]
            begins = any(row.state == "wanted" and row.recorder for row in rows)
            if not waiting and not begins:
                return "done" if rows else "dropped"
            for row in waiting:
                if row.id not in told:
                    told.add(row.id)
                    await self.command(row, "pause" if hold else "resume")
            if self.calls.clock.monotonic() >= deadline:
                raise Unavailable("the recorder has not answered", code="recording.not_answered", todo="gateway status")
            await self.calls.feed.wait(ticket, LOOK_S)

    async def _held_rows(self, call_id: str, *, hold: bool) -> list[RecordingRow]:
        async with self.calls.begin() as session:
            rows = [row for row in await RecordingRepository(session).of_call(call_id) if _is_on(row)]
            for row in rows:
                row.hold = hold
        return rows

    async def _stop(self, call_id: str) -> str:
        async with self.calls.begin() as session:
            rows = [row for row in await RecordingRepository(session).of_call(call_id) if _is_on(row)]
            for row in rows:
                row.end = True
                if row.state == "wanted" and not row.recorder:
                    row.state, row.reason, row.ended_at = "failed", "not_taken", self.calls.clock.now()
        for row in rows:
            if row.state in WRITING:
                await self.command(row, "stop")
        return "done" if rows else "dropped"

    async def command(self, row: RecordingRow, do: Literal["pause", "resume", "stop"]) -> None:
        """One that is lost is made good by the orders that the recorder asks for."""
        call = await self.call(row.call_id)
        if call is None or not call.room:
            return
        command = RecorderCommand(id=new_id("cmd"), asked=RecorderAsked(do=do, recording_id=row.id))
        message = sign_recorder_command(self.calls.tokens, row.call_id, command)
        try:
            await self.calls.rooms.send_command(call.room, row.id, message, unlisted=True)
        except GatewayError as error:
            _log.warning("recorder_command_not_sent", call_id=row.call_id, do=do, code=error.code)

    async def _trim(self, call_id: str, from_ms: int, effect_id: str) -> str:
        async with self.calls.begin() as session:
            rows = await RecordingRepository(session).of_call(call_id)
        begun = [row.started_at for row in rows if row.started_at]
        if not begun:
            return "dropped"
        begin = min(begun) + timedelta(milliseconds=from_ms)
        return await self._silence(call_id, begin, self.calls.clock.now() + MARGIN, effect_id)

    async def _silence(self, call_id: str, begin: datetime, end: datetime, effect_id: str) -> str:
        """In whichever of the call's recordings these moments are."""
        facts: list[RecordingTrimmed] = []
        async with self.calls.begin() as session:
            repository = RecordingRepository(session)
            for row in await repository.of_call(call_id):
                if row.started_at is None or row.state == "erased" or row.started_at >= end:
                    continue
                first, last = (max(_ms(moment - row.started_at), 0) for moment in (begin, end))
                if row.duration_ms and first >= row.duration_ms:
                    continue
                await repository.silence(row.id, [(first, last)])
                facts.append(self._trimmed(row, first, last, effect_id))
        await self.calls.runner.take(facts)
        return "done" if facts else "dropped"

    def _trimmed(self, row: RecordingRow, first: int, last: int, effect_id: str) -> RecordingTrimmed:
        return RecordingTrimmed(
            id=f"{effect_id}:{row.id}", call_id=row.call_id, source=SOURCE, seq=0, at=self.calls.clock.now(),
            recording_id=row.id, from_ms=first, to_ms=last,
        )  # fmt: skip


def _is_on(row: RecordingRow) -> bool:
    return row.state in ("wanted", *WRITING) and not row.end


def _ms(span: timedelta) -> int:
    return round(span / timedelta(milliseconds=1))


def ids(rows: Iterable[RecordingRow]) -> list[str]:
    return [row.id for row in rows]
