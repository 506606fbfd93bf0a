"""`/v1/calls/{call_id}/supervisors` and `/notes`: listen, whisper, barge in; and whisper to the agent in writing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.access import SuperviseCalls
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.runner import Recorded
from gateway.rest.idempotency import Once
from gateway.rest.problems import PROBLEMS
from gateway.supervision.schemas import (
    NoteAsked,
    NoteTaken,
    SupervisorAsked,
    SupervisorList,
    SupervisorPass,
    SupervisorShown,
)
from gateway.supervision.service import LetIn, Supervision

router = APIRouter(prefix="/v1/calls/{call_id}", tags=["supervisors"], responses=PROBLEMS)
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255)]


def supervision_of(call_id: str, request: Request, calls: CallsService, caller: SuperviseCalls) -> Supervision:
    return Supervision(calls, request.app.state.passes, call_id, caller.key_id)


Supervising = Annotated[Supervision, Depends(supervision_of)]


@router.post("/supervisors", status_code=201, response_model=SupervisorPass)
async def let_in(
    call_id: str, body: SupervisorAsked, supervision: Supervising, calls: CallsService, request: Request,
    idempotency_key: IdempotencyKey = None,
) -> SupervisorPass | JSONResponse:  # fmt: skip
    """Let somebody with a browser listen to the call, whisper to the human in it, or barge in."""
    whom = await supervision.whom(body.mode, body.whom)
    answers: list[SupervisorPass | JSONResponse] = []

    async def work(session: AsyncSession) -> Recorded:
        recorded = Recorded()

        async def once() -> SupervisorPass:
            nonlocal recorded
            recorded, one = await supervision.let_in(session, body.mode, whom)
            return _shown(call_id, one)

        answers.append(await Once(request, session, calls.clock, idempotency_key).do(once, secret=True))
        return recorded

    await calls.runner.transact(work)
    return answers[-1]


@router.get("/supervisors")
async def list_supervisors(call_id: str, supervision: Supervising) -> SupervisorList:
    """Who was let in and not sent away; who is in the room has `joined_at` and no `left_at`."""
    return SupervisorList(data=[SupervisorShown.model_validate(one) for one in await supervision.present()])


@router.patch("/supervisors/{identity}")
async def change(
    call_id: str, identity: str, body: SupervisorAsked, supervision: Supervising, calls: CallsService
) -> SupervisorPass:
    """Another mode: another token under another identity. Who came by the one before is taken out of the room."""
    whom = await supervision.whom(body.mode, body.whom)
    answers: list[SupervisorPass] = []

    async def work(session: AsyncSession) -> Recorded:
        recorded, one = await supervision.let_in(session, body.mode, whom, in_place_of=identity)
        answers.append(_shown(call_id, one))
        return recorded

    await calls.runner.transact(work)
    return answers[-1]


@router.delete("/supervisors/{identity}", status_code=204)
async def dismiss(call_id: str, identity: str, supervision: Supervising, calls: CallsService) -> None:
    """Out of the room, and the token counts no more."""
    await calls.runner.transact(lambda session: supervision.dismiss(session, identity))


@router.post("/notes", status_code=202)
async def note(call_id: str, body: NoteAsked, supervision: Supervising) -> NoteTaken:
    """Whisper to the AI agent of the call, in writing."""
    return NoteTaken(call_id=call_id, command_id=await supervision.note(body.text))


def _shown(call_id: str, one: LetIn) -> SupervisorPass:
    return SupervisorPass(
        call_id=call_id, identity=one.identity, mode=one.mode, url=one.by.url, token=one.by.token,
        expires_at=one.by.expires_at,
    )  # fmt: skip
