"""`/v1/refusals`: why calls were refused, each with every check that ran, and what to do if it was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from compliance.screening.repository import EntryRepository
from gateway.calls.access import MaySeePersonal, ReadCalls
from gateway.calls.admission import Check
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.models import RefusalRow
from gateway.calls.own_facts import AdmissionDecided
from gateway.calls.refusal_advice import About, advice_for
from gateway.calls.refusals import Refusals, Wanted
from gateway.calls.slugs import SENTENCES
from gateway.kernel.errors import NotAllowed
from gateway.rest.moments import Moment
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS

router = APIRouter(prefix="/v1/refusals", tags=["calls"], responses=PROBLEMS)
PERSONAL = "needs the scope calls:pii"


class DecidedBy(BaseModel):
    """An entry of the lists (its note, null when it is gone), or a do-not-originate list by its name."""

    kind: Literal["entry", "list"]
    id: str
    note: str | None


class RefusalPii(BaseModel):
    caller: str
    number: str
    source_address: str


class RefusalShown(BaseModel):
    """`checks` in their order, the last one refused; empty when the call never came to admission."""

    call_id: str
    at: datetime
    direction: Literal["inbound", "outbound"]
    sip_call_id: str
    sip_code: int | None
    slug: str
    sentence: str
    checks: list[Check]
    decided_by: DecidedBy | None
    todo: str = Field(description="what to do if it was wrong")
    pii: RefusalPii | None = Field(description="null for a key without the scope calls:pii")


@router.get("")
async def list_refusals(
    calls: CallsService,
    _: ReadCalls,
    with_pii: MaySeePersonal,
    page: WantedPage,
    caller: Annotated[str | None, Query(max_length=256, description=PERSONAL)] = None,
    number: Annotated[str | None, Query(max_length=256, description=f"that was called; {PERSONAL}")] = None,
    sip_call_id: Annotated[str | None, Query(max_length=255)] = None,
    slug: Annotated[str | None, Query(max_length=40)] = None,
    since: Moment | None = None,
) -> Page[RefusalShown]:
    """The newest first. A refusal is here before the caller hears of it."""
    if not with_pii and (caller is not None or number is not None):  # who may not see it may not guess it either
        raise NotAllowed("looking for a number needs the scope calls:pii", todo="use a key that has it")
    wanted = Wanted(_plain(caller), _plain(number), _plain(sip_call_id), _plain(slug), since)
    async with calls.begin() as session:
        refusals = Refusals(session)
        rows, cursor = await refusals.page(page, wanted)
        verdicts = await refusals.verdicts([row.call_id for row in rows])
        notes = await EntryRepository(session).notes({by for one in verdicts.values() if (by := _by(one))})
    shown = [_shown(row, verdicts.get(row.call_id), notes, with_pii=with_pii) for row in rows]
    return Page(data=shown, next_cursor=cursor)


def _plain(text: str | None) -> str | None:
    """PostgreSQL takes no NUL, and none is stored."""
    return text.replace("\0", "\ufffd") if text else text


def _by(decided: AdmissionDecided | None) -> str:
    """What the check that refused names."""
    checks = decided.verdict.checks if decided and decided.verdict.verdict == "reject" else []
    return checks[-1].by if checks else ""


def _shown(
    row: RefusalRow, decided: AdmissionDecided | None, notes: Mapping[str, str], *, with_pii: bool
) -> RefusalShown:
    by = _by(decided)
    source = decided.pii.source_address if decided else ""
    about = About(
        call_id=row.call_id,
        caller=row.pii_caller if with_pii else "",
        number=row.pii_number if with_pii else "",
        source=source if with_pii else "",
        by=by,
        trunk_id=decided.trunk_id if decided else "",
        rule_id=decided.rule_id if decided else "",
    )
    kind: Literal["entry", "list"] = "entry" if by.startswith("scr_") else "list"
    return RefusalShown(
        call_id=row.call_id,
        at=row.at,
        direction="outbound" if row.direction == "outbound" else "inbound",
        sip_call_id=row.sip_call_id,
        sip_code=row.sip_code,
        slug=row.slug,
        sentence=SENTENCES.get(row.slug, SENTENCES["rejected"]),
        checks=decided.verdict.checks if decided else [],
        decided_by=DecidedBy(kind=kind, id=by, note=notes.get(by)) if by else None,
        todo=advice_for(row.slug, about),
        pii=RefusalPii(caller=row.pii_caller, number=row.pii_number, source_address=source) if with_pii else None,
    )
