"""`POST /v1/calls/{call_id}/recording`: an operator starts, pauses, continues or ends the recording of a call."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import record_act
from gateway.calls.access import ControlCalls, ReadCalls
from gateway.calls.call import Call
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.recording import State
from gateway.calls.recording_facts import Do, RecordingAsked
from gateway.calls.repository import CallRepository
from gateway.calls.runner import Recorded
from gateway.kernel.errors import Conflict
from gateway.kernel.ids import new_id
from gateway.rest.problems import PROBLEMS
from gateway.rest.written import Written

router = APIRouter(prefix="/v1/calls/{call_id}", tags=["recordings"], responses=PROBLEMS)


class RecordingWish(Written):
    do: Literal["start", "pause", "resume", "stop"]


class RecordingStands(BaseModel):
    """`held_by`: who wants it paused. The events of the call tell what comes of a wish."""

    call_id: str
    state: State
    recording_id: str | None
    held_by: list[str] = Field(description="operator, capture …: it goes on when nobody holds it any more")
    withheld: str | None = Field(description="why the call is not recorded")


@router.get("/recording")
async def recording_of_call(call_id: str, calls: CallsService, caller: ReadCalls) -> RecordingStands:
    """How the recording of this call stands. What was recorded: GET /v1/recordings?call_id=…"""
    async with calls.begin() as session:
        return _shown(await CallRepository(session).held(call_id))


@router.post("/recording", status_code=202)
async def ask_recorder(call_id: str, body: RecordingWish, calls: CallsService, caller: ControlCalls) -> RecordingStands:
    """Start, pause, continue or stop. It starts only when consent was given."""
    answers: list[RecordingStands] = []

    async def work(session: AsyncSession) -> Recorded:
        _check(await CallRepository(session).held(call_id), body.do)
        await record_act(session, caller.key_id, call_id, f"recording:{body.do}", calls.clock.now())
        asked = RecordingAsked(
            id=new_id("evt"), call_id=call_id, source="rest", seq=0, at=calls.clock.now(), do=body.do,
            key_id=caller.key_id,
        )  # fmt: skip
        recorded = await calls.runner.record(session, [asked])
        answers[:] = [_shown(recorded.calls[0])]
        return recorded

    await calls.runner.transact(work)
    return answers[0]


def _check(call: Call, do: Do) -> None:
    if call.ended:
        raise Conflict("the call is over already", code="call.ended", todo=f"GET /v1/recordings?call_id={call.id}")
    if do != "start" and not (call.recording.is_on or do in ("pause", "resume")):
        raise Conflict("the call is not being recorded", code="recording.not_on", field="do")
    if do == "start" and not call.recording_allowed:
        raise Conflict(
            "consent is not given", code="recording.no_consent", field="do",
            todo="the caller has to agree first: see the events of the call",
        )  # fmt: skip
    if do == "start" and (call.answered_at is None or not call.room):
        raise Conflict("the call is not on", code="call.not_on", todo="see the status of the call")


def _shown(call: Call) -> RecordingStands:
    now = call.recording
    return RecordingStands(
        call_id=call.id, state=now.state, recording_id=now.id or None, held_by=list(now.held_by),
        withheld=now.withheld or None,
    )  # fmt: skip
