"""API keys over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from gateway.auth.deps import Caller, Needs
from gateway.auth.models import ApiKeyRow
from gateway.auth.repository import KeyRepository, record_act
from gateway.auth.scopes import Role, Scope
from gateway.kernel.errors import NotFound
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from gateway.rest.written import Written

router = APIRouter(prefix="/v1/api-keys", tags=["api-keys"], responses=PROBLEMS)
Admin = Annotated[Caller, Needs(Scope.KEYS_ADMIN)]


class KeyAsked(Written):
    name: str = Field(min_length=1, max_length=100, examples=["billing system"])
    role: Role = Role.VIEWER


class KeyShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class KeyCreated(KeyShown):
    key: str = Field(description="shown this once")


@router.post("", status_code=201, response_model=KeyCreated)
async def create(
    body: KeyAsked, caller: Admin, session: Session, clock: RequestClock, once: CreateOnce
) -> KeyCreated | JSONResponse:
    """Make a key; its text is in this answer and nowhere else."""

    async def work() -> KeyCreated:
        row, key = await KeyRepository(session).create(body.name, body.role, clock.now())
        await record_act(session, caller.key_id, row.id, "create", clock.now())
        return KeyCreated(key=key.text, **KeyShown.model_validate(row).model_dump())

    return await once.do(work, secret=True)


@router.get("")
async def list_keys(caller: Admin, session: Session, page: WantedPage) -> Page[KeyShown]:
    """All keys, without their secrets."""
    rows, cursor = await page.rows(session, select(ApiKeyRow), ApiKeyRow.id)
    return Page(data=[KeyShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: str, caller: Admin, session: Session, clock: RequestClock) -> None:
    """The key stops working at once."""
    row = await session.get(ApiKeyRow, key_id)
    if row is None:
        raise NotFound("there is no such key", todo="GET /v1/api-keys")
    row.revoked_at = row.revoked_at or clock.now()
    await record_act(session, caller.key_id, key_id, "revoke", clock.now())
