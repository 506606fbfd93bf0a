"""How far a campaign has come, cheap enough to be asked for every second."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.abandonment import share
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.campaigns.paces import Paces
from gateway.campaigns.progress_words import Standstill, says
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.tally import Tally
from gateway.campaigns.terms import Outcome, State, Terms
from trunks.models import TrunkRow
from trunks.routes.breaker import Breaker
from trunks.routes.circuits import Circuits

MINUTE = timedelta(seconds=60)


class ContactCounts(BaseModel):
    """`open`: an attempt is under way; `refused`: may not be called."""

    total: int
    waiting: int
    open: int
    done: int
    refused: int


class OpenCounts(BaseModel):
    """Attempts that are not over. `claimed`: an agent is being fetched, or waits for its turn to dial."""

    claimed: int
    dialling: int
    on_the_line: int


class Progress(BaseModel):
    campaign_id: str
    name: str
    state: State
    why: str
    at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    contacts: ContactCounts
    outcomes: dict[Outcome, int] = Field(description="of attempts that are over; those with none are left out")
    open: OpenCounts
    dials_last_minute: int
    target_per_minute: float | None = Field(description="as campaign and trunk bound it; null: no bound")
    answered: int = Field(description="by people")
    abandoned: int = Field(description="of these, where no agent was there within 2 s")
    abandoned_share: Decimal | None = Field(description="of answers, from 0 to 1; null: none yet")
    spent: str
    budget: str | None
    currency: str | None
    next_at: datetime | None = Field(description="when somebody is due; null: nobody is left")
    says: str = Field(description="why nobody is called just now; empty: calls go out")


async def progress(session: AsyncSession, campaign_id: str, tally: Tally, now: datetime) -> Progress:
    """Raises NotFound."""
    row = await CampaignRepository(session).get(campaign_id)
    terms = terms_of(row)
    trunk = await session.get(TrunkRow, terms.trunk_id) if terms.trunk_id else None
    still = await _standstill(session, row, terms, trunk, now)
    answered = tally.outcomes.get("answered", 0)
    counts = {state: tally.contacts.get(state, 0) for state in ("waiting", "open", "done", "refused")}
    rates = [one for one in (terms.pacing.calls_per_s, trunk.max_calls_per_s if trunk else None) if one is not None]
    return Progress(
        campaign_id=row.id, name=row.name, state=still.state, why=row.why, at=now, started_at=row.started_at,
        ended_at=row.ended_at, contacts=ContactCounts(total=sum(counts.values()), **counts),
        outcomes=tally.outcomes,  # pyright: ignore[reportArgumentType]
        open=await _open(session, campaign_id),
        dials_last_minute=await _dials_since(session, campaign_id, now - MINUTE),
        target_per_minute=min(rates) * 60 if rates else None, answered=answered, abandoned=tally.abandoned,
        abandoned_share=share(tally.abandoned, answered), spent=row.spent,
        budget=f"{terms.budget.amount:f}" if terms.budget else None, currency=_currency(terms, trunk),
        next_at=still.next_at, says=says(still),
    )  # fmt: skip


def _currency(terms: Terms, trunk: TrunkRow | None) -> str | None:
    if terms.budget:
        return terms.budget.currency
    return trunk.currency if trunk and trunk.price_per_minute else None


async def _standstill(
    session: AsyncSession, row: CampaignRow, terms: Terms, trunk: TrunkRow | None, now: datetime
) -> Standstill:  # fmt: skip
    state: State = row.state  # pyright: ignore[reportAssignmentType]
    first = await _first_waiting(session, row.id)
    return Standstill(
        state=state, why=row.why, now=now, starts_at=terms.starts_at, next_at=first.next_at if first else None,
        outcome=first.outcome if first else "", check=first.why if first else "",
        limited_until=await Paces(session).limited_until(trunk.id) if trunk else None,
        way_out=await _why_no_way(session, trunk, now),
    )  # fmt: skip


async def _why_no_way(session: AsyncSession, trunk: TrunkRow | None, now: datetime) -> str:
    if trunk is None:
        return ""
    circuit = (await Circuits(session).all()).get(trunk.id, Breaker())
    return (
        f"calls by its trunk fail, so it is left alone for now: {circuit.why}" if circuit.state(now) == "open" else ""
    )


async def _first_waiting(session: AsyncSession, campaign_id: str) -> ContactRow | None:
    waiting = select(ContactRow).where(ContactRow.campaign_id == campaign_id, ContactRow.state == "waiting")
    return await session.scalar(waiting.order_by(ContactRow.next_at, ContactRow.position).limit(1))


async def _open(session: AsyncSession, campaign_id: str) -> OpenCounts:
    query = (
        select(AttemptRow.state, func.count(), func.count(AttemptRow.answered_at))
        .where(AttemptRow.campaign_id == campaign_id, AttemptRow.state.in_(("claimed", "dialling")))
        .group_by(AttemptRow.state)
    )
    claimed = dialling = on_the_line = 0
    for state, count, answered in await session.execute(query):
        if state == "claimed":
            claimed = count
        else:
            dialling, on_the_line = count - answered, answered
    return OpenCounts(claimed=claimed, dialling=dialling, on_the_line=on_the_line)


async def _dials_since(session: AsyncSession, campaign_id: str, since: datetime) -> int:
    """A dial of this time is under way still, or has ended in it."""
    of_it = (AttemptRow.campaign_id == campaign_id, AttemptRow.dialled_at > since)
    total = 0
    for state in (AttemptRow.state == "dialling", (AttemptRow.state == "ended") & (AttemptRow.ended_at > since)):
        total += await session.scalar(select(func.count()).select_from(AttemptRow).where(*of_it, state)) or 0
    return total
