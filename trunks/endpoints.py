"""Inbound and outbound trunks over REST: two routers over one table."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import Conflict
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session, box_of
from trunks.accounts.repository import CarrierRepository
from trunks.models import NumberRow, TrunkRow
from trunks.provisioning import Provisioning
from trunks.repository import TrunkRepository
from trunks.routes.repository import RouteRepository
from trunks.rows import change_row, new_row
from trunks.schemas import (
    InboundTrunk,
    InboundTrunkAsked,
    InboundTrunkChange,
    OutboundTrunk,
    OutboundTrunkAsked,
    OutboundTrunkChange,
    SyncState,
)
from trunks.terms import check_inbound, check_outbound
from trunks.trust import check_trust

inbound = APIRouter(prefix="/v1/inbound-trunks", tags=["inbound-trunks"], responses=PROBLEMS)
outbound = APIRouter(prefix="/v1/outbound-trunks", tags=["outbound-trunks"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
NULLABLE_OUTBOUND = frozenset({"max_calls", "max_calls_per_s", "price_per_minute", "max_spend_per_day"})


def provisioning_of(request: Request) -> Provisioning:
    return request.app.state.provisioning


@inbound.post("", status_code=201, response_model=InboundTrunk)
async def create_inbound(
    body: InboundTrunkAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, request: Request
) -> InboundTrunk | JSONResponse:
    """Let a carrier or PBX call in."""

    async def work() -> InboundTrunk:
        row = new_row("inbound", body.model_dump(), box_of(request), clock.now())
        check_inbound(row, await TrunkRepository(session).all("inbound"))
        await check_trust(session, row.caller_trust, row.trust_pin, request.app.state)
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", clock.now())
        await session.flush()
        return InboundTrunk.model_validate(row)

    return await once.do(work)


@inbound.get("")
async def list_inbound(caller: Reader, session: Session, page: WantedPage) -> Page[InboundTrunk]:
    rows, cursor = await page.rows(session, select(TrunkRow).where(TrunkRow.direction == "inbound"), TrunkRow.id)
    return Page(data=[InboundTrunk.model_validate(row) for row in rows], next_cursor=cursor)


@inbound.get("/sync")
async def sync_inbound(caller: Reader, request: Request) -> SyncState:
    """Does LiveKit have these trunks as they are here?"""
    return await provisioning_of(request).state("inbound-trunks")


@inbound.get("/{trunk_id}")
async def get_inbound(trunk_id: str, caller: Reader, session: Session) -> InboundTrunk:
    return InboundTrunk.model_validate(await TrunkRepository(session).get(trunk_id, "inbound"))


@inbound.patch("/{trunk_id}")
async def change_inbound(
    trunk_id: str, body: InboundTrunkChange, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> InboundTrunk:
    repository = TrunkRepository(session)
    row = await repository.get(trunk_id, "inbound")
    change_row(row, changes(body, nullable=frozenset({"max_calls"})), box_of(request), clock.now())
    check_inbound(row, [one for one in await repository.all("inbound") if one.id != row.id])
    await check_trust(session, row.caller_trust, row.trust_pin, request.app.state)
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return InboundTrunk.model_validate(row)


@inbound.delete("/{trunk_id}", status_code=204)
async def delete_inbound(
    trunk_id: str, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> None:
    row = await TrunkRepository(session).get(trunk_id, "inbound")
    await check_alone(session, row.id)
    used = await session.scalar(select(func.count()).select_from(NumberRow).where(NumberRow.inbound_trunk_id == row.id))
    if used:
        raise Conflict(
            f"{used} numbers are attached to this trunk", code="trunk.in_use", todo="attach them to another trunk first"
        )
    if rule := await request.app.state.rule_of_trunk(session, row.id):
        raise Conflict(
            f"rule {rule} takes calls from this trunk", code="trunk.in_use", todo=f"change or delete {rule} first"
        )
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


@outbound.post("", status_code=201, response_model=OutboundTrunk)
async def create_outbound(
    body: OutboundTrunkAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, request: Request
) -> OutboundTrunk | JSONResponse:
    """A way out to a carrier."""

    async def work() -> OutboundTrunk:
        row = new_row("outbound", body.model_dump(), box_of(request), clock.now())
        check_outbound(row)
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", clock.now())
        await session.flush()
        return OutboundTrunk.model_validate(row)

    return await once.do(work)


@outbound.get("")
async def list_outbound(caller: Reader, session: Session, page: WantedPage) -> Page[OutboundTrunk]:
    rows, cursor = await page.rows(session, select(TrunkRow).where(TrunkRow.direction == "outbound"), TrunkRow.id)
    return Page(data=[OutboundTrunk.model_validate(row) for row in rows], next_cursor=cursor)


@outbound.get("/sync")
async def sync_outbound(caller: Reader, request: Request) -> SyncState:
    """Does LiveKit have these trunks as they are here?"""
    return await provisioning_of(request).state("outbound-trunks")


@outbound.get("/{trunk_id}")
async def get_outbound(trunk_id: str, caller: Reader, session: Session) -> OutboundTrunk:
    return OutboundTrunk.model_validate(await TrunkRepository(session).get(trunk_id, "outbound"))


@outbound.patch("/{trunk_id}")
async def change_outbound(
    trunk_id: str, body: OutboundTrunkChange, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> OutboundTrunk:
    row = await TrunkRepository(session).get(trunk_id, "outbound")
    change_row(row, changes(body, nullable=NULLABLE_OUTBOUND), box_of(request), clock.now())
    check_outbound(row)
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return OutboundTrunk.model_validate(row)


@outbound.delete("/{trunk_id}", status_code=204)
async def delete_outbound(
    trunk_id: str, caller: Writer, session: Session, clock: RequestClock, request: Request
) -> None:
    row = await TrunkRepository(session).get(trunk_id, "outbound")
    await check_alone(session, row.id)
    if target := await request.app.state.target_of_trunk(session, row.id):
        raise Conflict(
            f"transfer target {target} is called by this trunk", code="trunk.in_use",
            todo=f"give {target} another trunk_id, or delete it first",
        )  # fmt: skip
    if campaign := await request.app.state.campaign_of_trunk(session, row.id):
        raise Conflict(
            f"campaign {campaign} calls by this trunk", code="trunk.in_use",
            todo=f"give {campaign} another trunk_id, or stop it first",
        )  # fmt: skip
    if route := await RouteRepository(session).of_trunk(row.id):
        raise Conflict(
            f"route {route} leads to this trunk", code="trunk.in_use",
            todo=f"PATCH /v1/routes/{route} with another trunk_id, or delete it first",
        )  # fmt: skip
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


async def check_alone(session: AsyncSession, trunk_id: str) -> None:
    """Raises Conflict for a side of a trunk that a plan has made at a carrier."""
    if whole := await CarrierRepository(session).of_trunk(trunk_id):
        raise Conflict(
            f"this is a side of {whole.name}, a trunk at a carrier", code="trunk.in_use",
            todo=f"DELETE /v1/carrier-trunks/{whole.id}",
        )  # fmt: skip
