"""`/v1/costs` and `/v1/calls/{id}/cost`: what calls cost, and what does not fit with carriers' records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.calls.access import ReadCalls
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.repository import CallRepository
from gateway.costs.call_cost import call_cost
from gateway.costs.findings import findings
from gateway.costs.lines import lines, of_call
from gateway.costs.schemas import CallCostShown, CostsShown, FindingShown, FindingsShown
from gateway.costs.sums import By, Sums
from gateway.costs.tables import Names, shown
from gateway.kernel.errors import BadInput, NotFound
from gateway.rest.moments import FIRST, Moment
from gateway.rest.problems import PROBLEMS

LONGEST = timedelta(days=366)
LONGEST_FINDINGS = timedelta(days=31)
WEEK = timedelta(days=7)

router = APIRouter(tags=["costs"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Since = Annotated[Moment | None, Query(description="what began then or later")]
Until = Annotated[Moment | None, Query(description="what began before then; default: now")]


@router.get("/v1/costs")
async def costs(
    calls: CallsService, _: Reader, since: Since = None, until: Until = None, by: By = "carrier"
) -> CostsShown:  # fmt: skip
    """What calls cost, by carrier, trunk, number of ours or day (UTC); without `since`, in this month."""
    now = calls.clock.now()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begin, end = _between(since, until, now, month, LONGEST)
    sums = Sums(by)
    async for some in lines(calls.begin, begin, end):
        sums.add(some)
    async with calls.begin() as session:
        names = await Names.read(session)
    return shown(sums, by, begin, end, names)


@router.get("/v1/costs/findings")
async def list_findings(
    calls: CallsService, _: Reader, since: Since = None, until: Until = None
) -> FindingsShown:  # fmt: skip
    """Calls that only the carrier knows, and calls that only this gateway knows; without `since`, of a week."""
    now = calls.clock.now()
    begin, end = _between(since, until, now, now - WEEK, LONGEST_FINDINGS)
    found, more = await findings(calls.begin, begin, end, now)
    return FindingsShown(
        since=begin, until=end, data=[FindingShown.model_validate(one) for one in found], more=more
    )  # fmt: skip


@router.get("/v1/calls/{call_id}/cost")
async def cost_of_call(call_id: str, calls: CallsService, _: ReadCalls) -> CallCostShown:
    """What one call costs: as the carrier says, else as the trunk's price per minute lets it be estimated."""
    async with calls.begin() as session:
        row = await CallRepository(session).get(call_id)
        if row is None:
            raise NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
        records, costs = await of_call(session, row)
    return call_cost(row, records, costs)


def _between(
    since: datetime | None, until: datetime | None, now: datetime, usual: datetime, longest: timedelta
) -> tuple[datetime, datetime]:
    """Raises BadInput."""
    end = until or now
    begin = since or min(usual, max(FIRST, end - longest) if until else usual)
    if begin >= end:
        raise BadInput("since is not before until", field="since", todo="ask for a time that has a length")
    if end - begin > longest:
        raise BadInput(
            f"that is longer than {longest.days} days", field="since", todo="ask for it in parts, and add them up"
        )
    return begin, end
