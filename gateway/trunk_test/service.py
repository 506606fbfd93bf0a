"""Trunk tests of this process: one at a time, the last ones remembered."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict, GatewayError, NotFound
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.secrets import SecretBox
from gateway.kernel.tasks import TaskSet
from gateway.trunk_test.measured import Measured, measured_of, store
from gateway.trunk_test.plan import TestPlan, plan_test
from gateway.trunk_test.seen import Seen
from gateway.trunk_test.verdicts import Item, judge

LONGEST_S = 180.0
REMEMBERED = 20

State = Literal["running", "done", "failed"]
_log = get_logger(__name__)


@dataclass
class TrunkTest:
    """`steps`: what was begun so far, the last one under way. `problem`: why a test came to no end."""

    id: str
    trunk_id: str
    trunk_name: str
    began_at: datetime
    own_number: bool
    state: State = "running"
    problem: str = ""
    ended_at: datetime | None = None
    steps: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    measured: Measured | None = None


class Run(Protocol):
    """`gateway.trunk_test.run.TrunkTestRun`."""

    seen: Seen

    async def run(self) -> None: ...


# (test id, plan, who hears what is being done)
NewRun = Callable[[str, TestPlan, Callable[[str], None]], Run]


class TrunkTests:
    def __init__(self, begin: Begin, clock: Clock, box: SecretBox, new_run: NewRun) -> None:
        self._begin, self._clock, self._box, self._new_run = begin, clock, box, new_run
        self._known: OrderedDict[str, TrunkTest] = OrderedDict()
        self._running = ""
        self._tasks = TaskSet()

    async def begin(self, session: AsyncSession, trunk_id: str, number: str | None) -> TrunkTest:
        """Raises NotFound, BadInput, or Conflict while another one runs."""
        plan = await plan_test(session, self._box, trunk_id, number)
        if self._running:
            raise Conflict(
                f"{self._running} is running, and there is one test at a time", code="trunk_test.running",
                todo=f"GET /v1/trunk-tests/{self._running} until it is over",
            )  # fmt: skip
        test = TrunkTest(new_id("ttst"), plan.trunk_id, plan.trunk_name, self._clock.now(), plan.own)
        self._running = test.id
        self._known[test.id] = test
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._tasks.start(self._carry(test, plan), name="trunk-test")
        return test

    def find(self, test_id: str) -> TrunkTest:
        """Raises NotFound."""
        test = self._known.get(test_id)
        if test is None:
            raise NotFound(
                "this control plane knows no such test; it remembers its own last ones", code="trunk_test.not_found",
                todo="POST /v1/trunk-tests",
            )  # fmt: skip
        return test

    async def settled(self) -> None:
        """Returns when none runs."""
        await self._tasks.join()

    async def close(self) -> None:
        await self._tasks.close()

    async def _carry(self, test: TrunkTest, plan: TestPlan) -> None:
        def tell(doing: str) -> None:
            test.steps.append(doing)
            test.items = judge(run.seen, over=False)

        run = self._new_run(test.id, plan, tell)
        try:
            async with asyncio.timeout(LONGEST_S):
                await run.run()
            test.state = "done"
        except TimeoutError:
            test.state, test.problem = "failed", "the test took too long"
        except GatewayError as error:
            test.state, test.problem = "failed", str(error.detail)
        finally:
            test.items = judge(run.seen, over=True)
            test.ended_at = self._clock.now()
            if test.state == "running":  # an error of ours, which the task set logs
                test.state, test.problem = "failed", "the test failed; the control plane's log has the details"
            self._running = ""
        await self._keep(test, run)

    async def _keep(self, test: TrunkTest, run: Run) -> None:
        test.measured = measured_of(run.seen, test.items, test.id, test.ended_at or test.began_at)
        try:
            async with self._begin() as session:
                await store(session, test.trunk_id, run.seen, test.measured)
        except SQLAlchemyError as error:
            _log.warning("trunk_test_not_kept", test_id=test.id, error=type(error).__name__)
        _log.info("trunk_test_over", test_id=test.id, trunk_id=test.trunk_id, state=test.state)
