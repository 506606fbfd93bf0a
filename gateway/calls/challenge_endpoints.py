"""`/internal/v1/challenges`: does a caller know the PIN of those for whom nobody vouches? It never leaves from here."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.models import RuleRow
from gateway.calls.internal_endpoints import CallsService, ForRole
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call
from gateway.kernel.errors import NotFound
from gateway.rest.requests import box_of
from trunks.models import TrunkRow

router = APIRouter(prefix="/internal/v1/challenges", tags=["internal"])


class Keyed(BaseModel):
    call_id: str = Field(max_length=64)
    pii: str = Field(max_length=16, description="the keys")


class ChallengeOutcome(BaseModel):
    passed: bool


@router.post("")
async def answer(
    keyed: Keyed, calls: CallsService, request: Request, _: Annotated[str, Depends(ForRole("admissions"))]
) -> ChallengeOutcome:
    """The rule's PIN when the rule has terms of its own, else the trunk's."""
    async with calls.begin() as session:
        sealed = await _sealed_pin(session, keyed.call_id)
    pin = box_of(request).open(sealed)
    return ChallengeOutcome(passed=bool(pin) and hmac.compare_digest(pin.encode(), keyed.pii.encode()))


async def _sealed_pin(session: AsyncSession, call_id: str) -> str:
    row = await CallRepository(session).get(call_id)
    if row is None:
        raise NotFound("there is no such call")
    call = read_call(row)
    rule = await session.get(RuleRow, call.rule_id)
    if rule is not None and rule.caller_trust is not None:
        return rule.trust_pin
    trunk = await session.get(TrunkRow, call.trunk_id)
    return trunk.trust_pin if trunk is not None else ""
