"""`/v1/privacy`: what is kept of a person or a call, an export of it, its erasure, legal holds, retention.

Numbers come in bodies only: an address is in the logs of whatever stands between.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from compliance.privacy.models import ErasureRow, HoldRow
from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.schemas import (
    About,
    Erase,
    ErasureShown,
    Exported,
    Found,
    Hold,
    HoldShown,
    PlaceShown,
    Retentions,
    RetentionShown,
)
from compliance.privacy.service import Privacy
from compliance.privacy.sweep import RetentionSweep
from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(prefix="/v1/privacy", tags=["privacy"], responses=PROBLEMS)
Officer = Annotated[Caller, Needs(Scope.PRIVACY_ADMIN)]


def privacy_of(request: Request) -> Privacy:
    return request.app.state.privacy


def sweep_of(request: Request) -> RetentionSweep:
    return request.app.state.retention


Service = Annotated[Privacy, Depends(privacy_of)]
Sweep = Annotated[RetentionSweep, Depends(sweep_of)]


@router.post("/find")
async def find(body: About, caller: Officer, privacy: Service) -> Found:
    """Where something is kept, and how much."""
    return await privacy.find(await privacy.named(*body.read()))


@router.post("/exports")
async def export(body: About, caller: Officer, privacy: Service) -> Exported:
    """Everything, by place. That it was exported is in the ledger. Sound: /v1/recordings."""
    return await privacy.export(await privacy.named(*body.read()), caller.key_id)


@router.post("/erasures", status_code=201)
async def erase(body: Erase, caller: Officer, privacy: Service) -> ErasureShown:
    """For ever. Asking again is harmless. Refused (409) while a call is open, and under a legal hold."""
    named = await privacy.named(*body.read())
    return _erasure(await privacy.erase(named, caller.key_id, also_lists=body.also_lists))


@router.get("/erasures")
async def list_erasures(caller: Officer, session: Session, page: WantedPage) -> Page[ErasureShown]:
    """The newest first. Whose they were is not kept."""
    rows, cursor = await PrivacyRepository(session).erasures(page)
    return Page(data=[_erasure(row) for row in rows], next_cursor=cursor)


@router.post("/holds", status_code=201)
async def hold(body: Hold, caller: Officer, privacy: Service) -> HoldShown:
    """From now on neither erasure nor retention touches it."""
    return _hold(await privacy.hold(await privacy.named(*body.read()), body.why, caller.key_id))


@router.get("/holds")
async def list_holds(caller: Officer, session: Session, page: WantedPage) -> Page[HoldShown]:
    """The newest first, released ones too."""
    rows, cursor = await PrivacyRepository(session).holds(page)
    return Page(data=[_hold(row) for row in rows], next_cursor=cursor)


@router.delete("/holds/{hold_id}", status_code=204)
async def release(hold_id: str, caller: Officer, privacy: Service) -> None:
    """Retention takes up what it had passed over; erasures are asked for again."""
    await privacy.release(hold_id, caller.key_id)


@router.get("/retention")
async def retention(caller: Officer, session: Session, sweep: Sweep, clock: RequestClock) -> Retentions:
    """How long what is kept, by which rule, and how far the daily sweep has come."""
    shown: list[RetentionShown] = []
    for one in sweep.retentions:
        rule, swept_to = one.rule, await PrivacyRepository(session).swept_to(one.rule.name)
        shown.append(
            RetentionShown(
                kind=rule.name, days=one.days, least=rule.least, most=rule.most, version=rule.version,
                checked=rule.checked, source=rule.source, says=rule.says, before=one.before(clock.now()),
                swept_to=swept_to,
            )
        )  # fmt: skip
    return Retentions(data=shown)


def _erasure(row: ErasureRow) -> ErasureShown:
    places = [PlaceShown.model_validate(one) for one in row.report]
    return ErasureShown(id=row.id, at=row.at, asked_by=row.asked_by, rewritten=row.rewritten, places=places)


def _hold(row: HoldRow) -> HoldShown:
    return HoldShown(
        id=row.id, kind=row.kind, call_id=row.subject if row.kind == "call" else None, why=row.why,
        asked_by=row.asked_by, created_at=row.created_at, released_at=row.released_at,
        released_by=row.released_by or None,
    )  # fmt: skip
