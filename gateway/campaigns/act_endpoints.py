"""`/v1/campaigns/{id}/start`, `pause`, `resume`, `stop`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.endpoints import PATH, AgentExistsOf
from gateway.campaigns.readiness import AgentExists, why_incomplete
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.schemas import CampaignShown, shown
from gateway.campaigns.states import Act, after
from gateway.campaigns.term_checks import check_seller
from gateway.kernel.errors import Conflict
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix=PATH, tags=["campaigns"], responses=PROBLEMS)
Controller = Annotated[Caller, Needs(Scope.CALLS_CONTROL)]


@router.post("/{campaign_id}/start")
async def start(
    campaign_id: str, caller: Controller, session: Session, clock: RequestClock, agents: AgentExistsOf
) -> CampaignShown:
    """Calls people from now on, or from `starts_at` on."""
    await _check_complete(session, campaign_id, "start", clock.now(), agents)
    if not await Contacts(session).any_left(campaign_id):
        raise _incomplete("it has nobody to call", "contacts", f"gateway contacts import {campaign_id} FILE.csv")
    return await _act(session, campaign_id, "start", caller, clock.now())


@router.post("/{campaign_id}/pause")
async def pause(campaign_id: str, caller: Controller, session: Session, clock: RequestClock) -> CampaignShown:
    """Nobody else is called until it is resumed; calls under way go on to their end."""
    return await _act(session, campaign_id, "pause", caller, clock.now())


@router.post("/{campaign_id}/resume")
async def resume(
    campaign_id: str, caller: Controller, session: Session, clock: RequestClock, agents: AgentExistsOf
) -> CampaignShown:
    await _check_complete(session, campaign_id, "resume", clock.now(), agents)
    return await _act(session, campaign_id, "resume", caller, clock.now())


@router.post("/{campaign_id}/stop")
async def stop(campaign_id: str, caller: Controller, session: Session, clock: RequestClock) -> CampaignShown:
    """For good: nobody else is called; calls under way go on to their end."""
    return await _act(session, campaign_id, "stop", caller, clock.now())


async def _act(session: AsyncSession, campaign_id: str, act: Act, caller: Caller, now: datetime) -> CampaignShown:
    before = (await CampaignRepository(session).get(campaign_id, lock=True)).state
    row = await CampaignRepository(session).act(campaign_id, act, now)
    if row.state != before:
        await record_act(session, caller.key_id, row.id, act, now)
    return shown(row)


async def _check_complete(
    session: AsyncSession, campaign_id: str, act: Act, now: datetime, agents: AgentExists
) -> None:  # fmt: skip
    """Raises NotFound and Conflict."""
    row = await CampaignRepository(session).get(campaign_id, lock=True)
    if after(row.state, act) == row.state:  # pyright: ignore[reportArgumentType]
        return
    terms = terms_of(row)
    if terms.ends_at is not None and terms.ends_at <= now:
        raise _incomplete("its time is over", "ends_at", f"PATCH {PATH}/{campaign_id} with another ends_at")
    check_seller(terms)
    if why := await why_incomplete(session, terms, agents):
        says, _, todo = why.partition("; ")
        raise _incomplete(says, None, todo or f"PATCH {PATH}/{campaign_id}")


def _incomplete(says: str, field: str | None, todo: str) -> Conflict:
    return Conflict(says, code="campaign.incomplete", field=field, todo=todo)
