"""Queries of agents' versions and drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import MOST_VERSIONS, AgentDraftRow, AgentRow, AgentVersionRow
from agents.profile import AgentContent
from gateway.auth.repository import record_act
from gateway.kernel.errors import BadInput, Conflict, NotFound
from gateway.rest.pages import Cut, cursor_after

_LONGEST_CURSOR = 9  # digits: what the column can count to


class Versions:
    """Of one agent. `by`: an API key's id."""

    def __init__(self, session: AsyncSession, agent: AgentRow) -> None:
        self._session, self._agent = session, agent
        self._write_one = f"write one: PUT /v1/agents/{agent.id}/draft"

    async def publish(self, content: AgentContent, verb: str, by: str, now: datetime, note: str = "") -> None:
        """Calls begin with it from now on. What says the same as before makes no version. `verb`: of the act."""
        row, before = self._agent, self._agent.version
        await record_act(self._session, by, row.id, verb, now)
        if not same(row.content, content):
            row.name, row.content = content.name, content.model_dump(mode="json")
        row.updated_at = now
        await self._session.flush()
        if note and row.version != before:
            this = (AgentVersionRow.agent_id == row.id, AgentVersionRow.n == row.version)
            await self._session.execute(update(AgentVersionRow).where(*this).values(note=note))

    async def get(self, n: int) -> AgentVersionRow:
        """Raises NotFound."""
        row = await self._session.get(AgentVersionRow, (self._agent.id, n), populate_existing=True)
        if row is None:
            raise NotFound(
                f"the agent has no version {n}; the latest {MOST_VERSIONS} are kept", code="agent.no_version",
                todo=f"GET /v1/agents/{self._agent.id}/versions",
            )  # fmt: skip
        return row

    async def page(self, cut: Cut) -> tuple[list[AgentVersionRow], str | None]:
        """The newest first. Raises BadInput for a cursor that is not ours."""
        query = select(AgentVersionRow).where(AgentVersionRow.agent_id == self._agent.id)
        if cut.before is not None:
            if not (cut.before.isascii() and cut.before.isdecimal()) or len(cut.before) > _LONGEST_CURSOR:
                raise BadInput("cursor is not one of ours", field="cursor", todo="use next_cursor of the page before")
            query = query.where(AgentVersionRow.n < int(cut.before))
        found = list(await self._session.scalars(query.order_by(AgentVersionRow.n.desc()).limit(cut.limit + 1)))
        rows = found[: cut.limit]
        return rows, cursor_after(str(rows[-1].n)) if len(found) > cut.limit else None

    async def draft(self) -> AgentDraftRow:
        """Raises NotFound."""
        row = await self._session.get(AgentDraftRow, self._agent.id)
        if row is None:
            raise NotFound("the agent has no draft", code="agent.no_draft", todo=self._write_one)
        return row

    async def draft_to_publish(self) -> AgentDraftRow:
        """Raises Conflict when there is none, and when another version has been published since it was begun."""
        row, now = await self._session.get(AgentDraftRow, self._agent.id), self._agent.version
        if row is None:
            raise Conflict("the agent has no draft to publish", code="agent.no_draft", todo=self._write_one)
        if row.begun_on != now:
            raise Conflict(
                f"the draft was begun on version {row.begun_on}, and version {now} has been published since",
                code="agent.draft_behind",
                todo="look at the diff, delete the draft, and write it again",
            )
        return row

    async def write_draft(self, content: Mapping[str, Any], by: str, now: datetime) -> AgentDraftRow:
        """In place of the one before; it stays begun on the version that the first one was begun on."""
        row = await self._session.get(AgentDraftRow, self._agent.id)
        if row is None:
            row = AgentDraftRow(agent_id=self._agent.id, begun_on=self._agent.version)
            self._session.add(row)
        row.content, row.draft_at, row.draft_by = dict(content), now, by
        await record_act(self._session, by, self._agent.id, "draft", now)
        await self._session.flush()
        return row

    async def drop_draft(self, row: AgentDraftRow) -> None:
        await self._session.delete(row)
        await self._session.flush()


def same(before: Mapping[str, Any], after: AgentContent) -> bool:
    """Calls are held alike by both; a field that an older version does not have yet is as if left out."""
    try:
        return AgentContent.model_validate(before) == after
    except ValidationError:
        return False
