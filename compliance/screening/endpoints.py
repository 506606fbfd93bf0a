"""`/v1/screening/entries` and its imports: who is kept out, and who is let in all the same."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from compliance.screening.entry_line import Wanted
from compliance.screening.found import ListName
from compliance.screening.importing import import_entries
from compliance.screening.models import EntryRow
from compliance.screening.repository import EntryRepository
from compliance.screening.schemas import EntriesTaken, EntryAsked, EntryChange, EntryShown
from compliance.screening.value import LONGEST_VALUE, Kind, kind_of, read_value
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.db.session import Database
from gateway.kernel.errors import NotAllowed
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/screening", tags=["screening"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
TEXT_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}
}
IMPORTS = "/v1/screening/imports"


@router.post("/entries", status_code=201, response_model=EntryShown)
async def create_entry(
    body: EntryAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce
) -> EntryShown | JSONResponse:
    """Block or allow a number, a prefix, a range or a source."""

    async def work() -> EntryShown:
        value, now = read_value(body.value, body.kind), clock.now()
        row = await EntryRepository(session).add(Wanted(body.list, value, body.note, body.expires_at), now)
        await record_act(session, caller.key_id, row.id, "create", now)
        return shown(row, caller)

    return await once.do(work)


@router.get("/entries")
async def list_entries(
    caller: Reader,
    session: Session,
    page: WantedPage,
    in_list: Annotated[ListName | None, Query(alias="list")] = None,
    kind: Kind | None = None,
    value: Annotated[
        str | None, Query(max_length=LONGEST_VALUE, description="exactly this one; needs the scope calls:pii")
    ] = None,
) -> Page[EntryShown]:
    """The newest first; those that have expired are there until they are forgotten a week later."""
    if value is not None and not caller.may(Scope.CALLS_PII):  # who may not see it may not guess it either
        raise NotAllowed("looking for a value needs the scope calls:pii", field="value", todo="use a key that has it")
    wanted = read_value(value, kind or kind_of(value)) if value else None
    found, named = wanted.text if wanted else None, wanted.kind if wanted else kind
    rows, cursor = await EntryRepository(session).page(page, which=in_list, kind=named, value=found)
    return Page(data=[shown(row, caller) for row in rows], next_cursor=cursor)


@router.get("/entries/{entry_id}")
async def get_entry(entry_id: str, caller: Reader, session: Session) -> EntryShown:
    return shown(await EntryRepository(session).get(entry_id), caller)


@router.patch("/entries/{entry_id}")
async def change_entry(
    entry_id: str, body: EntryChange, caller: Writer, session: Session, clock: RequestClock
) -> EntryShown:
    """Its note, and until when it counts."""
    row = await EntryRepository(session).get(entry_id)
    for name, value in changes(body, nullable=frozenset({"expires_at"})).items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return shown(row, caller)


@router.delete("/entries/{entry_id}", status_code=204)
async def delete_entry(entry_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    row = await EntryRepository(session).get(entry_id)
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


@router.post("/imports", openapi_extra=TEXT_BODY)
async def import_file(
    request: Request,
    caller: Writer,
    clock: RequestClock,
    in_list: Annotated[
        ListName | None, Query(alias="list", description="for lines that do not say it themselves")
    ] = None,
) -> EntriesTaken:
    """Take many at once: a text with a value on each line, or CSV (`value,list,kind,note,expires_at`).

    The kind is seen from the value: an address or a CIDR block is a source, `+1900*` a prefix, `+…-+…` a range. Good
    lines are taken, bad ones are told with their reason. The same file sent again changes nothing.
    """
    database: Database = request.app.state.database
    taken = await import_entries(database.begin, clock, request.stream(), in_list)
    async with database.begin() as session:
        await record_act(session, caller.key_id, in_list or "entries", "import", clock.now())
    return EntriesTaken.model_validate(taken)


def shown(row: EntryRow, caller: Caller) -> EntryShown:
    whole = EntryShown.model_validate(row)
    return whole if caller.may(Scope.CALLS_PII) else whole.model_copy(update={"value": None})
