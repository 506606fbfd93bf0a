"""Dispatch rules over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from dispatch_rules.match import match, why
from dispatch_rules.models import RuleRow
from dispatch_rules.repository import RuleRepository, terms_of
from dispatch_rules.rows import NULLABLE, change_rule, check_rule, new_rule
from dispatch_rules.schemas import CallImagined, Resolution, Rule, RuleAsked, RuleChange
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session, box_of
from trunks.provisioning import Provisioning
from trunks.repository import NumberRepository, TrunkRepository
from trunks.schemas import SyncState

router = APIRouter(prefix="/v1/dispatch-rules", tags=["dispatch-rules"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


@router.post("", status_code=201, response_model=Rule)
async def create(
    body: RuleAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, request: Request
) -> Rule | JSONResponse:
    """Send the calls of some trunks, and perhaps numbers, to an agent."""

    async def work() -> Rule:
        now = clock.now()
        row = new_rule(body.model_dump(), box_of(request), now)
        await check_rule(session, row, request.app.state)
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return Rule.model_validate(row)

    return await once.do(work)


@router.get("")
async def list_rules(caller: Reader, session: Session, page: WantedPage) -> Page[Rule]:
    rows, cursor = await page.rows(session, select(RuleRow), RuleRow.id)
    return Page(data=[Rule.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/sync")
async def sync(caller: Reader, request: Request) -> SyncState:
    """Does LiveKit have these rules as they are here?"""
    provisioning: Provisioning = request.app.state.provisioning
    return await provisioning.state("dispatch-rules")


@router.post("/resolve")
async def resolve(body: CallImagined, caller: Reader, session: Session) -> Resolution:
    """Which rule would take this call, and why the others would not; nothing is dialled."""
    number = await NumberRepository(session).by_number(body.called)
    trunk_id = body.trunk_id or (number.inbound_trunk_id if number else None)
    trunk = await TrunkRepository(session).get(trunk_id, "inbound", field="trunk_id") if trunk_id else None
    rows = {row.id: row for row in await RuleRepository(session).all()}
    if trunk is None or not trunk.enabled:
        wrong = "no trunk has the called number" if trunk is None else "the trunk is not enabled"
        return Resolution(rule_id=None, agent_id=None, trunk_id=trunk_id, reasons=dict.fromkeys(rows, wrong))
    terms = [terms_of(row) for row in rows.values()]
    found = match(terms, trunk.id, body.called, body.calling)
    return Resolution(
        rule_id=found.id if found else None,
        agent_id=rows[found.id].agent_id if found else None,
        trunk_id=trunk.id,
        reasons=why(terms, trunk.id, body.called, body.calling),
    )


@router.get("/{rule_id}")
async def get(rule_id: str, caller: Reader, session: Session) -> Rule:
    return Rule.model_validate(await RuleRepository(session).get(rule_id))


@router.patch("/{rule_id}")
async def change(
    rule_id: str, body: RuleChange, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> Rule:
    row = await RuleRepository(session).get(rule_id)
    change_rule(row, changes(body, nullable=NULLABLE), box_of(request), clock.now())
    await check_rule(session, row, request.app.state)
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return Rule.model_validate(row)


@router.delete("/{rule_id}", status_code=204)
async def delete(rule_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    row = await RuleRepository(session).get(rule_id)
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())
