"""`/v1/do-not-call/lists`: imported lists, each replaced as a whole; `/v1/dial-holidays`: days that are nobody's."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from compliance.consent.terms import Place
from compliance.dialling.terms import Scope as ListScope
from compliance.do_not_call.endpoints import Reader, Writer
from compliance.do_not_call.list_lines import ListLines
from compliance.do_not_call.lists import DoNotCallLists, Head, all_current, current
from compliance.do_not_call.repository import Holidays
from compliance.do_not_call.schemas import (
    AllHolidays,
    CallingCode,
    HolidaysAsked,
    HolidaysShown,
    ListId,
    Lists,
    ListShown,
    ListTaken,
    RejectedLine,
    Sha256,
)
from gateway.auth.repository import record_act
from gateway.db.session import Database
from gateway.kernel.errors import BadInput
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

LISTS, HOLIDAYS = "/v1/do-not-call/lists", "/v1/dial-holidays"
router = APIRouter(prefix=LISTS, tags=["do not call"], responses=PROBLEMS)
holidays = APIRouter(prefix=HOLIDAYS, tags=["do not call"], responses=PROBLEMS)
Name = Annotated[ListId, Path(description="small letters, digits, `.`, `_` and `-`")]
TEXT_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}
}


def lists_of(request: Request, clock: RequestClock) -> DoNotCallLists:
    database: Database = request.app.state.database
    return DoNotCallLists(database.begin, clock)


ListsOf = Annotated[DoNotCallLists, Depends(lists_of)]


@router.get("")
async def list_lists(caller: Reader, session: Session) -> Lists:
    return Lists(data=[ListShown.model_validate(row) for row in await all_current(session)])


@router.get("/{name}")
async def get_list(name: Name, caller: Reader, session: Session) -> ListShown:
    return ListShown.model_validate(await current(session, name))


@router.put("/{name}", openapi_extra=TEXT_BODY)
async def replace_list(
    name: Name,
    request: Request,
    caller: Writer,
    lists: ListsOf,
    place: Annotated[Place, Query(description="whose law or people it is for: US, GB, US-TX")],
    dated: Annotated[date, Query(description="the day it was taken from the register")],
    register: Annotated[ListId | None, Query(description="us-national, gb-tps, gb-ctps; left out: the name")] = None,
    scope: Annotated[ListScope, Query(description="marketing: may still be informed")] = "marketing",
    calling_code: Annotated[
        CallingCode | None, Query(description="of the country whose numbers are written without +")
    ] = None,
    sha256: Annotated[Sha256 | None, Query(description="of the body; other bytes are refused")] = None,
) -> ListTaken:
    """A text with a number on each line, up to a million, in place of all that the list had. It counts from the moment
    when all of it is there; an import that breaks off or is refused leaves the list as it was. Registers are known by
    name in the rules: parts of one, such as a file for each area code, are lists with names of their own."""
    head = Head(name, register or name, place, scope, dated)
    row, rejected = await lists.import_list(
        head, request.stream(), ListLines(calling_code or ""), by=caller.key_id, sha256=sha256
    )
    shown = [RejectedLine.model_validate(one) for one in rejected]
    return ListTaken(list=ListShown.model_validate(row), rejected=shown)


@router.delete("/{name}", status_code=204)
async def remove_list(name: Name, caller: Writer, lists: ListsOf) -> None:
    """Its numbers no longer stand in the way; a rule that wants it looked at then refuses every call for want of it."""
    await lists.remove(name, caller.key_id)


@holidays.get("")
async def list_holidays(caller: Reader, session: Session) -> AllHolidays:
    return AllHolidays(data=[HolidaysShown.model_validate(row) for row in await Holidays(session).all()])


@holidays.put("/{place}/{year}")
async def put_holidays(
    place: Place,
    year: Annotated[int, Path(ge=2020, le=2100)],
    body: HolidaysAsked,
    caller: Writer,
    session: Session,
    clock: RequestClock,
) -> HolidaysShown:
    """All holidays of a year, in place of what was said before. Where a rule wants nobody called on holidays, nobody
    is called in a year of which they are not known."""
    if any(day.year != year for day in body.days):
        raise BadInput("a day is not of that year", field="days", todo=f"PUT {HOLIDAYS}/{place}/{{its year}}")
    row = await Holidays(session).put(place, year, body.days, clock.now())
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return HolidaysShown.model_validate(row)
