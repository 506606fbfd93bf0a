"""Queries of the secrets of tools, and of the agents that name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import AgentRow
from agents.tool_choice import ToolChoice
from agents.tool_secrets.models import AgentSecretRow
from gateway.kernel.errors import NotFound


class SecretRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, name: str) -> AgentSecretRow | None:
        return await self._session.get(AgentSecretRow, name)

    async def get(self, name: str) -> AgentSecretRow:
        """Raises NotFound."""
        if row := await self.find(name):
            return row
        raise NotFound("there is no such secret", code="agent_secret.unknown", todo="GET /v1/agent-secrets")

    async def named(self, names: Collection[str]) -> list[AgentSecretRow]:
        rows = await self._session.scalars(select(AgentSecretRow).where(AgentSecretRow.name.in_(names)))
        return list(rows)

    async def missing(self, content: Mapping[str, Any]) -> list[str]:
        """Secrets that a profile's content names and that nobody has stored."""
        names = secrets_in(content)
        return sorted(names - {row.name for row in await self.named(names)}) if names else []

    async def agent_with(self, name: str) -> AgentRow | None:
        """An agent whose published profile names it."""
        agents = await self._session.scalars(select(AgentRow).order_by(AgentRow.id))
        return next((one for one in agents if name in secrets_in(one.content)), None)

    async def any_secret(self) -> bool:
        return await self._session.scalar(select(AgentSecretRow.name).limit(1)) is not None


def secrets_in(content: Mapping[str, Any]) -> set[str]:
    """Names of the secrets that a stored profile's tools need."""
    return {name for one in content.get("tools", ()) for name in ToolChoice.model_validate(one).secrets}
