"""`/v1/screening/do-not-originate`: lists of numbers that never place calls, each replaced as a whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from compliance.screening.do_not_originate import DoNotOriginate, all_current, current
from compliance.screening.endpoints import TEXT_BODY, Reader, Writer
from compliance.screening.numbers import NumberLines
from compliance.screening.schemas import (
    CallingCode,
    ListId,
    NeverCallsLists,
    NeverCallsShown,
    NeverCallsTaken,
    RejectedLine,
    Sha256,
)
from gateway.db.session import Database
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

LISTS = "/v1/screening/do-not-originate"
router = APIRouter(prefix=LISTS, tags=["screening"], responses=PROBLEMS)
Name = Annotated[ListId, Path(description="small letters, digits, `.`, `_` and `-`")]


def lists_of(request: Request, clock: RequestClock) -> DoNotOriginate:
    database: Database = request.app.state.database
    return DoNotOriginate(database.begin, clock)


Lists = Annotated[DoNotOriginate, Depends(lists_of)]


@router.get("")
async def list_lists(caller: Reader, session: Session) -> NeverCallsLists:
    return NeverCallsLists(data=[NeverCallsShown.model_validate(row) for row in await all_current(session)])


@router.get("/{name}")
async def get_list(name: Name, caller: Reader, session: Session) -> NeverCallsShown:
    return NeverCallsShown.model_validate(await current(session, name))


@router.put("/{name}", openapi_extra=TEXT_BODY)
async def replace_list(
    name: Name,
    request: Request,
    caller: Writer,
    lists: Lists,
    calling_code: Annotated[
        CallingCode | None, Query(description="of the country whose numbers are written without +")
    ] = None,
    sha256: Annotated[Sha256 | None, Query(description="of the body; other bytes are refused")] = None,
) -> NeverCallsTaken:
    """A text with a number on each line, up to a million, in place of all that the list had. It counts from the moment
    when all of it is there; an import that breaks off or is refused leaves the list as it was."""
    row, rejected = await lists.import_list(
        name, request.stream(), NumberLines(calling_code or ""), by=caller.key_id, sha256=sha256
    )
    told = NeverCallsShown.model_validate(row).model_dump()
    return NeverCallsTaken(**told, rejected=[RejectedLine.model_validate(one) for one in rejected])


@router.delete("/{name}", status_code=204)
async def remove_list(name: Name, caller: Writer, lists: Lists) -> None:
    """Its numbers may call again at once."""
    await lists.remove(name, caller.key_id)
