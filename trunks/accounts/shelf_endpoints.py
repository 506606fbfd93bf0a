"""What is on offer at a carrier, what the account has, and giving a number back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput, Conflict, NotFound
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock
from trunks.accounts.accounts import Accounts
from trunks.accounts.endpoints import OpenAccounts, Reader
from trunks.accounts.models import CarrierRow
from trunks.accounts.repository import CarrierRepository
from trunks.accounts.schemas import OfferShown, OwnedShown, PriceShown, Release, StepForPeople
from trunks.carriers.port import Feature, Money, NumberKind, NumberQuery
from trunks.models import NumberRow
from trunks.repository import NumberRepository
from trunks.schemas import Country
from trunks.schemas import Money as MoneyText

router = APIRouter(tags=["carriers"], responses=PROBLEMS)
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


def price(money: Money | None) -> PriceShown | None:
    return PriceShown(amount=str(money.amount), currency=money.currency) if money else None


async def row_of(request: Request, carrier_id: str) -> CarrierRow:
    """In a transaction of its own, over before the carrier is asked."""
    async with request.app.state.database.begin() as session:
        return await CarrierRepository(session).get(carrier_id)


@router.get("/v1/carriers/{carrier_id}/offers")
async def offers(
    carrier_id: str, _: Reader, request: Request, accounts: OpenAccounts, country: Country,
    kind: NumberKind = "local",
    area: Annotated[str, Query(pattern=r"^[0-9]{0,10}$", description="national destination code")] = "",
    contains: Annotated[str, Query(pattern=r"^[0-9]{0,10}$", description="digits in a row")] = "",
    feature: Annotated[list[Feature] | None, Query(max_length=4, description="default: voice")] = None,
    max_monthly: Annotated[MoneyText | None, Query(description="in the carrier's currency")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[OfferShown]:  # fmt: skip
    """Numbers that can be bought now, with what they cost. Buying is a plan: POST /v1/plans."""
    carrier = accounts.of(await row_of(request, carrier_id))
    query = NumberQuery(country, kind, area, contains, frozenset(feature or ["voice"]), limit)
    return [
        OfferShown(
            number=one.number, country=one.country, kind=one.kind, features=sorted(one.features),
            once=price(one.once), monthly=price(one.monthly),
            needs=[StepForPeople.model_validate(step) for step in one.needs],
        )
        for one in (await carrier.search(query))[:limit]
        if max_monthly is None or (one.monthly and one.monthly.amount <= Decimal(max_monthly))
    ]  # fmt: skip


@router.get("/v1/carriers/{carrier_id}/numbers")
async def owned(carrier_id: str, _: Reader, request: Request, accounts: OpenAccounts) -> list[OwnedShown]:
    """Every number that the account has, ours or not. Taking one in is a plan: POST /v1/plans."""
    row = await row_of(request, carrier_id)
    found = [one async for one in accounts.of(row).numbers()]
    async with request.app.state.database.begin() as session:
        ours = {one.number: one.id for one in await NumberRepository(session).of_carrier(row.id)}
    return [
        OwnedShown(
            number=one.number, remote_id=one.remote_id, tag=one.tag, leads_somewhere=bool(one.trunk_id),
            monthly=price(one.monthly), number_id=ours.get(one.number),
        )
        for one in found
    ]  # fmt: skip


@router.post("/v1/numbers/{number_id}/release", status_code=204)
async def release(
    number_id: str, body: Release, caller: Writer, request: Request, accounts: OpenAccounts, clock: RequestClock
) -> None:
    """Give a number back to its carrier, for good; it is paid for no longer, and somebody else may get it."""
    async with request.app.state.database.begin() as session:
        row = await session.get(NumberRow, number_id)
        carrier_row = await CarrierRepository(session).get(row.carrier_id) if row and row.carrier_id else None
    if row is None:
        raise NotFound("there is no such number", todo="GET /v1/numbers")
    if carrier_row is None:
        raise Conflict(
            "the number was bought at no carrier that we have keys of", code="number.not_at_carrier",
            todo="give it back where it was bought, then DELETE /v1/numbers/{number_id}",
        )  # fmt: skip
    if parse_e164(body.number) != row.number:
        raise BadInput(
            "this is not the number that would be released", code="number.typed_wrong", field="number",
            todo="type the number itself, as GET /v1/numbers/{number_id} shows it",
        )  # fmt: skip
    await give_back(accounts, carrier_row, row)
    async with request.app.state.database.begin() as session:
        gone = await session.get(NumberRow, number_id)
        if gone is not None:
            await session.delete(gone)
            await record_act(session, caller.key_id, number_id, "release", clock.now())
    request.app.state.provisioning.changed()


async def give_back(accounts: Accounts, carrier_row: CarrierRow, row: NumberRow) -> None:
    """At the carrier; one that is not there any more counts as given back."""
    carrier = accounts.of(carrier_row)
    async for one in carrier.numbers():
        if one.number == row.number:
            await carrier.release(one)
            return
