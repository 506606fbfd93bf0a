"""Agent profiles over REST, and for workers on the internal address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.drafting import captures_missing, places_missing
from agents.models import AgentRow
from agents.profile import AgentContent, AgentProfile, TransferChoice
from agents.versions import Versions
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import BadInput, Conflict, NotAuthenticated, NotFound
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/agents", tags=["agents"], responses=PROBLEMS)
internal = APIRouter(prefix="/internal/v1", tags=["internal"])
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


class AgentShown(AgentContent):
    """As it is published; its versions and its draft: `version_endpoints`."""

    id: str
    created_at: datetime
    updated_at: datetime


def shown(row: AgentRow) -> AgentShown:
    return AgentShown(id=row.id, created_at=row.created_at, updated_at=row.updated_at, **row.content)


@router.post("", status_code=201, response_model=AgentShown)
async def create(
    body: AgentContent, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce
) -> AgentShown | JSONResponse:
    """Describe an agent: its greeting, its dialogue, its limits."""

    async def work() -> AgentShown:
        now = clock.now()
        await check_places(session, body.transfers)
        row = AgentRow(
            id=new_id("agt"), name=body.name, content=body.model_dump(mode="json"), created_at=now, updated_at=now
        )
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return shown(row)

    return await once.do(work)


@router.get("")
async def list_agents(caller: Reader, session: Session, page: WantedPage) -> Page[AgentShown]:
    rows, cursor = await page.rows(session, select(AgentRow), AgentRow.id)
    return Page(data=[shown(row) for row in rows], next_cursor=cursor)


@router.get("/{agent_id}")
async def get(agent_id: str, caller: Reader, session: Session) -> AgentShown:
    return shown(await found(session, agent_id))


@router.patch("/{agent_id}")
async def change(
    agent_id: str, body: dict[str, object], caller: Writer, session: Session, clock: RequestClock
) -> AgentShown:
    """Change some fields; the rest stays. It is published at once, as the next version: see `/draft` for another way.
    Calls that are on keep the profile they began with."""
    row = await found(session, agent_id, to_write=True)
    try:
        content = AgentContent.model_validate(row.content | body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{place}: {first['msg']}", field=place, todo="see /docs for the fields") from error
    if "transfers" in body:
        await check_places(session, content.transfers)
    if "captures" in body:
        await check_captures(session, agent_id, content)
    await Versions(session, row).publish(content, "update", caller.key_id, clock.now())
    return shown(row)


@router.delete("/{agent_id}", status_code=204)
async def delete(agent_id: str, caller: Writer, session: Session, clock: RequestClock, request: Request) -> None:
    row = await found(session, agent_id)
    if rule := await request.app.state.rule_of_agent(session, agent_id):
        raise Conflict(f"{rule} sends calls to this agent", code="agent.in_use", todo=f"change or delete {rule} first")
    if campaign := await request.app.state.campaign_of_agent(session, agent_id):
        raise Conflict(
            f"{campaign} calls people with this agent", code="agent.in_use",
            todo=f"give {campaign} another agent_id, or stop it first",
        )  # fmt: skip
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


@internal.get("/agent-profiles/{agent_id}")
async def profile(
    agent_id: str, session: Session, request: Request, authorization: Annotated[str, Header()] = ""
) -> AgentProfile:
    """For workers: the profile a call is to be held with."""
    tokens: RoleTokens = request.app.state.tokens
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("an internal token is needed", todo="send Authorization: Bearer …")
    tokens.verify(token, "profiles")
    row = await found(session, agent_id)
    return AgentProfile(id=row.id, version=row.version, **row.content)


async def found(session: AsyncSession, agent_id: str, *, to_write: bool = False) -> AgentRow:
    """`to_write` holds the row to the end of the transaction. Raises NotFound."""
    row = await session.get(AgentRow, agent_id, with_for_update=to_write or None)
    if row is None:
        raise NotFound("there is no such agent", todo="GET /v1/agents")
    return row


async def check_places(session: AsyncSession, choices: Sequence[TransferChoice]) -> None:
    """Raises NotFound for a place that does not exist. That the target lets the agent in is checked when it is used."""
    for fault in await places_missing(session, {"transfers": [one.model_dump() for one in choices]}):
        raise NotFound(fault.what, field=fault.field, todo=fault.todo)


async def check_captures(session: AsyncSession, agent_id: str, content: AgentContent) -> None:
    """Raises Conflict where a rule begins a capture that would be gone."""
    for fault in await captures_missing(session, content.model_dump(), agent_id):
        raise Conflict(fault.what, code="agent.capture_in_use", field=fault.field, todo=fault.todo)


async def agent_of_target(session: AsyncSession, target_id: str) -> str | None:
    """An agent whose profile names it."""
    rows = await session.execute(select(AgentRow.id, AgentRow.content).order_by(AgentRow.id))
    named = (row.id for row in rows if any(one["target_id"] == target_id for one in row.content.get("transfers", ())))
    return next(named, None)


async def agent_exists(session: AsyncSession, agent_id: str) -> bool:
    return await session.get(AgentRow, agent_id) is not None


async def captures_of_agent(session: AsyncSession, agent_id: str) -> frozenset[str]:
    """Names of what its callers may be asked to key in."""
    row = await session.get(AgentRow, agent_id)
    return frozenset(one["name"] for one in row.content.get("captures", ())) if row else frozenset()
