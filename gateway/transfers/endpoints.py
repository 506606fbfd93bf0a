"""`/v1/transfer-targets`: where callers may be sent."""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from gateway.transfers.models import TargetRow
from gateway.transfers.repository import TargetRepository
from gateway.transfers.schemas import TargetAsked, TargetChange, TargetShown
from gateway.transfers.terms import check_destination, check_fields, check_members, check_routed
from trunks.repository import TrunkRepository
from trunks.routes.repository import RouteRepository

router = APIRouter(prefix="/v1/transfer-targets", tags=["transfer-targets"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


@router.post("", status_code=201, response_model=TargetShown)
async def create(
    body: TargetAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, request: Request
) -> TargetShown | JSONResponse:
    """Say where callers may be sent, and by whom; no agent may until it is named."""

    async def work() -> TargetShown:
        now = clock.now()
        row = TargetRow(id=new_id("tgt"), created_at=now, updated_at=now, **body.model_dump())
        if row.kind == "team":
            row.strategy = row.strategy or "in_order"
        await check(session, row, body.model_fields_set, set(row.members or ()))
        await check_agents(session, body.allowed_agents, request)
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return shown(row, caller)

    return await once.do(work)


@router.get("")
async def list_targets(caller: Reader, session: Session, page: WantedPage) -> Page[TargetShown]:
    rows, cursor = await page.rows(session, select(TargetRow), TargetRow.id)
    return Page(data=[shown(row, caller) for row in rows], next_cursor=cursor)


@router.get("/{target_id}")
async def get(target_id: str, caller: Reader, session: Session) -> TargetShown:
    return shown(await TargetRepository(session).get(target_id), caller)


@router.patch("/{target_id}")
async def change(
    target_id: str, body: TargetChange, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> TargetShown:
    """Its kind stays; a person who is switched off stays in the teams and is not rung."""
    row = await TargetRepository(session).get(target_id, to_write=True)
    before, sent = set(row.members or ()), changes(body, nullable=frozenset({"trunk_id"}))
    await check_agents(session, set(sent.get("allowed_agents", ())) - set(row.allowed_agents), request)
    for name, value in sent.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    await check(session, row, sent.keys(), set(row.members or ()) - before)
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return shown(row, caller)


@router.delete("/{target_id}", status_code=204)
async def delete(target_id: str, caller: Writer, session: Session, clock: RequestClock, request: Request) -> None:
    targets = TargetRepository(session)
    row = await targets.get(target_id, to_write=True)
    if team := await targets.team_with(row.id):
        raise Conflict(
            f"it is a member of team {team.id} ({team.name})", code="target.in_use",
            todo=f"PATCH /v1/transfer-targets/{team.id} with other members, or delete the team first",
        )  # fmt: skip
    if agent := await request.app.state.agent_of_target(session, row.id):
        raise Conflict(
            f"agent {agent} sends callers there", code="target.in_use", todo=f"PATCH /v1/agents/{agent} with others"
        )
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


def shown(row: TargetRow, caller: Caller) -> TargetShown:
    whole = TargetShown.model_validate(row)
    return whole if caller.may(Scope.CALLS_PII) else whole.model_copy(update={"number": None, "uri": None})


async def check(session: AsyncSession, row: TargetRow, sent: Set[str], added: set[str]) -> None:
    """What was not sent stood the check before: a trunk that now refuses a number must not keep it from being switched
    off. `added`: members that a team did not have. Raises BadInput, NotFound or Conflict."""
    with session.no_autoflush:  # a row that is refused is not to be written on the way
        targets = TargetRepository(session)
        check_fields(row)
        if row.trunk_id and not sent.isdisjoint(("number", "uri", "trunk_id")):
            trunk = await TrunkRepository(session).get(row.trunk_id, "outbound", field="trunk_id")
            check_destination(row, trunk)
        elif row.number and not row.trunk_id and not sent.isdisjoint(("number", "trunk_id")):
            check_routed(row, await RouteRepository(session).trunks_for(row.number))
        if row.members and "members" in sent:
            check_members(row, added, await targets.held(row.members))
        other = await targets.with_identity(row.identity) if row.identity else None
        if other is not None and other.id != row.id:
            raise Conflict(
                f"this identity belongs to {other.id} already; LiveKit lets only one of two in", field="identity",
                code="target.identity_taken", todo=f"give another identity, or PATCH /v1/transfer-targets/{other.id}",
            )  # fmt: skip


async def check_agents(session: AsyncSession, agent_ids: set[str] | list[str], request: Request) -> None:
    """Raises NotFound naming the first that is not there."""
    for agent_id in sorted(agent_ids):
        if not await request.app.state.agent_exists(session, agent_id):
            raise NotFound(f"there is no agent {agent_id}", field="allowed_agents", todo="GET /v1/agents")
