"""`/v1/trunk-tests`: real calls through a trunk, and what works."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.rest.idempotency import CreateOnce
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from gateway.trunk_test.schemas import TestAsked, TestShown
from gateway.trunk_test.service import TrunkTests

router = APIRouter(prefix="/v1/trunk-tests", tags=["trunk-tests"], responses=PROBLEMS)
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


def tests_of(request: Request) -> TrunkTests:
    return request.app.state.trunk_tests


@router.post("", status_code=201, response_model=TestShown)
async def create(
    body: TestAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, request: Request
) -> TestShown | JSONResponse:
    """Begin a test, a real call of about a minute. One at a time; it takes less than three minutes."""

    async def work() -> TestShown:
        test = await tests_of(request).begin(session, body.trunk_id, body.number)
        await record_act(session, caller.key_id, test.id, "create", clock.now())
        return TestShown.model_validate(test)

    return await once.do(work)


@router.get("/{test_id}")
async def get(test_id: str, caller: Writer, request: Request) -> TestShown:
    """How far it is, and its verdicts. The control plane that made the test knows it, until it is restarted."""
    return TestShown.model_validate(tests_of(request).find(test_id))
