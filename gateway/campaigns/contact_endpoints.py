"""`/v1/campaigns/{id}/contacts`: who is called. Files of them: `contact_import_endpoints`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from compliance.do_not_call.endpoints import HashKeyOf, NumberQuery, wanted_person
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.campaigns.contact_export import contact_lines
from gateway.campaigns.contact_queries import ContactQueries
from gateway.campaigns.contact_schemas import ContactAsked, ContactsAsked, ContactShown, ContactsTaken, ContactTaken
from gateway.campaigns.contact_schemas import shown as contact_shown
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.endpoints import PATH, Reader, Writer
from gateway.campaigns.importing.columns import Columns
from gateway.campaigns.importing.objects import VARIABLES, Objects, Pairs
from gateway.campaigns.importing.parsing import Found, read_rows
from gateway.campaigns.importing.row import Fault
from gateway.campaigns.importing.storing import add_contacts, locked_campaign, positions
from gateway.campaigns.record_endpoints import AS_CSV, CSV
from gateway.campaigns.repository import CampaignRepository
from gateway.campaigns.terms import ContactState, Outcome
from gateway.campaigns.watch_endpoints import Own
from gateway.kernel.e164 import is_country
from gateway.kernel.errors import BadInput
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix=f"{PATH}/{{campaign_id}}/contacts", tags=["campaigns"], responses=PROBLEMS)
PersonalReader = Annotated[Caller, Needs(Scope.CALLS_PII)]
Position = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.post("")
async def add(
    campaign_id: str, body: ContactsAsked, caller: Writer, database: Own, clock: RequestClock, key: HashKeyOf
) -> ContactsTaken:
    """Up to a thousand at once, also while it runs. A number is in a campaign once: sent again it is `repeated`."""
    objects = Objects(Columns())
    rows = [objects.row(n, _pairs(one)) for n, one in enumerate(body.contacts)]
    read = await asyncio.to_thread(read_rows, rows, country_of(body.country), key)
    good = [one for one in read if isinstance(one, Found)]
    async with database.begin() as session:
        campaign, now = await locked_campaign(session, campaign_id), clock.now()
        before = await positions(session, campaign_id, [one.number_hash for one in good])
        added = await add_contacts(session, campaign, good, "", now)
        there = await positions(session, campaign_id, [one.number_hash for one in good])
        if added:
            await record_act(session, caller.key_id, campaign_id, "add contacts", now)
    return _taken(read, set(before), there)


@router.get("")
async def list_contacts(
    campaign_id: str,
    caller: Reader,
    session: Session,
    page: WantedPage,
    key: HashKeyOf,
    state: ContactState | None = None,
    outcome: Outcome | None = None,
    number: NumberQuery = None,
) -> Page[ContactShown]:
    """In the order in which they came."""
    person = wanted_person(caller, key, number)
    queries = ContactQueries(session, campaign_id)
    rows, cursor = await queries.page(
        page, state=state, outcome=outcome, number_hash=person.subject if person else None
    )
    may = caller.may(Scope.CALLS_PII)
    return Page(data=[contact_shown(row, with_pii=may) for row in rows], next_cursor=cursor)


@router.get("/export", response_class=StreamingResponse, responses=AS_CSV)
async def export_contacts(
    campaign_id: str, caller: PersonalReader, database: Own, clock: RequestClock
) -> StreamingResponse:  # fmt: skip
    """All of them as CSV, a column for each variable. That they were taken is in the audit log."""
    async with database.begin() as session:
        row = await CampaignRepository(session).get(campaign_id)
        await record_act(session, caller.key_id, row.id, "export contacts", clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{row.id}-contacts.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(contact_lines(database.begin, clock, row.id), headers=headers, media_type=CSV)


@router.get("/{position}")
async def get_contact(campaign_id: str, position: Position, caller: Reader, session: Session) -> ContactShown:
    row = await Contacts(session).get(campaign_id, position)
    return contact_shown(row, with_pii=caller.may(Scope.CALLS_PII))


@router.delete("/{position}", status_code=204)
async def remove_contact(
    campaign_id: str, position: Position, caller: Writer, session: Session, clock: RequestClock
) -> None:
    """Never dialled again, unless it is added again. Its attempts are records, and stay."""
    await ContactQueries(session, campaign_id).remove(position)
    await record_act(session, caller.key_id, f"{campaign_id}/{position}", "delete", clock.now())


def country_of(code: str | None) -> str | None:
    """Raises BadInput for a country without telephone numbers."""
    if code is not None and not is_country(code):
        raise BadInput("there is no such country", field="country", todo="name it as ISO 3166-1 does, for example US")
    return code


def _pairs(asked: ContactAsked) -> list[tuple[str, object]]:
    own = asked.model_dump(exclude={VARIABLES})
    return [*own.items(), (VARIABLES, Pairs(asked.variables.items()))]


def _taken(read: list[Found | Fault], before: set[str], there: Mapping[str, int]) -> ContactsTaken:
    told, met = list[ContactTaken](), set(before)
    for one in read:
        if isinstance(one, Fault):
            told.append(ContactTaken(result="rejected", position=None, field=one.field or None, reason=one.reason))
            continue
        result = "repeated" if one.number_hash in met else "added"
        met.add(one.number_hash)
        told.append(ContactTaken(result=result, position=there[one.number_hash]))
    counts = {result: sum(one.result == result for one in told) for result in ("added", "repeated", "rejected")}
    return ContactsTaken(**counts, contacts=told)
