"""An agent's versions over REST: a draft, what is wrong with it, published, compared, rolled back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from agents.drafting import Fault, checked, faults_of, filled, storable
from agents.endpoints import Reader, Writer, found
from agents.models import AgentDraftRow, AgentRow, AgentVersionRow
from agents.profile import AgentContent
from agents.version_changes import Change, changes
from agents.versions import Versions, same
from gateway.auth.repository import record_act
from gateway.kernel.errors import Conflict
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from gateway.rest.written import Written

DRAFT = "draft"
LAST_VERSION = 999_999_999
router = APIRouter(prefix="/v1/agents", tags=["agents"], responses=PROBLEMS)
WantedAgent = Annotated[
    str | None, Query(pattern=r"^[a-z0-9_]{1,40}$", description="whose it is to be; left out: a new one")
]
WantedVersion = Annotated[int, Path(ge=1, le=LAST_VERSION)]
Since = Annotated[int | None, Query(alias="from", ge=1, le=LAST_VERSION, description="default: the published one")]
Until = Annotated[str, Query(alias="to", pattern=r"^(draft|[1-9][0-9]{0,8})$", description="a version, or draft")]


class Checked(BaseModel):
    """Nothing was kept."""

    problems: list[Fault]


class DraftShown(BaseModel):
    content: dict[str, Any] = Field(description="as it was written")
    problems: list[Fault] = Field(description="why it cannot be published yet")
    begun_on: int = Field(description="the version that was published then")
    published: int = Field(description="the version that calls begin with now")
    draft_at: datetime
    draft_by: str = Field(description="the key that wrote it last")


class Noted(Written):
    note: str = Field(default="", max_length=500, description="why, for those who look at the versions later")


class RollbackAsked(Noted):
    version: int = Field(ge=1, le=LAST_VERSION)


class VersionListed(BaseModel):
    n: int
    published: bool = Field(description="calls begin with it now")
    note: str
    by: str = Field(description="the key that published it; empty: not known")
    published_at: datetime


class VersionShown(VersionListed):
    content: dict[str, Any]


class Diff(BaseModel):
    since: str = Field(serialization_alias="from", description="a version")
    until: str = Field(serialization_alias="to", description="a version, or draft")
    changes: list[Change]


@router.post("/check")
async def check(
    body: dict[str, Any], caller: Reader, session: Session, agent_id: WantedAgent = None
) -> Checked:  # fmt: skip
    """What is wrong with an agent, before it is one. Nothing is kept."""
    storable(body)
    if agent_id is not None:
        await found(session, agent_id)
    return Checked(problems=await faults_of(session, body, agent_id or ""))


@router.get("/{agent_id}/draft")
async def get_draft(agent_id: str, caller: Reader, session: Session) -> DraftShown:
    """What is to be published next, and what is wrong with it."""
    row = await found(session, agent_id)
    return await _draft_shown(session, row, await Versions(session, row).draft())


@router.put("/{agent_id}/draft")
async def write_draft(
    agent_id: str, body: dict[str, Any], caller: Writer, session: Session, clock: RequestClock
) -> DraftShown:
    """Keep all fields of the next version as they are written, incomplete or wrong as they may be. No call sees it."""
    storable(body)
    row = await found(session, agent_id, to_write=True)
    draft = await Versions(session, row).write_draft(body, caller.key_id, clock.now())
    return await _draft_shown(session, row, draft)


@router.delete("/{agent_id}/draft", status_code=204)
async def delete_draft(agent_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    versions = Versions(session, await found(session, agent_id))
    await versions.drop_draft(await versions.draft())
    await record_act(session, caller.key_id, agent_id, "delete draft", clock.now())


@router.post("/{agent_id}/publish", status_code=201, response_model=VersionShown)
async def publish(
    agent_id: str, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, body: Noted | None = None
) -> VersionShown | JSONResponse:
    """The next calls begin with the draft. Refused while anything is wrong with it."""

    async def work() -> VersionShown:
        row = await found(session, agent_id, to_write=True)
        versions = Versions(session, row)
        draft = await versions.draft_to_publish()
        content = await checked(session, draft.content, row.id, "the draft")
        _differs(row, content, "the draft says what is published already", "change it, or delete it")
        await versions.publish(content, "publish", caller.key_id, clock.now(), body.note if body else "")
        await versions.drop_draft(draft)
        return _shown(row, await versions.get(row.version))

    return await once.do(work)


@router.get("/{agent_id}/versions")
async def list_versions(agent_id: str, caller: Reader, session: Session, page: WantedPage) -> Page[VersionListed]:
    """The newest first."""
    row = await found(session, agent_id)
    rows, cursor = await Versions(session, row).page(page)
    return Page(data=[_listed(row, one) for one in rows], next_cursor=cursor)


@router.get("/{agent_id}/versions/{n}")
async def get_version(agent_id: str, n: WantedVersion, caller: Reader, session: Session) -> VersionShown:
    row = await found(session, agent_id)
    return _shown(row, await Versions(session, row).get(n))


@router.get("/{agent_id}/diff")
async def diff(agent_id: str, caller: Reader, session: Session, since: Since = None, until: Until = DRAFT) -> Diff:
    """What is different, field by field; entries with a name are compared with the one of that name."""
    row = await found(session, agent_id)
    versions = Versions(session, row)
    before = row.content if since is None else (await versions.get(since)).content
    after = (await versions.draft() if until == DRAFT else await versions.get(int(until))).content
    told = changes(filled(before), filled(after))
    return Diff(since=str(since or row.version), until=until, changes=told)


@router.post("/{agent_id}/rollback", status_code=201, response_model=VersionShown)
async def roll_back(
    agent_id: str, body: RollbackAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce
) -> VersionShown | JSONResponse:
    """Publish what an earlier version says as a new one. What it names may be gone by now: it is checked again."""

    async def work() -> VersionShown:
        row = await found(session, agent_id, to_write=True)
        versions = Versions(session, row)
        earlier = await versions.get(body.version)
        content = await checked(session, earlier.content, row.id, f"version {body.version}")
        _differs(row, content, f"version {body.version} says what is published already", "name another version")
        await versions.publish(content, "rollback", caller.key_id, clock.now(), body.note)
        return _shown(row, await versions.get(row.version))

    return await once.do(work)


def _differs(row: AgentRow, content: AgentContent, what: str, todo: str) -> None:
    """Raises Conflict."""
    if same(row.content, content):
        raise Conflict(what, code="agent.unchanged", todo=todo)


async def _draft_shown(session: AsyncSession, row: AgentRow, draft: AgentDraftRow) -> DraftShown:
    return DraftShown(
        content=draft.content, problems=await faults_of(session, draft.content, row.id), begun_on=draft.begun_on,
        published=row.version, draft_at=draft.draft_at, draft_by=draft.draft_by,
    )  # fmt: skip


def _listed(row: AgentRow, version: AgentVersionRow) -> VersionListed:
    return VersionListed(
        n=version.n, published=version.n == row.version, note=version.note, by=version.by,
        published_at=version.published_at,
    )  # fmt: skip


def _shown(row: AgentRow, version: AgentVersionRow) -> VersionShown:
    return VersionShown(**_listed(row, version).model_dump(), content=version.content)
