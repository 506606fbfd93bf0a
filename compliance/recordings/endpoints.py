"""`/v1/recordings`: what was recorded; playing it by scope or by link; erasing it. Each playing is in the ledger."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from compliance.recordings.audited import Act, Audited
from compliance.recordings.links import Link
from compliance.recordings.models import RecordingRow, RecordingStanding
from compliance.recordings.portable import KEY_ID, WRAPPED_KEY
from compliance.recordings.ranges import wanted_range
from compliance.recordings.repository import RecordingRepository
from compliance.recordings.schemas import LinkAsked, LinkMade, RecordingShown, shown
from compliance.recordings.service import MEDIA_TYPE, RecordingPlayer, check_playable
from gateway.auth.deps import Caller, Needs, caller_of
from gateway.auth.models import ApiKeyRow
from gateway.auth.repository import record_act
from gateway.auth.scopes import Role, Scope
from gateway.db.session import Database
from gateway.kernel.errors import GatewayError, NotAllowed, NotAuthenticated
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/recordings", tags=["recordings"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CALLS_READ)]
Eraser = Annotated[Caller, Needs(Scope.RECORDINGS_ERASE)]
Credentials = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="an API key: gw_live_…")),
]
PLAY = Scope.RECORDINGS_PLAY
SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}},
    206: {"content": {MEDIA_TYPE: {}}, "description": "A part of it"},
    410: {**PROBLEMS[404], "description": "It was erased"},
    416: {**PROBLEMS[404], "description": "It is shorter"},
    503: {**PROBLEMS[404], "description": "Its storage does not answer"},
}
STORED_TYPE = "application/octet-stream"
STORED: dict[int | str, dict[str, Any]] = {
    200: {"content": {STORED_TYPE: {}}},
    **{status: SOUND[status] for status in (410, 503)},
}


@router.get("")
async def list_recordings(
    caller: Reader, session: Session, page: WantedPage,
    call_id: Annotated[str | None, Query(max_length=64)] = None, state: RecordingStanding | None = None,
) -> Page[RecordingShown]:  # fmt: skip
    """The newest first; what was erased is told too."""
    rows, cursor = await RecordingRepository(session).page(page, call_id=call_id, state=state)
    return Page(data=[shown(row) for row in rows], next_cursor=cursor)


@router.get("/{recording_id}")
async def get_recording(recording_id: str, caller: Reader, session: Session) -> RecordingShown:
    return shown(await RecordingRepository(session).get(recording_id))


@router.get("/{recording_id}/audio", response_class=StreamingResponse, responses=SOUND)
async def play(
    recording_id: str,
    request: Request,
    credentials: Credentials,
    clock: RequestClock,
    link: Annotated[str | None, Query(max_length=2000, description="of POST …/links; needs no key")] = None,
    range_: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> StreamingResponse:
    """The sound: Opus in Ogg, the caller left, everybody else right. Needs the scope recordings:play, or a link."""
    player: RecordingPlayer = request.app.state.recordings
    entry = _Entry(request, "play", recording_id, by_link=link is not None)
    try:
        entry.key_id = await _who(request, credentials, link, recording_id)
        row = await entry.row()
        size = await asyncio.to_thread(player.size, row)
        part = wanted_range(range_, size)
    except GatewayError as error:
        await entry.tell(error)
        raise
    await entry.tell()
    start, end = part or (0, size)
    headers = {
        "Accept-Ranges": "bytes", "Content-Length": str(end - start), "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{row.id}.ogg"', "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if part else 200
    return StreamingResponse(player.read(row, start, end), status, headers, media_type=MEDIA_TYPE)


@router.get("/{recording_id}/file", response_class=StreamingResponse, responses=STORED)
async def take(recording_id: str, request: Request, credentials: Credentials) -> StreamingResponse:
    """The file as it is stored, encrypted, and in headers its wrapped key (base64) and which key wraps it: for whoever
    has that key's file. Needs the scope recordings:play."""
    player: RecordingPlayer = request.app.state.recordings
    entry = _Entry(request, "take", recording_id)
    try:
        entry.key_id = await _who(request, credentials, None, recording_id)
        row = await entry.row()
        check_playable(row)
        await asyncio.to_thread(player.size, row)
    except GatewayError as error:
        await entry.tell(error)
        raise
    await entry.tell()
    assert row.wrapped_key is not None
    headers = {
        KEY_ID: row.key_id, WRAPPED_KEY: b64encode(row.wrapped_key).decode(), "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{row.id}.rec"', "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return StreamingResponse(player.stored(row), headers=headers, media_type=STORED_TYPE)


@router.post("/{recording_id}/links", status_code=201)
async def make_link(
    recording_id: str, body: LinkAsked, request: Request, credentials: Credentials, clock: RequestClock
) -> LinkMade:
    """A link that plays this recording for at most 15 minutes, for whoever has it. Needs the scope recordings:play."""
    player: RecordingPlayer = request.app.state.recordings
    entry = _Entry(request, "link", recording_id)
    try:
        entry.key_id = await _who(request, credentials, None, recording_id)
        row = await entry.row()
        check_playable(row)
    except GatewayError as error:
        await entry.tell(error)
        raise
    lifetime = timedelta(minutes=body.minutes)
    text, expires = player.links.make(Link(row.id, entry.key_id), clock.now(), lifetime)
    await entry.tell()
    return LinkMade(recording_id=row.id, path=f"/v1/recordings/{row.id}/audio?link={text}", expires_at=expires)


@router.delete("/{recording_id}", status_code=204)
async def erase(recording_id: str, caller: Eraser, session: Session, clock: RequestClock, request: Request) -> None:
    """Destroys its key, then the file: no copy of it can be played any more. The row stays and says so."""
    player: RecordingPlayer = request.app.state.recordings
    row = await RecordingRepository(session).get(recording_id)
    if row.state == "erased":
        return
    await RecordingRepository(session).erase(row, clock.now())
    await record_act(session, caller.key_id, row.id, "erase", clock.now())
    await Audited(session, clock).tell("erase", caller.key_id, row.id, row.call_id)
    if row.file:
        await asyncio.to_thread(player.storage.of(row.store).remove, row.file)


async def _who(
    request: Request, credentials: HTTPAuthorizationCredentials | None, link: str | None, recording_id: str
) -> str:
    """The key that plays, itself or by its link. Raises NotAuthenticated, NotAllowed."""
    database: Database = request.app.state.database
    async with database.begin() as session:
        if link is None:
            caller = await caller_of(request, session, credentials)
            request.state.played_by = caller.key_id
            if not caller.may(PLAY):
                raise NotAllowed(f"the key lacks the scope {PLAY}", todo="use a key with a role that has it")
            return caller.key_id
        player: RecordingPlayer = request.app.state.recordings
        given = player.links.read(link, request.app.state.clock.now())
        request.state.played_by = given.key_id
        row = await session.get(ApiKeyRow, given.key_id)
        if given.recording_id != recording_id:
            raise NotAuthenticated("the link is for another recording", code="recording.link_invalid")
        if row is None or row.revoked_at or not Caller(row.id, Role(row.role)).may(PLAY):
            raise NotAuthenticated("the key that made the link counts no more", code="recording.link_revoked")
        return given.key_id


class _Entry:
    """What the ledger is told of one request, whatever comes of it."""

    def __init__(self, request: Request, act: Act, recording_id: str, *, by_link: bool = False) -> None:
        self._request, self._recording_id, self._by_link = request, recording_id, by_link
        self._act: Act = act
        self._call_id = ""
        self.key_id = ""

    async def row(self) -> RecordingRow:
        """Raises NotFound."""
        database: Database = self._request.app.state.database
        async with database.begin() as session:
            row = await RecordingRepository(session).get(self._recording_id)
        self._call_id = row.call_id
        return row

    async def tell(self, refused: GatewayError | None = None) -> None:
        """A stranger who names no recording of ours leaves nothing: anybody could fill the ledger so."""
        state = self._request.app.state
        database: Database = state.database
        key_id = self.key_id or getattr(self._request.state, "played_by", "")
        async with database.begin() as session:
            if not self._call_id and (row := await RecordingRepository(session).find(self._recording_id)):
                self._call_id = row.call_id
            if not key_id and not self._call_id:
                return
            await Audited(session, state.clock).tell(
                self._act, key_id, self._recording_id, self._call_id,
                refused=refused.code if refused else "", by_link=self._by_link,
            )  # fmt: skip
