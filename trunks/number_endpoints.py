"""Numbers (DIDs) over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from trunks.models import NumberRow
from trunks.repository import NumberRepository, TrunkRepository
from trunks.schemas import Number, NumberAsked, NumberChange

router = APIRouter(prefix="/v1/numbers", tags=["numbers"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


@router.post("", status_code=201, response_model=Number)
async def create(
    body: NumberAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce
) -> Number | JSONResponse:
    """Take a number in, and say which inbound trunk it comes by."""

    async def work() -> Number:
        if other := await NumberRepository(session).by_number(body.number):
            where = f"trunk {other.inbound_trunk_id}" if other.inbound_trunk_id else "no trunk"
            raise Conflict(
                f"this number exists already as {other.id}, on {where}", code="number.taken", field="number",
                todo=f"PATCH /v1/numbers/{other.id} to move it to another trunk",
            )  # fmt: skip
        await check_trunk(session, body.inbound_trunk_id)
        now = clock.now()
        row = NumberRow(id=new_id("num"), created_at=now, updated_at=now, **body.model_dump())
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return Number.model_validate(row)

    return await once.do(work)


@router.get("")
async def list_numbers(caller: Reader, session: Session, page: WantedPage) -> Page[Number]:
    rows, cursor = await page.rows(session, select(NumberRow), NumberRow.id)
    return Page(data=[Number.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{number_id}")
async def get(number_id: str, caller: Reader, session: Session) -> Number:
    return Number.model_validate(await found(session, number_id))


@router.patch("/{number_id}")
async def change(number_id: str, body: NumberChange, caller: Writer, session: Session, clock: RequestClock) -> Number:
    row = await found(session, number_id)
    sent = changes(body, nullable=frozenset({"inbound_trunk_id"}))
    await check_trunk(session, sent.get("inbound_trunk_id"))
    for name, value in sent.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return Number.model_validate(row)


@router.delete("/{number_id}", status_code=204)
async def delete(
    number_id: str, caller: Writer, session: Session, clock: RequestClock,
    keep: Annotated[bool, Query(description="at its carrier, where it goes on to be paid for")] = False,
) -> None:  # fmt: skip
    """Take it away here. One that was bought is given back by POST /v1/numbers/{number_id}/release."""
    row = await found(session, number_id)
    if row.carrier_id and not keep:
        raise Conflict(
            "this number is paid for at its carrier", code="number.paid_for",
            todo=f"give it back for good: POST /v1/numbers/{row.id}/release; or keep it there: DELETE …?keep=true",
        )  # fmt: skip
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


async def found(session: AsyncSession, number_id: str) -> NumberRow:
    row = await session.get(NumberRow, number_id)
    if row is None:
        raise NotFound("there is no such number", todo="GET /v1/numbers")
    return row


async def check_trunk(session: AsyncSession, trunk_id: str | None) -> None:
    if trunk_id is not None:
        await TrunkRepository(session).get(trunk_id, "inbound", field="inbound_trunk_id")
