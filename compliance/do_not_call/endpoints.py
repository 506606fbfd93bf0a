"""`/v1/do-not-call`: the own list and revocations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from compliance.do_not_call.models import OwnEntryRow, RevocationRow
from compliance.do_not_call.repository import OwnList, Revocations
from compliance.do_not_call.schemas import OwnEntryAsked, OwnEntryShown, RevocationAsked, RevocationShown
from compliance.do_not_call.who import Who, who
from compliance.privacy.hash_key import HashKey
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import NotAllowed
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/do-not-call", tags=["do not call"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Hearer = Annotated[Caller, Needs(Scope.CALLS_CONTROL)]  # whoever talks to people writes down what they asked for
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
NumberQuery = Annotated[
    str | None, Query(max_length=40, description="exactly this number, in E.164; needs the scope calls:pii")
]


def key_of(request: Request) -> HashKey:
    return request.app.state.privacy.key


HashKeyOf = Annotated[HashKey, Depends(key_of)]


def wanted_person(caller: Caller, key: HashKey, number: str | None) -> Who | None:
    """Raises NotAllowed: who may not see a number may not guess one either."""
    if number is None:
        return None
    if not caller.may(Scope.CALLS_PII):
        raise NotAllowed("looking for a number needs the scope calls:pii", field="number", todo="use a key that has it")
    return who(key, parse_e164(number))


@router.post("/entries", status_code=201, response_model=OwnEntryShown)
async def add_entry(
    body: OwnEntryAsked, caller: Hearer, session: Session, clock: RequestClock, key: HashKeyOf, once: CreateOnce
) -> OwnEntryShown | JSONResponse:
    """Somebody is not to be called any more. It counts for the next call; the same again comes back as it is."""

    async def work() -> OwnEntryShown:
        now = clock.now()
        row, is_new = await OwnList(session).add(who(key, body.number), body, caller.key_id, now)
        if is_new:
            await record_act(session, caller.key_id, row.id, "create", now)
        return _entry(row, caller)

    return await once.do(work)


@router.get("/entries")
async def list_entries(
    caller: Reader, session: Session, page: WantedPage, key: HashKeyOf, number: NumberQuery = None
) -> Page[OwnEntryShown]:
    """The newest first; by number also the entry of somebody who was erased since."""
    rows, cursor = await OwnList(session).page(page, wanted_person(caller, key, number))
    return Page(data=[_entry(row, caller) for row in rows], next_cursor=cursor)


@router.get("/entries/{entry_id}")
async def get_entry(entry_id: str, caller: Reader, session: Session) -> OwnEntryShown:
    return _entry(await OwnList(session).get(entry_id), caller)


@router.delete("/entries/{entry_id}", status_code=204)
async def remove_entry(entry_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    """They may be called again, if they have asked for that: the act stays in the ledger."""
    row = await OwnList(session).get(entry_id)
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


@router.post("/revocations", status_code=201, response_model=RevocationShown)
async def revoke(
    body: RevocationAsked, caller: Hearer, session: Session, clock: RequestClock, key: HashKeyOf, once: CreateOnce
) -> RevocationShown | JSONResponse:
    """Consent is taken back, by any means: for the next call it is, everywhere. Only a newer consent lifts it."""

    async def work() -> RevocationShown:
        now = clock.now()
        row, is_new = await Revocations(session).add(who(key, body.number), body, caller.key_id, now)
        if is_new:
            await record_act(session, caller.key_id, row.id, "create", now)
        return _revocation(row, caller)

    return await once.do(work)


@router.get("/revocations")
async def list_revocations(
    caller: Reader, session: Session, page: WantedPage, key: HashKeyOf, number: NumberQuery = None
) -> Page[RevocationShown]:
    """The newest first."""
    rows, cursor = await Revocations(session).page(page, wanted_person(caller, key, number))
    return Page(data=[_revocation(row, caller) for row in rows], next_cursor=cursor)


def _entry(row: OwnEntryRow, caller: Caller) -> OwnEntryShown:
    shown = OwnEntryShown.model_validate(row)
    return shown if may_see(caller, row.number) else shown.model_copy(update={"number": None, "reason": None})


def _revocation(row: RevocationRow, caller: Caller) -> RevocationShown:
    shown = RevocationShown.model_validate(row)
    return shown if may_see(caller, row.number) else shown.model_copy(update={"number": None, "words": None})


def may_see(caller: Caller, number: str) -> bool:
    """Of somebody who was erased there is nothing to see."""
    return caller.may(Scope.CALLS_PII) and bool(number)
