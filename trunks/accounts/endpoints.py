"""`/v1/carriers`: accounts at carriers. While a carrier is asked something, no transaction is open here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import Conflict
from gateway.kernel.ids import new_id
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from trunks.accounts.accounts import Accounts, read_keys
from trunks.accounts.models import CarrierRow
from trunks.accounts.repository import CarrierRepository
from trunks.accounts.schemas import CarrierAsked, CarrierChange, CarrierShown, KindShown
from trunks.carriers.kinds import KINDS, registered
from trunks.carriers.registry import Keys

router = APIRouter(prefix="/v1/carriers", tags=["carriers"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


def accounts_of(request: Request) -> Accounts:
    return request.app.state.accounts


OpenAccounts = Annotated[Accounts, Depends(accounts_of)]


async def asked_keys(body: CarrierAsked, _: Writer, accounts: OpenAccounts) -> Keys:
    return await tried(accounts, body.kind, read_keys(body.kind, body.keys), check=body.check_keys)


async def changed_keys(
    carrier_id: str, body: CarrierChange, _: Writer, accounts: OpenAccounts, request: Request
) -> Keys | None:
    if body.keys is None:
        return None
    async with request.app.state.database.begin() as session:
        kind = (await CarrierRepository(session).get(carrier_id)).kind
    return await tried(accounts, kind, read_keys(kind, body.keys), check=body.check_keys)


async def tried(accounts: Accounts, kind: str, keys: Keys, *, check: bool) -> Keys:
    """Raises NotAuthenticated, NotAllowed or Unavailable, as the carrier answered."""
    if check:
        async with accounts.untried(kind, keys) as carrier:
            await carrier.check()
    return keys


@router.post("", status_code=201, response_model=CarrierShown)
async def create(
    body: CarrierAsked, keys: Annotated[Keys, Depends(asked_keys)], caller: Writer, session: Session,
    clock: RequestClock, once: CreateOnce, accounts: OpenAccounts,
) -> CarrierShown | JSONResponse:  # fmt: skip
    """Give the keys of an account at a carrier; they are tried first, and kept encrypted."""

    async def work() -> CarrierShown:
        now = clock.now()
        await check_name(CarrierRepository(session), body.name)
        row = CarrierRow(
            id=new_id("car"), name=body.name, kind=body.kind, keys=accounts.seal(keys),
            checked_at=now if body.check_keys else None, created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return CarrierShown.model_validate(row)

    return await once.do(work)


@router.get("")
async def list_carriers(_: Reader, session: Session, page: WantedPage) -> Page[CarrierShown]:
    rows, cursor = await page.rows(session, select(CarrierRow), CarrierRow.id)
    return Page(data=[CarrierShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/kinds")
async def kinds(_: Reader) -> list[KindShown]:
    """The carriers that this gateway knows, what their keys are called, and what can be done there."""
    return [
        KindShown(
            kind=kind,
            name=registered(kind).capabilities.name,
            keys={name: one.is_required() for name, one in registered(kind).keys.model_fields.items()},
            can=registered(kind).capabilities.words(),
        )
        for kind in KINDS
    ]


@router.get("/{carrier_id}")
async def get(carrier_id: str, _: Reader, session: Session) -> CarrierShown:
    """By id or by name."""
    return CarrierShown.model_validate(await CarrierRepository(session).get(carrier_id))


@router.patch("/{carrier_id}")
async def change(
    carrier_id: str, body: CarrierChange, keys: Annotated[Keys | None, Depends(changed_keys)], caller: Writer,
    session: Session, clock: RequestClock, accounts: OpenAccounts,
) -> CarrierShown:  # fmt: skip
    """Another name, or other keys of the same account."""
    repository = CarrierRepository(session)
    row = await repository.get(carrier_id)
    name = changes(body).get("name", row.name)
    if name != row.name:
        await check_name(repository, name)
        row.name = name
    row.updated_at = clock.now()
    if keys is not None:
        row.keys = accounts.seal(keys)
        row.checked_at = row.updated_at if body.check_keys else None
    await record_act(session, caller.key_id, row.id, "update", row.updated_at)
    return CarrierShown.model_validate(row)


@router.delete("/{carrier_id}", status_code=204)
async def delete(carrier_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    """Forget the keys. Nothing is changed at the carrier."""
    row = await CarrierRepository(session).get(carrier_id)
    numbers, trunks = await CarrierRepository(session).uses(row.id)
    if numbers or trunks:
        raise Conflict(
            f"{numbers} numbers and {trunks} trunks are at this carrier", code="carrier.in_use",
            todo="release or delete them first",
        )  # fmt: skip
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


async def check_name(repository: CarrierRepository, name: str) -> None:
    if await repository.by_name(name):
        raise Conflict(
            f"an account is named {name} already", code="carrier.name_taken", field="name",
            todo="choose another name, or change that one",
        )  # fmt: skip
