"""`/v1/campaigns/{id}/imports`: files of contacts, how far they are, and which of their rows were no contacts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from compliance.do_not_call.endpoints import HashKeyOf
from gateway.campaigns.contact_endpoints import country_of
from gateway.campaigns.contact_queries import ContactQueries
from gateway.campaigns.contact_schemas import Country, ImportShown, RejectedRowShown
from gateway.campaigns.endpoints import PATH, Reader, Writer
from gateway.campaigns.importing.decoding import Encoding
from gateway.campaigns.importing.file import Format, Wanted
from gateway.campaigns.importing.run import AGAIN, BROKE_OFF, ContactImports
from gateway.campaigns.watch_endpoints import Own
from gateway.kernel.errors import BadInput, GatewayError
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

IMPORTS = f"{PATH}/*/imports"
LONGEST_FILE = 200 * 1024 * 1024
router = APIRouter(prefix=f"{PATH}/{{campaign_id}}/imports", tags=["campaigns"], responses=PROBLEMS)
_TEXT = {"schema": {"type": "string"}}
FILE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": _TEXT, "application/json": {"schema": {}}}}
}


@router.put("", openapi_extra=FILE_BODY)
async def import_contacts(
    campaign_id: str,
    request: Request,
    caller: Writer,
    database: Own,
    clock: RequestClock,
    key: HashKeyOf,
    format: Annotated[  # noqa: A002 - as it is called in the path
        Format, Query(description="csv: with a line of names; json: an array of objects, or one on each line")
    ] = "csv",
    country: Annotated[Country | None, Query()] = None,
    number_column: Annotated[
        str | None,
        Query(max_length=100, description="its name; left out: number, phone, phone_number, telephone, msisdn"),
    ] = None,
    encoding: Annotated[Encoding | None, Query(description="left out: it is found from the bytes")] = None,
) -> ImportShown:
    """A file of up to 200 MiB, also while the campaign runs. Rows that are no contacts are told with line and reason.

    It is answered when all is read; meanwhile `GET` tells how far it is. A file that breaks off is sent again: what was
    taken is not taken twice.
    """
    wanted = Wanted(format, country_of(country), number_column, encoding)
    pieces = _pieces(request)
    try:
        row = await ContactImports(database, clock, key).run(campaign_id, pieces, wanted, by=caller.key_id)
    except GatewayError:
        async for _ in pieces:  # who still sends would not hear the answer
            continue
        raise
    return ImportShown.model_validate(row)


@router.get("")
async def list_imports(campaign_id: str, caller: Reader, session: Session, page: WantedPage) -> Page[ImportShown]:
    """The newest first."""
    rows, cursor = await ContactQueries(session, campaign_id).imports(page)
    return Page(data=[ImportShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{import_id}")
async def get_import(campaign_id: str, import_id: str, caller: Reader, session: Session) -> ImportShown:
    """How far it is."""
    return ImportShown.model_validate(await ContactQueries(session, campaign_id).get_import(import_id))


@router.get("/{import_id}/rejected")
async def list_rejected_rows(
    campaign_id: str, import_id: str, caller: Reader, session: Session, page: WantedPage
) -> Page[RejectedRowShown]:
    """Rows that are no contacts, in the order of the file, with the reason."""
    rows, cursor = await ContactQueries(session, campaign_id).rejected(import_id, page)
    return Page(data=[RejectedRowShown.model_validate(row) for row in rows], next_cursor=cursor)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect as error:
        raise BadInput(BROKE_OFF, code="contacts.broke_off", field="body", todo=AGAIN) from error
