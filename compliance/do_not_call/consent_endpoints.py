"""`/v1/dial-consents`: who has agreed to be called, and what proves it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from compliance.do_not_call.endpoints import HashKeyOf, Hearer, NumberQuery, Reader, Writer, may_see, wanted_person
from compliance.do_not_call.models import DialConsentRow
from compliance.do_not_call.repository import DialConsents
from compliance.do_not_call.schemas import ConsentAsked, ConsentShown
from compliance.do_not_call.who import who
from gateway.auth.deps import Caller
from gateway.auth.repository import record_act
from gateway.kernel.errors import BadInput
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/dial-consents", tags=["do not call"], responses=PROBLEMS)
_CLOCKS_DIFFER = timedelta(minutes=5)


@router.post("", status_code=201, response_model=ConsentShown)
async def add_consent(
    body: ConsentAsked, caller: Writer, session: Session, clock: RequestClock, key: HashKeyOf, once: CreateOnce
) -> ConsentShown | JSONResponse:
    """Put a consent on file with its evidence. The same again comes back as it is."""

    async def work() -> ConsentShown:
        now = clock.now()
        if body.given_at > now + _CLOCKS_DIFFER:
            raise BadInput("nobody has consented tomorrow", field="given_at", todo="give the instant it was given at")
        row, is_new = await DialConsents(session).add(who(key, body.number), body, caller.key_id, now)
        if is_new:
            await record_act(session, caller.key_id, row.id, "create", now)
        return shown(row, caller)

    return await once.do(work)


@router.get("")
async def list_consents(
    caller: Reader, session: Session, page: WantedPage, key: HashKeyOf, number: NumberQuery = None
) -> Page[ConsentShown]:
    """The newest first, withdrawn ones too."""
    rows, cursor = await DialConsents(session).page(page, wanted_person(caller, key, number))
    return Page(data=[shown(row, caller) for row in rows], next_cursor=cursor)


@router.get("/{consent_id}")
async def get_consent(consent_id: str, caller: Reader, session: Session) -> ConsentShown:
    return shown(await DialConsents(session).get(consent_id), caller)


@router.post("/{consent_id}/withdraw")
async def withdraw_consent(consent_id: str, caller: Hearer, session: Session, clock: RequestClock) -> ConsentShown:
    """It counts no more, from now on; others of the same person stay. Twice is once."""
    row = await DialConsents(session).get(consent_id)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        await record_act(session, caller.key_id, row.id, "withdraw", clock.now())
    return shown(row, caller)


def shown(row: DialConsentRow, caller: Caller) -> ConsentShown:
    whole = ConsentShown.model_validate(row)
    if may_see(caller, row.number):
        return whole
    return whole.model_copy(update={"number": None, "signer": None, "evidence": None})
