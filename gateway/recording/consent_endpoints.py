"""`/v1/calls/{call_id}/consent`: what a caller was told and answered about recording, and the answer taken back."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.consent.plan import DisclosurePlan
from gateway.auth.repository import record_act
from gateway.calls.access import ControlCalls, ReadCalls
from gateway.calls.call import Call
from gateway.calls.consent_facts import ConsentRevoked
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.repository import CallRepository
from gateway.calls.runner import Recorded
from gateway.kernel.errors import Conflict
from gateway.kernel.ids import new_id
from gateway.rest.problems import PROBLEMS

router = APIRouter(prefix="/v1/calls/{call_id}", tags=["recordings"], responses=PROBLEMS)


class ConsentStands(BaseModel):
    """`plan`: what the law of every possible place, and the terms, asked for; null where nobody planned anything."""

    call_id: str
    standing: str | None = Field(description="given, refused, revoked; null: no answer yet, or none was asked for")
    method: str | None = Field(description="not_needed, staying, key, voice, silence, api")
    since: datetime | None
    told: list[str] = Field(description="what was said to its end: ai, notice, ask …")
    plan: DisclosurePlan | None


@router.get("/consent")
async def consent_of_call(call_id: str, calls: CallsService, caller: ReadCalls) -> ConsentStands:
    """How it stands with being recorded. Each step, with its words and the rules: GET /v1/calls/{call_id}/events."""
    async with calls.begin() as session:
        return _shown(await CallRepository(session).held(call_id))


@router.delete("/consent")
async def revoke_consent(call_id: str, calls: CallsService, caller: ControlCalls) -> ConsentStands:
    """The caller takes it back: the recording ends, and by the terms of the rule what there is of it goes."""
    answers: list[ConsentStands] = []

    async def work(session: AsyncSession) -> Recorded:
        if (await CallRepository(session).held(call_id)).ended:
            raise Conflict("the call is over already", code="call.ended", todo=f"GET /v1/recordings?call_id={call_id}")
        await record_act(session, caller.key_id, call_id, "consent:revoke", calls.clock.now())
        revoked = ConsentRevoked(
            id=new_id("evt"), call_id=call_id, source="rest", seq=0, at=calls.clock.now(), method="api",
            key_id=caller.key_id,
        )  # fmt: skip
        recorded = await calls.runner.record(session, [revoked])
        answers[:] = [_shown(recorded.calls[0])]
        return recorded

    await calls.runner.transact(work)
    return answers[0]


def _shown(call: Call) -> ConsentStands:
    now = call.consent
    return ConsentStands(
        call_id=call.id, standing=now.standing or None, method=now.method or None, since=now.since,
        told=list(now.told), plan=call.disclosure,
    )  # fmt: skip
