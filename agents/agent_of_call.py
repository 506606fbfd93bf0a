"""Whose call it is: the agent that answers it, as its profile stands now."""

from __future__ import annotations

from agents.models import AgentRow
from agents.profile import AgentContent
from gateway.calls.repository import CallRepository
from gateway.calls.service import Calls
from gateway.calls.stored import read_call
from gateway.kernel.errors import NotFound


async def agent_of_call(calls: Calls, call_id: str) -> tuple[str, AgentContent]:
    """Its id and what a user wrote of it. Raises NotFound."""
    async with calls.begin() as session:
        row = await CallRepository(session).get(call_id)
        agent_id = read_call(row).agent_id if row else ""
        agent = await session.get(AgentRow, agent_id) if agent_id else None
    if agent is None:
        raise NotFound("there is no call with an agent by this name", code="call.not_found")
    return agent_id, AgentContent.model_validate(agent.content)
