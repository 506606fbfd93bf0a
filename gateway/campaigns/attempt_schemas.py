"""Attempts and refusals as they go over REST. Numbers are for a key that may see them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from compliance.dialling.decision import GateDecision
from compliance.dialling.terms import Verdict
from gateway.campaigns.abandonment import is_abandoned
from gateway.campaigns.models import AttemptRow, RefusedRow
from gateway.campaigns.terms import AttemptState, Outcome

PERSONAL = "null for a key without the scope calls:pii"


class AttemptPii(BaseModel):
    """Empty once erased."""

    number: str = ""
    shows: str = ""


class AttemptShown(BaseModel):
    """One dial of one contact. `null` of a moment: it did not come to that."""

    id: str
    campaign_id: str
    position: int = Field(description="of the contact")
    n: int = Field(description="of this contact's attempts, from 1")
    state: AttemptState
    outcome: Outcome | None = Field(description="null until it is over, and while the call is on")
    counts: bool = Field(description="against how often this person may be called")
    agent_id: str
    trunk_id: str | None
    call_id: str | None
    sip_code: int | None
    answered_by: str | None
    decided_ms: int | None = Field(description="from the answer until that was known")
    disposition: str | None = Field(description="the agent's word on the call")
    abandoned: bool = Field(description="a person answered, and no agent was there within 2 s")
    seconds: int = Field(description="from the answer to the end")
    cost: str | None = Field(description="decimal; null: the trunk has no price")
    currency: str | None
    claimed_at: datetime
    agent_at: datetime | None = Field(description="the agent was there, before anything was dialled")
    dialled_at: datetime | None
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    pii: AttemptPii | None = Field(description=PERSONAL)


class AttemptTold(AttemptShown):
    gate: GateDecision | None = Field(description="what let it through, or did not, at that instant; null: not asked")


class RefusalShown(BaseModel):
    """What the gate said against a contact before there was an attempt."""

    id: int
    position: int = Field(description="of the contact")
    at: datetime
    verdict: Verdict
    gate: GateDecision


def shown(row: AttemptRow, *, with_pii: bool) -> AttemptShown:
    pii = AttemptPii(number=row.pii.get("number", ""), shows=row.pii.get("shows", "")) if with_pii else None
    return AttemptShown(
        id=row.id, campaign_id=row.campaign_id, position=row.position, n=row.n, state=row.state,  # pyright: ignore[reportArgumentType]
        outcome=row.outcome or None, counts=row.counts, agent_id=row.agent_id,  # pyright: ignore[reportArgumentType]
        trunk_id=row.trunk_id or None, call_id=row.call_id or None, sip_code=row.sip_code,
        answered_by=row.machine or None, decided_ms=row.decided_ms, disposition=row.disposition or None,
        abandoned=is_abandoned(row.outcome, row.answered_at, row.agent_at), seconds=row.seconds, cost=row.cost,
        currency=row.currency or None, claimed_at=row.claimed_at, agent_at=row.agent_at, dialled_at=row.dialled_at,
        rang_at=row.rang_at, answered_at=row.answered_at, ended_at=row.ended_at, pii=pii,
    )  # fmt: skip


def told(row: AttemptRow, *, with_pii: bool) -> AttemptTold:
    gate = GateDecision.model_validate(row.gate) if row.gate else None
    return AttemptTold(**shown(row, with_pii=with_pii).model_dump(), gate=gate)


def refusal(row: RefusedRow) -> RefusalShown:
    return RefusalShown(
        id=row.id, position=row.position, at=row.at, verdict=row.verdict,  # pyright: ignore[reportArgumentType]
        gate=GateDecision.model_validate(row.gate),
    )  # fmt: skip
