"""Tables of agents: the profile that calls begin with, the versions that it had, and the draft of the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, String, delete, event, insert
from sqlalchemy.orm import Mapped, Mapper, mapped_column, object_session
from sqlalchemy.orm.attributes import get_history

from gateway.auth.models import AuditRow
from gateway.db.base import Base, UtcDateTime

MOST_VERSIONS = 200


class AgentRow(Base):
    """Whoever changes `content` makes a version of it: that is seen to below, for every writer."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[dict[str, Any]] = mapped_column(JSON, comment="AgentContent")
    version: Mapped[int] = mapped_column(comment="n of agent_versions; nobody sets it by hand")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentVersionRow(Base):
    """What calls began with from `published_at` until the next one; the latest `MOST_VERSIONS` of an agent are kept."""

    __tablename__ = "agent_versions"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="from 1")
    content: Mapped[dict[str, Any]] = mapped_column(JSON, comment="AgentContent")
    note: Mapped[str] = mapped_column(String(500), comment="why, in words")
    by: Mapped[str] = mapped_column(String(64), comment="the key that published it; empty: not known")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentDraftRow(Base):
    """The next version while it is being written: it may be incomplete and wrong."""

    __tablename__ = "agent_drafts"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON, comment="as it was written")
    begun_on: Mapped[int] = mapped_column(comment="the version that calls began with when it was begun")
    draft_at: Mapped[datetime] = mapped_column(UtcDateTime)
    draft_by: Mapped[str] = mapped_column(String(64), comment="the key that wrote it last")


def _first(_: Mapper[AgentRow], __: Connection, row: AgentRow) -> None:
    row.version = 1


def _inserted(_: Mapper[AgentRow], connection: Connection, row: AgentRow) -> None:
    _keep(connection, row)


def _updated(_: Mapper[AgentRow], connection: Connection, row: AgentRow) -> None:
    if not get_history(row, "content").has_changes():
        return
    row.version += 1
    _keep(connection, row)
    too_old = (AgentVersionRow.agent_id == row.id, AgentVersionRow.n <= row.version - MOST_VERSIONS)
    connection.execute(delete(AgentVersionRow).where(*too_old))


def _keep(connection: Connection, row: AgentRow) -> None:
    """A second writer at the same moment meets the key of the table, and changes nothing."""
    values = {
        "agent_id": row.id, "n": row.version, "content": row.content, "note": "", "by": _who(row),
        "published_at": row.updated_at,
    }  # fmt: skip
    connection.execute(insert(AgentVersionRow).values(**values))


def _who(row: AgentRow) -> str:
    """The subject of the act that is recorded together with the change."""
    session = object_session(row)
    acts = (one for one in (session.new if session else ()) if isinstance(one, AuditRow) and one.object == row.id)
    return next((one.subject for one in acts), "")


event.listen(AgentRow, "before_insert", _first)
event.listen(AgentRow, "after_insert", _inserted)
event.listen(AgentRow, "before_update", _updated)
