"""`/v1/campaigns/{id}/progress` and `check`: how far it has come, and how far it would come."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.do_not_call.endpoints import HashKeyOf
from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.campaigns.check import DryRun
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.endpoints import PATH, AgentExistsOf
from gateway.campaigns.progress import Progress, progress
from gateway.campaigns.readiness import AgentExists, why_incomplete
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.tally import Tallies
from gateway.campaigns.term_checks import check_seller
from gateway.campaigns.terms import Terms
from gateway.db.session import Database
from gateway.gate.schemas import Near
from gateway.kernel.errors import Conflict
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock
from trunks.repository import TrunkRepository

LINES = "application/x-ndjson"
router = APIRouter(prefix=PATH, tags=["campaigns"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CALLS_READ)]
AS_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {LINES: {"schema": {"type": "string"}}}}}
AT = "as if it were then; left out: now. Lists and consents are as they are now"


def tallies_of(request: Request) -> Tallies:
    return request.app.state.tallies


def database_of(request: Request) -> Database:
    return request.app.state.database


TalliesOf = Annotated[Tallies, Depends(tallies_of)]
Own = Annotated[Database, Depends(database_of)]  # for what reads in several transactions


@router.get("/{campaign_id}/progress")
async def get_progress(
    campaign_id: str, caller: Reader, database: Own, clock: RequestClock, tallies: TalliesOf
) -> Progress:  # fmt: skip
    """May be asked for every second. Contacts and outcomes of a very large campaign are up to a few seconds old."""
    async with database.begin() as session:
        await CampaignRepository(session).get(campaign_id)
    tally = await tallies.of(campaign_id)
    async with database.begin() as session:
        return await progress(session, campaign_id, tally, clock.now())


@router.get("/{campaign_id}/check", response_class=StreamingResponse, responses=AS_LINES)
async def check(
    campaign_id: str,
    caller: Reader,
    database: Own,
    clock: RequestClock,
    key: HashKeyOf,
    agents: AgentExistsOf,
    at: Annotated[Near | None, Query(description=AT)] = None,
    most: Annotated[int | None, Query(ge=1, le=10_000_000, description="only so many contacts")] = None,
) -> StreamingResponse:
    """The dry run. JSON on lines: `{position, ref, verdict, next_at, reasons}` for each contact that waits, in the
    order in which they are due, then `{"summary": …}`. Nobody is dialled."""
    async with database.begin() as session:
        terms = terms_of(await CampaignRepository(session).get(campaign_id))
        if terms.trunk_id is not None:
            await TrunkRepository(session).get(terms.trunk_id, "outbound", field="trunk_id")
        to_do = await _to_do(session, campaign_id, terms, agents)
    run = DryRun(database.begin, clock, key, campaign_id, terms, at or clock.now(), to_do)
    return StreamingResponse(run.lines(most), media_type=LINES)


async def _to_do(session: AsyncSession, campaign_id: str, terms: Terms, agents: AgentExists) -> list[str]:
    found: list[str] = []
    try:
        check_seller(terms)
    except Conflict as error:
        found.append(error.detail)
    if why := await why_incomplete(session, terms, agents):
        found.append(why.replace("then resume", "then start it"))
    if not await Contacts(session).any_left(campaign_id):
        found.append("it has nobody to call")
    return found
