"""`/v1/gate/explain`: what the gate says of a number now, or at another instant, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from compliance.dialling.decide import decide
from compliance.dialling.decision import GateDecision
from compliance.dialling.rulebook import shipped
from compliance.do_not_call.endpoints import HashKeyOf
from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.gate.lookup import Known, facts_for
from gateway.gate.schemas import ExplainAsked
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/gate", tags=["gate"], responses=PROBLEMS)


@router.post("/explain")
async def explain(
    body: ExplainAsked,
    caller: Annotated[Caller, Needs(Scope.CALLS_PII)],  # the answer tells what is on file of a number
    session: Session,
    clock: RequestClock,
    key: HashKeyOf,
) -> GateDecision:
    """Nothing is dialled, and nothing is kept of the question. Lists and consents are as they are now, whatever instant
    is asked about."""
    now = clock.now()
    known = Known(body.places, body.line, body.attempts, body.in_campaign, body.declared)
    facts = await facts_for(session, key, body.number, now, known, body.trunk_id)
    return decide(body.asked(body.at or now), facts, shipped())
