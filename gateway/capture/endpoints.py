"""`/v1/calls/{call_id}/captures`: have a caller key in what nobody may know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from gateway.calls.access import ControlCalls, MaySeePersonal, ReadCalls
from gateway.calls.internal_endpoints import CallsService
from gateway.capture.schemas import CaptureList, CaptureShown, CaptureWanted, show
from gateway.capture.service import Capturing, Wish
from gateway.rest.problems import PROBLEMS

router = APIRouter(prefix="/v1/calls/{call_id}/captures", tags=["captures"], responses=PROBLEMS)
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255)]


def capturing_of(request: Request, calls: CallsService) -> Capturing:
    return Capturing(calls, request.app.state.settings.capture.confirm_within_s)


Captures = Annotated[Capturing, Depends(capturing_of)]


@router.post("", status_code=201)
async def begin(
    call_id: str, body: CaptureWanted, captures: Captures, caller: ControlCalls, with_pii: MaySeePersonal,
    idempotency_key: IdempotencyKey = None,
) -> CaptureShown:  # fmt: skip
    """Have the caller key in a card, a PIN or another number. From the answer on nobody else learns the keys."""
    story = await captures.begin(call_id, Wish(body.spec, caller.key_id), request=idempotency_key or "")
    return show(story, call_id, with_pii=with_pii)


@router.get("")
async def list_captures(call_id: str, captures: Captures, _: ReadCalls, with_pii: MaySeePersonal) -> CaptureList:
    """All of the call, the first one first."""
    return CaptureList(data=[show(one, call_id, with_pii=with_pii) for one in await captures.stories(call_id)])


@router.get("/{capture_id}")
async def get(
    call_id: str, capture_id: str, captures: Captures, _: ReadCalls, with_pii: MaySeePersonal
) -> CaptureShown:
    """How far it is (4 of 16), or what came of it."""
    return show(await captures.story(call_id, capture_id), call_id, with_pii=with_pii)


@router.delete("/{capture_id}", status_code=204)
async def cancel(call_id: str, capture_id: str, captures: Captures, caller: ControlCalls) -> None:
    """Cancels it: what was keyed in so far is forgotten."""
    await captures.cancel(call_id, capture_id, caller.key_id)
