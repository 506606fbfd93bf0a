"""`/v1/campaigns/{id}/days`, `figures` and `records.csv`: what is to be shown, and what is to be kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.terms import CheckName
from compliance.dialling.week import zone_of
from compliance.screening.turns import in_turn
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.campaigns.attempt_endpoints import Reader, ZoneQuery, zone_for
from gateway.campaigns.attempt_queries import AttemptQueries, Day, Span, of_days
from gateway.campaigns.endpoints import PATH
from gateway.campaigns.figure_schemas import DaysShown, FiguresShown, added, day, days, steps, waited
from gateway.campaigns.figures import Figures
from gateway.campaigns.models import CampaignRow, ContactRow
from gateway.campaigns.records import record_lines
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.tally import Tally
from gateway.campaigns.terms import NOT_DIALLED
from gateway.campaigns.watch_endpoints import Own, TalliesOf
from gateway.kernel.errors import BadInput
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock
from trunks.models import TrunkRow

AT_ONCE = 2_000
MONTH = timedelta(days=29)  # and the day itself
CSV = "text/csv"
AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
router = APIRouter(prefix=PATH, tags=["campaigns"], responses=PROBLEMS)
PersonalReader = Annotated[Caller, Needs(Scope.CALLS_PII)]
First = Annotated[Day | None, Query(description="from that day on")]
Last = Annotated[Day | None, Query(description="up to the end of that day")]


@router.get("/{campaign_id}/days")
async def list_days(
    campaign_id: str, caller: Reader, database: Own, clock: RequestClock, first: First = None, last: Last = None,
    zone: ZoneQuery = None,
) -> DaysShown:  # fmt: skip
    """Of each day: dials, answers by people and by machines, how many were abandoned, seconds on the line, cost."""
    row, found = await _figures(campaign_id, database, clock, first, last, zone)
    shown, named = days(found), zone_for(zone, terms_of(row))
    until = shown[-1].day if shown else clock.now().astimezone(zone_of(named)).date()
    since = until - MONTH
    month = added(sums for at, sums in found.days.items() if since <= at <= until)
    return DaysShown(zone=named, data=shown, last_30_days=day(since, month))


@router.get("/{campaign_id}/figures")
async def get_figures(
    campaign_id: str, caller: Reader, database: Own, clock: RequestClock, tallies: TalliesOf, zone: ZoneQuery = None
) -> FiguresShown:  # fmt: skip
    """All that `gateway campaigns report` draws."""
    row, found = await _figures(campaign_id, database, clock, None, None, zone)
    tally, terms = await tallies.of(campaign_id), terms_of(row)
    async with database.begin() as session:
        refusals = await _refusals(session, campaign_id)
        trunk = await session.get(TrunkRow, terms.trunk_id) if terms.trunk_id else None
    rates = [one for one in (terms.pacing.calls_per_s, trunk.max_calls_per_s if trunk else None) if one is not None]
    return FiguresShown(
        campaign_id=row.id, name=row.name, state=row.state, why=row.why, made_at=clock.now(),
        zone=zone_for(zone, terms), started_at=row.started_at, ended_at=row.ended_at, contacts=tally.contacts,
        outcomes=dict(found.outcomes), not_dialled=_not_dialled(tally), refusals=refusals,
        answered_by=dict(found.answered_by), step_s=found.series.step_s, series=steps(found),
        until_answered=waited(found), target_per_s=min(rates, default=None), days=days(found),
    )  # fmt: skip


@router.get("/{campaign_id}/records.csv", response_class=StreamingResponse, responses=AS_CSV)
async def get_records(
    campaign_id: str, caller: PersonalReader, database: Own, clock: RequestClock, first: First = None,
    last: Last = None, zone: ZoneQuery = None,
) -> StreamingResponse:  # fmt: skip
    """A line for each dial, as 16 CFR 310.5(a)(2) wants records kept. That it was taken is in the audit log."""
    async with database.begin() as session:
        row = await CampaignRepository(session).get(campaign_id)
        named = zone_for(zone, terms_of(row))
        span = _span(first, last, named)
        await record_act(session, caller.key_id, row.id, "export", clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.csv"', "Cache-Control": "no-store"}
    lines = record_lines(database.begin, clock, row, span, named)
    return StreamingResponse(lines, headers=headers, media_type=CSV)


async def _figures(
    campaign_id: str, database: Own, clock: RequestClock, first: Day | None, last: Day | None, zone: str | None
) -> tuple[CampaignRow, Figures]:
    """Every dial of the campaign, some at a time."""
    async with database.begin() as session:
        row = await CampaignRepository(session).get(campaign_id)
    named = zone_for(zone, terms_of(row))
    span, figures, after = _span(first, last, named), Figures(named), ""
    while True:
        async with in_turn(database.begin, clock) as session:
            dials, after = await AttemptQueries(session, campaign_id).dials_after(after, AT_ONCE, span)
        for one in dials:
            figures.add(one)
        if len(dials) < AT_ONCE:
            return row, figures


def _span(first: Day | None, last: Day | None, zone: str) -> Span:
    """Raises BadInput."""
    if first is not None and last is not None and last < first:
        raise BadInput("last is before first", field="last", todo="name the days in their order")
    return of_days(first, last, zone)


async def _refusals(session: AsyncSession, campaign_id: str) -> dict[str, int]:
    """Contacts that the gate was against when it was last asked."""
    query = (
        select(ContactRow.why, func.count())
        .where(ContactRow.campaign_id == campaign_id, ContactRow.why.in_(get_args(CheckName)))
        .group_by(ContactRow.why)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


def _not_dialled(tally: Tally) -> dict[str, int]:
    return {outcome: count for outcome, count in tally.outcomes.items() if outcome in NOT_DIALLED}
