"""Carries a plan out, step by step, each journalled before and after. Run again after a crash, it goes on.

Steps of one carrier run side by side, up to a bound; the carrier's own pace holds them back (`trunks.carriers.wire`).
What is here only runs one after the other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from gateway.apply.acts import here, numbers, trunks
from gateway.apply.models import PlanRow, StepRow
from gateway.apply.repository import PlanRepository
from gateway.apply.workshop import Done, Given, NotYet, Workshop
from gateway.durable.backoff import pause_after
from gateway.kernel.errors import BadInput, GatewayError, Overloaded, Unavailable
from gateway.kernel.logs import get_logger

WORK = "plan"
AT_A_TIME = 8  # steps of one carrier
TRIES = 6  # of a step that meets no answer
LONGEST_WORDS = 490

_log = get_logger(__name__)
Act = Callable[[Given, str, Workshop], Awaitable[Done]]


def _here(act: Callable[[Given, Workshop], Awaitable[Done]]) -> Act:
    async def do(step: Given, _: str, shop: Workshop) -> Done:
        return await act(step, shop)

    return do


ACTS: dict[str, Act] = {
    "carrier.create": _here(here.carrier),
    "carrier.update": _here(here.carrier),
    "agent.create": _here(here.agent),
    "agent.update": _here(here.agent),
    "trunk.create": trunks.make,
    "trunk.repair": trunks.make,
    "trunk.inbound": _here(trunks.let_in),
    "number.buy": numbers.buy,
    "number.import": numbers.take_in,
    "number.lead": numbers.lead,
    "trunk.outbound": _here(trunks.let_out),
    "rule.create": _here(here.rule),
    "rule.update": _here(here.rule),
    "livekit.sync": _here(here.livekit),
}


class Carry:
    """`await run(plan_id)` until every step is done, or cannot be."""

    def __init__(self, plan_id: str, shop: Workshop) -> None:
        self._plan_id, self._shop = plan_id, shop
        self._steps: dict[int, StepRow] = {}
        self._running: dict[asyncio.Task[None], int] = {}
        self._by = ""

    async def run(self) -> None:
        async with self._shop.begin() as session:
            repository = PlanRepository(session)
            plan = await repository.get(self._plan_id)
            if plan.state != "applying":
                return
            self._by = plan.by
            self._steps = {one.place: one for one in await repository.steps(self._plan_id)}
        try:
            while self._start_ready() or self._running:
                done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del self._running[task]
                    task.result()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
        await self._end()

    def _start_ready(self) -> bool:
        lanes: dict[str, int] = {}
        for place in self._running.values():
            lane = self._steps[place].carrier
            lanes[lane] = lanes.get(lane, 0) + 1
        started = False
        under_way = set(self._running.values())
        for place, step in self._steps.items():
            free = lanes.get(step.carrier, 0) < (AT_A_TIME if step.carrier else 1)
            if free and place not in under_way and step.state in ("waiting", "under_way") and self._may(step):
                lanes[step.carrier] = lanes.get(step.carrier, 0) + 1
                self._running[asyncio.create_task(self._do(place), name="plan:step")] = place
                started = True
        return started

    def _may(self, step: StepRow) -> bool:
        """LiveKit is told of what there is, also when a part of it could not be done."""
        if step.act == "livekit.sync":
            over = ("done", "failed", "people", "not_reached")
            return all(self._steps[place].state in over or self._hopeless(self._steps[place]) for place in step.needs)
        return all(self._steps[place].state == "done" for place in step.needs)

    def _hopeless(self, step: StepRow) -> bool:
        """Something before it could not be done."""
        return step.state == "waiting" and any(
            self._steps[place].state in ("failed", "people") or self._hopeless(self._steps[place])
            for place in step.needs
        )

    async def _do(self, place: int) -> None:
        step = self._steps[place]
        await self._write(place, state="under_way", began_at=step.began_at or self._shop.clock.now())
        try:
            done = await self._tried(step)
        except NotYet as waits:
            people = [vars(one) for one in waits.human]
            await self._write(place, state="people", problem=waits.words, human=people, ended_at=self._now())
        except GatewayError as error:
            _log.warning("plan_step_failed", plan_id=self._plan_id, act=step.act, code=error.code)
            words, todo = error.detail[:LONGEST_WORDS], (error.todo or "plan again")[:290]
            unsure = isinstance(error, Unavailable) and step.act == "number.buy"
            await self._write(
                place, state="unknown" if unsure else "failed", problem=words, todo=todo, ended_at=self._now()
            )
        else:
            people = [vars(one) for one in done.human]
            await self._write(place, state="done", made=dict(done.made), human=people, problem="", ended_at=self._now())

    async def _tried(self, step: StepRow) -> Done:
        """Again where the carrier did not answer, or asked for patience: every act looks before it does a thing."""
        known = json.loads(self._shop.box.open(step.given))
        given = Given(step.act, known, step.once, step.monthly, step.currency, self._by)
        for tried in range(1, TRIES + 1):
            try:
                return await ACTS[step.act](given, step.carrier, self._shop)
            except ValidationError as error:  # of a field that only a carrier's answer has filled
                raise cannot_be(error) from error
            except (Unavailable, Overloaded) as error:
                if tried == TRIES:
                    raise
                wanted = error.headers.get("Retry-After", "")
                await self._shop.sleep(max(pause_after(tried), float(wanted or 0)))
        raise AssertionError("unreachable")

    async def _end(self) -> None:
        for place, step in self._steps.items():
            if step.state == "waiting":
                words = "a step before it could not be done"
                await self._write(place, state="not_reached", problem=words)
        states = {step.state for step in self._steps.values()}
        state = "failed" if states & {"failed", "unknown"} else "waiting" if "people" in states else "applied"
        async with self._shop.begin() as session:
            plan = await PlanRepository(session).get(self._plan_id)
            first = next((one for one in self._steps.values() if one.state in ("failed", "unknown")), None)
            over(plan, state, first.problem if first else "", self._now())

    async def _write(self, place: int, **fields: Any) -> None:
        async with self._shop.begin() as session:
            row = await session.get(StepRow, self._steps[place].id)
            assert row is not None
            for name, value in fields.items():
                setattr(row, name, value)
        self._steps[place] = row

    def _now(self) -> datetime:
        return self._shop.clock.now()


def cannot_be(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return BadInput(
        f"{place}: {first['msg'].removeprefix('Value error, ')}", code="apply.field", field=place,
        todo=f"write {place} down in the file, then apply again",
    )  # fmt: skip


def over(plan: PlanRow, state: str, problem: str, now: datetime) -> None:
    """Somebody else's may begin now."""
    plan.state, plan.problem, plan.running, plan.ended_at = state, problem, None, now
