"""`/v1/carrier-trunks`: trunks that plans have made at carriers; each has an inbound and an outbound side here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import record_act
from gateway.kernel.errors import Conflict, NotFound
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from trunks.accounts.endpoints import OpenAccounts, Reader, Writer
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.carriers.port import RemoteTrunk
from trunks.models import NumberRow, TrunkRow

router = APIRouter(prefix="/v1/carrier-trunks", tags=["carriers"], responses=PROBLEMS)


class CarrierTrunkShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    carrier_id: str
    tag: str = Field(description="by which it is found at the carrier")
    spec: dict[str, Any]
    username: str
    remote_id: str
    host: str = Field(description="where calls out go")
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    created_at: datetime
    updated_at: datetime


@router.get("")
async def list_trunks(_: Reader, session: Session, page: WantedPage) -> Page[CarrierTrunkShown]:
    rows, cursor = await page.rows(session, select(CarrierTrunkRow), CarrierTrunkRow.id)
    return Page(data=[CarrierTrunkShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{trunk_id}")
async def get(trunk_id: str, _: Reader, session: Session) -> CarrierTrunkShown:
    return CarrierTrunkShown.model_validate(await found(session, trunk_id))


@router.delete("/{trunk_id}", status_code=204)
async def delete(trunk_id: str, caller: Writer, request: Request, accounts: OpenAccounts, clock: RequestClock) -> None:
    """At the carrier first, then here, with both sides. Refused while anything needs it."""
    database = request.app.state.database
    async with database.begin() as session:
        row = await found(session, trunk_id)
        await check_unused(session, row, request)
        account = await session.get(CarrierRow, row.carrier_id)
    assert account is not None
    if row.remote_id:
        await accounts.of(account).delete_trunk(RemoteTrunk(row.remote_id, row.tag, row.name, row.host, ()))
    async with database.begin() as session:
        there = await session.get(CarrierTrunkRow, trunk_id)
        if there is not None:
            await forget(session, there)
            await record_act(session, caller.key_id, trunk_id, "delete", clock.now())
    request.app.state.provisioning.changed()


async def found(session: AsyncSession, trunk_id: str) -> CarrierTrunkRow:
    row = await session.get(CarrierTrunkRow, trunk_id)
    if row is None:
        raise NotFound(
            "there is no such trunk at a carrier", code="carrier_trunk.unknown", todo="GET /v1/carrier-trunks"
        )
    return row


async def check_unused(session: AsyncSession, row: CarrierTrunkRow, request: Request) -> None:
    """Raises Conflict."""
    numbers = select(func.count()).select_from(NumberRow).where(NumberRow.inbound_trunk_id == row.inbound_trunk_id)
    if row.inbound_trunk_id and (count := await session.scalar(numbers)):
        raise in_use(f"{count} numbers come by it", "lead them to another trunk first: gateway numbers assign")
    if row.inbound_trunk_id and (rule := await request.app.state.rule_of_trunk(session, row.inbound_trunk_id)):
        raise in_use(f"rule {rule} takes calls from it", f"change or delete {rule} first")
    if row.outbound_trunk_id and (target := await request.app.state.target_of_trunk(session, row.outbound_trunk_id)):
        raise in_use(f"{target} is called by it", f"give {target} another trunk, or delete it first")
    if row.outbound_trunk_id and (
        campaign := await request.app.state.campaign_of_trunk(session, row.outbound_trunk_id)
    ):
        raise in_use(f"{campaign} calls by it", f"give {campaign} another trunk, or stop it first")


async def forget(session: AsyncSession, row: CarrierTrunkRow) -> None:
    """With both sides."""
    sides = [row.inbound_trunk_id, row.outbound_trunk_id]
    await session.delete(row)
    await session.flush()
    for side_id in sides:
        if side := await session.get(TrunkRow, side_id or ""):
            await session.delete(side)


def in_use(words: str, todo: str) -> Conflict:
    return Conflict(words, code="trunk.in_use", todo=todo)
