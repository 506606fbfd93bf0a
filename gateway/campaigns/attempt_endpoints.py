"""`/v1/campaigns/{id}/attempts` and `refusals`: what became of each contact, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.campaigns.attempt_queries import AttemptQueries, Day, of_days
from gateway.campaigns.attempt_schemas import AttemptShown, AttemptTold, RefusalShown, refusal, shown, told
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.endpoints import PATH
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.terms import AttemptState, Outcome, Terms
from gateway.gate.schemas import Zone
from gateway.kernel.errors import NotFound
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import Session

router = APIRouter(prefix=PATH, tags=["campaigns"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CALLS_READ)]
Position = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="of one contact")]
ZoneQuery = Annotated[Zone | None, Query(description="whose days; left out: the window's zone, else UTC")]


def zone_for(asked: str | None, terms: Terms) -> str:
    """By whose clocks a day begins."""
    return asked or terms.window.zone or "UTC"


@router.get("/{campaign_id}/attempts")
async def list_attempts(
    campaign_id: str,
    caller: Reader,
    session: Session,
    page: WantedPage,
    state: AttemptState | None = None,
    outcome: Outcome | None = None,
    position: Position = None,
    day: Annotated[Day | None, Query(description="dialled on that day")] = None,
    zone: ZoneQuery = None,
) -> Page[AttemptShown]:
    """The newest first."""
    terms = terms_of(await CampaignRepository(session).get(campaign_id))
    span = of_days(day, day, zone_for(zone, terms))
    queries = AttemptQueries(session, campaign_id)
    rows, cursor = await queries.page(page, state=state, outcome=outcome, position=position, span=span)
    may = caller.may(Scope.CALLS_PII)
    return Page(data=[shown(row, with_pii=may) for row in rows], next_cursor=cursor)


@router.get("/{campaign_id}/attempts/{attempt_id}")
async def get_attempt(campaign_id: str, attempt_id: str, caller: Reader, session: Session) -> AttemptTold:
    """With what the gate said at the instant of the dial."""
    row = await Attempts(session).get(attempt_id)
    if row.campaign_id != campaign_id:
        raise NotFound("the campaign has no such attempt", todo=f"GET {PATH}/{row.campaign_id}/attempts/{row.id}")
    return told(row, with_pii=caller.may(Scope.CALLS_PII))


@router.get("/{campaign_id}/refusals")
async def list_refusals(
    campaign_id: str, caller: Reader, session: Session, page: WantedPage, position: Position = None
) -> Page[RefusalShown]:  # fmt: skip
    """Contacts that the gate did not let through, with every reason; the newest first."""
    await CampaignRepository(session).get(campaign_id)
    rows, cursor = await AttemptQueries(session, campaign_id).refusals(page, position=position)
    return Page(data=[refusal(row) for row in rows], next_cursor=cursor)
