"""`/v1/routes`: by which trunk calls out leave."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.ids import new_id
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from trunks.repository import TrunkRepository
from trunks.routes.models import RouteRow
from trunks.routes.repository import RouteRepository
from trunks.routes.route import Choice
from trunks.routes.schemas import ExplainAsked, Explained, ExplainedRoute, RouteAsked, RouteChange, RouteShown

router = APIRouter(prefix="/v1/routes", tags=["routes"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


@router.post("", status_code=201, response_model=RouteShown)
async def create(
    body: RouteAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce
) -> RouteShown | JSONResponse:
    """Let calls to numbers with this prefix leave by a trunk."""

    async def work() -> RouteShown:
        await TrunkRepository(session).get(body.trunk_id, "outbound", field="trunk_id")
        now = clock.now()
        row = RouteRow(id=new_id("rte"), created_at=now, updated_at=now, **body.model_dump())
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return RouteShown.model_validate(row)

    return await once.do(work)


@router.get("")
async def list_routes(caller: Reader, session: Session, page: WantedPage) -> Page[RouteShown]:
    rows, cursor = await page.rows(session, select(RouteRow), RouteRow.id)
    return Page(data=[RouteShown.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/explain")
async def explain(body: ExplainAsked, caller: Reader, session: Session, clock: RequestClock) -> Explained:
    """By which trunks this number would be called now, in their order, and why not by the others."""
    found = await RouteRepository(session).choices(body.called, clock.now())
    return Explained(called=body.called, routes=[_explained(one, place) for place, one in enumerate(found, start=1)])


@router.get("/{route_id}")
async def get(route_id: str, caller: Reader, session: Session) -> RouteShown:
    return RouteShown.model_validate(await RouteRepository(session).get(route_id))


@router.patch("/{route_id}")
async def change(route_id: str, body: RouteChange, caller: Writer, session: Session, clock: RequestClock) -> RouteShown:
    row, sent = await RouteRepository(session).get(route_id), changes(body)
    if "trunk_id" in sent:
        await TrunkRepository(session).get(sent["trunk_id"], "outbound", field="trunk_id")
    for name, value in sent.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return RouteShown.model_validate(row)


@router.delete("/{route_id}", status_code=204)
async def delete(route_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    row = await RouteRepository(session).get(route_id)
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


def _explained(one: Choice, place: int) -> ExplainedRoute:
    route, way = one.route, one.way
    return ExplainedRoute(
        place=place if one.used else None, route_id=route.id, route_name=route.name, prefix=route.prefix,
        priority=route.priority, trunk_id=way.trunk_id, trunk_name=way.name, circuit=way.circuit, reason=one.reason,
    )  # fmt: skip
