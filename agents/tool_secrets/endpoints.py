"""`/v1/agent-secrets`: what tools of agents are let in with; and for workers on the internal address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select

from agents.models import AgentRow
from agents.tool_secrets.models import AgentSecretRow
from agents.tool_secrets.repository import SecretRepository, secrets_in
from agents.tool_secrets.schemas import AgentSecrets, SecretName, SecretShown, SecretWritten
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.calls.internal_endpoints import ForRole
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.secrets import SecretBox
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session, box_of

router = APIRouter(prefix="/v1/agent-secrets", tags=["agent-secrets"], responses=PROBLEMS)
internal = APIRouter(prefix="/internal/v1", tags=["internal"])
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
Box = Annotated[SecretBox, Depends(box_of)]


@router.get("")
async def list_secrets(_: Reader, session: Session, page: WantedPage) -> Page[SecretShown]:
    """Their names, and who wrote each when."""
    rows, cursor = await page.rows(session, select(AgentSecretRow), AgentSecretRow.name)
    return Page(data=[SecretShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.put("/{name}")
async def put(
    name: SecretName, body: SecretWritten, caller: Writer, session: Session, clock: RequestClock, box: Box
) -> SecretShown:
    """Store a secret, or another value of it: calls that begin from now on use that."""
    now, repository = clock.now(), SecretRepository(session)
    row = await repository.find(name)
    verb = "update" if row else "create"
    if row is None:
        row = AgentSecretRow(name=name)
        session.add(row)
    row.secret, row.updated_at, row.updated_by = box.seal(body.value.get_secret_value()), now, caller.key_id
    await record_act(session, caller.key_id, name, verb, now)
    await session.flush()
    return SecretShown.model_validate(row)


@router.delete("/{name}", status_code=204)
async def delete(name: SecretName, caller: Writer, session: Session, clock: RequestClock) -> None:
    repository = SecretRepository(session)
    row = await repository.get(name)
    if agent := await repository.agent_with(name):
        raise Conflict(
            f"{agent.id} has a tool that needs this secret", code="agent_secret.in_use",
            todo=f"take it out of the tools of {agent.id} first",
        )  # fmt: skip
    await session.delete(row)
    await record_act(session, caller.key_id, name, "delete", clock.now())


@internal.get("/agent-secrets/{agent_id}")
async def of_agent(
    agent_id: str, session: Session, box: Box, response: Response, _: Annotated[str, Depends(ForRole("profiles"))]
) -> AgentSecrets:
    """For workers: the secrets that the profile of this agent names, and no other."""
    agent = await session.get(AgentRow, agent_id)
    if agent is None:
        raise NotFound("there is no such agent")
    response.headers["Cache-Control"] = "no-store"
    rows = await SecretRepository(session).named(secrets_in(agent.content))
    return AgentSecrets(secrets={row.name: box.open(row.secret) for row in rows})
