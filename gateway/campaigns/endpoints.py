"""`/v1/campaigns`: who is called by whom, when, how often and how fast. What becomes of it: `attempt_endpoints`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.models import CampaignRow
from gateway.campaigns.readiness import AgentExists
from gateway.campaigns.removal import remove
from gateway.campaigns.repository import CampaignRepository
from gateway.campaigns.schemas import NULLABLE, CampaignAsked, CampaignChange, CampaignShown, asked_of, shown
from gateway.campaigns.states import OVER
from gateway.campaigns.term_checks import check_terms
from gateway.campaigns.terms import State
from gateway.campaigns.terms_on_file import check_on_file
from gateway.db.session import Database
from gateway.kernel.errors import Conflict
from gateway.kernel.ids import new_id
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

PATH = "/v1/campaigns"
router = APIRouter(prefix=PATH, tags=["campaigns"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
WHILE_RUNNING = frozenset({"pacing", "budget", "ends_at"})


def agents_of(request: Request) -> AgentExists:
    return request.app.state.agent_exists


AgentExistsOf = Annotated[AgentExists, Depends(agents_of)]


@router.post("", status_code=201, response_model=CampaignShown)
async def create(
    body: CampaignAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, agents: AgentExistsOf
) -> CampaignShown | JSONResponse:
    """A draft. It gets its contacts next, then a check, then it is started."""

    async def work() -> CampaignShown:
        now, terms = clock.now(), body.terms()
        check_terms(terms, now)
        await check_on_file(session, terms, agents)
        row = CampaignRow(
            id=new_id("cmp"), name=body.name, state="draft", why="", terms=terms.model_dump(mode="json"), contacts=0,
            spent="0", created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return shown(row)

    return await once.do(work)


@router.get("")
async def list_campaigns(
    caller: Reader, session: Session, page: WantedPage, state: State | None = None
) -> Page[CampaignShown]:  # fmt: skip
    query = select(CampaignRow)
    if state is not None:
        query = query.where(CampaignRow.state == state)
    rows, cursor = await page.rows(session, query, CampaignRow.id)
    return Page(data=[shown(row) for row in rows], next_cursor=cursor)


@router.get("/{campaign_id}")
async def get(campaign_id: str, caller: Reader, session: Session) -> CampaignShown:
    return shown(await CampaignRepository(session).get(campaign_id))


@router.patch("/{campaign_id}")
async def change(
    campaign_id: str, body: CampaignChange, caller: Writer, session: Session, clock: RequestClock, agents: AgentExistsOf
) -> CampaignShown:
    """Everything of a draft and of one that is paused; of one that runs its pacing, its budget and its end."""
    row, now = await CampaignRepository(session).get(campaign_id, lock=True), clock.now()
    sent = changes(body, nullable=NULLABLE)
    _check_changeable(row, sent)
    if "seller" in sent and await Attempts(session).any_of(campaign_id):
        raise Conflict(
            "people were called in the name of its seller, and records say so", code="campaign.seller", field="seller",
            todo=f"POST {PATH} for another seller's campaign",
        )  # fmt: skip
    asked = CampaignAsked.model_validate(asked_of(row).model_dump() | sent)
    if sent.keys() - {"name"}:
        terms = asked.terms()
        check_terms(terms, now)
        await check_on_file(session, terms, agents)
        row.terms = terms.model_dump(mode="json")
    row.name, row.updated_at = asked.name, now
    await record_act(session, caller.key_id, row.id, "update", now)
    return shown(row)


@router.delete("/{campaign_id}", status_code=204)
async def delete(campaign_id: str, caller: Writer, request: Request, clock: RequestClock) -> None:
    """Of a draft, or of one that is over, and only where nobody was dialled: attempts are records that are kept."""
    database: Database = request.app.state.database
    await remove(database.begin, clock, campaign_id, caller.key_id)


def _check_changeable(row: CampaignRow, sent: dict[str, object]) -> None:
    """Raises Conflict."""
    if row.state in OVER:
        raise Conflict(f"the campaign is {row.state}", code="campaign.state", todo=f"POST {PATH} for another one")
    barred = sorted(sent.keys() - WHILE_RUNNING) if row.state == "running" else []
    if barred:
        raise Conflict(
            f"{', '.join(barred)} cannot change while it runs", code="campaign.running", field=barred[0],
            todo=f"POST {PATH}/{row.id}/pause first",
        )  # fmt: skip
