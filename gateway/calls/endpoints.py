"""`/v1/calls`: the call record over REST. Numbers, digits and words only for a key that may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import record_act
from gateway.calls.access import ControlCalls, MaySeePersonal, ReadCalls, SeePersonal
from gateway.calls.call import CallStatus
from gateway.calls.cdr import Cdr, cdr_of
from gateway.calls.events import Event
from gateway.calls.facts import HangupAsked
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.leg_commands import AudioAsked, AudioCommand, sign_command
from gateway.calls.models import CallEventRow, CallRow
from gateway.calls.repository import CallRepository
from gateway.calls.runner import Recorded
from gateway.calls.schemas import (
    AudioTaken,
    CallShown,
    EventPage,
    EventShown,
    HangupTaken,
    Timeline,
    Transcript,
    show_call,
    show_event,
)
from gateway.calls.service import Calls
from gateway.calls.stored import read_call, read_event
from gateway.calls.stream import follow, server_sent
from gateway.calls.timeline import timeline_of, transcript_of
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS

router = APIRouter(prefix="/v1/calls", tags=["calls"], responses=PROBLEMS)
NDJSON = "application/x-ndjson"
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("")
async def list_calls(
    calls: CallsService,
    _: ReadCalls,
    with_pii: MaySeePersonal,
    page: WantedPage,
    status: CallStatus | None = None,
    direction: Literal["inbound", "outbound"] | None = None,
    created_after: AwareDatetime | None = None,
    created_before: AwareDatetime | None = None,
) -> Page[CallShown]:
    """Calls, the newest first."""
    async with calls.begin() as session:
        rows, cursor = await CallRepository(session).page(
            page, status=status, direction=direction, created_after=created_after, created_before=created_before
        )
    return Page(data=[show_call(row, with_pii=with_pii) for row in rows], next_cursor=cursor)


@router.get("/events/stream", response_class=StreamingResponse)
async def stream_events(
    calls: CallsService,
    _: ReadCalls,
    with_pii: MaySeePersonal,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> StreamingResponse:
    """Every call's events as they are recorded (server-sent events); `after` is a `position`, absent: from now on."""
    entries = follow(calls, last_event_id if last_event_id is not None else after, with_pii=with_pii)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(server_sent(entries), media_type="text/event-stream", headers=headers)


@router.get("/{call_id}")
async def get_call(call_id: str, calls: CallsService, _: ReadCalls, with_pii: MaySeePersonal) -> CallShown:
    """One call as it is now."""
    return show_call(await _row(calls, call_id), with_pii=with_pii)


@router.get(
    "/{call_id}/events",
    response_model=EventPage,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}},
)
async def list_events(
    call_id: str,
    calls: CallsService,
    _: ReadCalls,
    with_pii: MaySeePersonal,
    after: Annotated[int, Query(ge=0, description="a `seq`")] = 0,
    limit: Limit = 100,
    accept: Annotated[str, Header()] = "",
) -> EventPage | StreamingResponse:
    """The log of one call in the order of recording; with `Accept: application/x-ndjson` all of it, a line each."""
    await _row(calls, call_id)
    if NDJSON in accept:
        rows = await _log(calls, call_id, after=after)
        return StreamingResponse(_lines(rows, with_pii=with_pii), media_type=NDJSON)
    rows = await _log(calls, call_id, after=after, limit=limit + 1)
    shown = [show_event(row, with_pii=with_pii) for row in rows[:limit]]
    return EventPage(data=shown, next_after=shown[-1].seq if len(rows) > limit else None)


@router.get("/{call_id}/timeline")
async def get_timeline(call_id: str, calls: CallsService, _: ReadCalls) -> Timeline:
    """The story of the call, a plain sentence per step; no personal content."""
    return Timeline(data=timeline_of(await _events(calls, call_id)))


@router.get("/{call_id}/transcript")
async def get_transcript(call_id: str, calls: CallsService, _: ReadCalls, __: SeePersonal) -> Transcript:
    """What was said, with times."""
    return Transcript(data=transcript_of(await _events(calls, call_id)))


@router.get("/{call_id}/cdr")
async def get_cdr(call_id: str, calls: CallsService, _: ReadCalls, with_pii: MaySeePersonal) -> Cdr:
    """The call detail record; of a call that is not over, as far as it got."""
    record = cdr_of(await _events(calls, call_id))
    if record is None:
        raise _no_call()
    return record if with_pii else record.model_copy(update={"pii": None})


@router.post("/{call_id}/hangup", status_code=202)
async def hang_up(call_id: str, calls: CallsService, caller: ControlCalls) -> HangupTaken:
    """Ends the call: the phone's participant is taken out of the room, the phone hears a BYE."""
    row = await _row(calls, call_id)
    if row.status == CallStatus.ENDED:
        raise Conflict("the call is over already", code="call.ended")
    now = calls.clock.now()
    fact = HangupAsked(id=new_id("evt"), call_id=call_id, source="rest", seq=0, at=now, asked_by="human")

    async def ask(session: AsyncSession) -> Recorded:
        await record_act(session, caller.key_id, call_id, "hangup", now)
        return await calls.runner.record(session, [fact])

    await calls.runner.transact(ask)
    return HangupTaken(call_id=call_id, status=CallStatus((await _row(calls, call_id)).status))


@router.post("/{call_id}/audio", status_code=202)
async def set_audio(call_id: str, body: AudioAsked, calls: CallsService, caller: ControlCalls) -> AudioTaken:
    """Says who hears whom, and holds: the phone's node does it at once and reports an `audio_set` event."""
    call = read_call(await _row(calls, call_id))
    if call.ended or call.answered_at is None or not call.room:
        raise Conflict("the call is not on", code="call.not_on", todo="see the status of the call")
    command = AudioCommand(id=new_id("cmd"), asked=body)
    async with calls.begin() as session:
        await record_act(session, caller.key_id, call_id, "audio", calls.clock.now())
    await calls.rooms.send_command(call.room, call.pii.leg_identity, sign_command(calls.tokens, call_id, command))
    return AudioTaken(call_id=call_id, command_id=command.id)


async def _row(calls: Calls, call_id: str) -> CallRow:
    async with calls.begin() as session:
        row = await CallRepository(session).get(call_id)
    if row is None:
        raise _no_call()
    return row


async def _log(calls: Calls, call_id: str, *, after: int = 0, limit: int | None = None) -> list[CallEventRow]:
    async with calls.begin() as session:
        return await CallRepository(session).log(call_id, after=after, limit=limit)


async def _events(calls: Calls, call_id: str) -> list[Event]:
    await _row(calls, call_id)
    return [read_event(row) for row in await _log(calls, call_id)]


def _lines(rows: list[CallEventRow], *, with_pii: bool) -> Iterator[str]:
    for row in rows:
        shown: EventShown = show_event(row, with_pii=with_pii)
        yield shown.model_dump_json() + "\n"


def _no_call() -> NotFound:
    return NotFound("there is no such call", code="call.not_found")
