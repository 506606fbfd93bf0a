"""`/v1/plans`: from what is wanted to what there is, with the price first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gateway.apply.models import PlanRow
from gateway.apply.observed import Observed
from gateway.apply.repository import PlanRepository
from gateway.apply.schemas import DriftShown, Exported, PlanAsked, PlanListed, PlanShown, show_note, show_plan
from gateway.apply.service import Plans
from gateway.apply.step import PlanFound
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session

router = APIRouter(tags=["plans"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


def plans_of(request: Request) -> Plans:
    return request.app.state.plans


PlanService = Annotated[Plans, Depends(plans_of)]


@dataclass(frozen=True)
class Looked:
    observed: Observed
    found: PlanFound


async def looked(body: PlanAsked, _: Writer, plans: PlanService) -> Looked:
    """While carriers are asked, no transaction is open here."""
    return Looked(*await plans.look(body.document))


@router.post("/v1/plans", status_code=201, response_model=PlanShown)
async def create(
    body: PlanAsked, at: Annotated[Looked, Depends(looked)], caller: Writer, session: Session, once: CreateOnce,
    plans: PlanService,
) -> PlanShown | JSONResponse:  # fmt: skip
    """Compare what is wanted with what there is: the steps between, and what they cost. Nothing is done yet."""

    async def work() -> PlanShown:
        row = await plans.write(session, body.document, at.observed, at.found, caller.key_id)
        await session.flush()
        return show_plan(row, list(await PlanRepository(session).steps(row.id)))

    return await once.do(work)


@router.get("/v1/plans")
async def list_plans(_: Reader, session: Session, page: WantedPage) -> Page[PlanListed]:
    rows, cursor = await page.rows(session, select(PlanRow), PlanRow.id)
    return Page(data=[PlanListed.model_validate(row, from_attributes=True) for row in rows], next_cursor=cursor)


@router.get("/v1/plans/{plan_id}")
async def get(plan_id: str, _: Reader, session: Session) -> PlanShown:
    repository = PlanRepository(session)
    return show_plan(await repository.get(plan_id), list(await repository.steps(plan_id)))


@router.post("/v1/plans/{plan_id}/apply", status_code=202)
async def apply(plan_id: str, caller: Writer, request: Request, clock: RequestClock, plans: PlanService) -> PlanShown:
    """Carry it out. Refused when anything that it stands on has changed, or another is under way."""
    await plans.start(plan_id)
    return await _begun(plan_id, caller, request, clock, "apply")


@router.post("/v1/plans/{plan_id}/undo", status_code=202)
async def undo(plan_id: str, caller: Writer, request: Request, clock: RequestClock, plans: PlanService) -> PlanShown:
    """Take back what it did, in reverse, where that is safe. Numbers stay: they were paid for."""
    await plans.start_undo(plan_id)
    return await _begun(plan_id, caller, request, clock, "undo")


@router.get("/v1/drift")
async def drift(_: Reader, plans: PlanService) -> DriftShown:
    """What was changed at carriers or in LiveKit behind our back, and what is paid for and unused."""
    found = await plans.drift()
    return DriftShown(
        steps=[one.words for one in found.steps if one.act != "livekit.sync"],
        notes=[show_note(one) for one in found.notes],
    )


@router.get("/v1/export")
async def export(_: Reader, plans: PlanService) -> Exported:
    """What there is, as the document that would make it."""
    found = await plans.export()
    return Exported(document=found.document.model_dump(mode="json", exclude_unset=True), left_out=found.left_out)


async def _begun(plan_id: str, caller: Caller, request: Request, clock: RequestClock, verb: str) -> PlanShown:
    async with request.app.state.database.begin() as session:
        await record_act(session, caller.key_id, plan_id, verb, clock.now())
        repository = PlanRepository(session)
        return show_plan(await repository.get(plan_id), list(await repository.steps(plan_id)))
