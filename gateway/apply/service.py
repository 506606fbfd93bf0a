"""Plans for the composition root: made, begun, undone. One at a time is carried out."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.apply import carry, undo
from gateway.apply import export as exporting
from gateway.apply.document import Document
from gateway.apply.models import PlanRow, StepRow
from gateway.apply.observed import Observed
from gateway.apply.observing import Observer
from gateway.apply.plan_trunks import Ours
from gateway.apply.planning import plan
from gateway.apply.repository import PlanRepository
from gateway.apply.step import Note, PlanFound, Step
from gateway.apply.workshop import Workshop
from gateway.kernel.errors import Conflict, GatewayError
from gateway.kernel.ids import new_id

RUNNING = "plan"
UNUSED_FOR = timedelta(days=7)


class Begins(Protocol):
    """`gateway.durable.service.Durable.begin`."""

    async def __call__(self, name: str, work_id: str, given: dict[str, str]) -> None: ...


class Plans:
    def __init__(self, shop: Workshop, ours: Ours, begin_work: Begins) -> None:
        self._shop, self._ours, self._begin_work = shop, ours, begin_work
        self._observer = Observer(shop.begin, shop.accounts, shop.box, ours)

    # -- the works --------------------------------------------------------------------------------------------

    async def carry(self, work_id: str, given: dict[str, str]) -> None:
        await carry.Carry(given["plan_id"], self._shop).run()

    async def undo(self, work_id: str, given: dict[str, str]) -> None:
        await undo.Undo(given["plan_id"], self._shop).run()

    async def pick_up(self) -> None:
        """One that was begun, and whose work was not: the process ended between the two."""
        async with self._shop.begin() as session:
            row = await PlanRepository(session).running()
        if row is not None and row.state == "applying":
            await self._begin_work(carry.WORK, row.id, {"plan_id": row.id})
        elif row is not None and row.state == "undoing":
            await self._begin_work(undo.WORK, f"{row.id}-undo", {"plan_id": row.id})
        elif row is not None:  # it ended while it was looked at
            await self._let_go(row.id, row.state)

    # -- plans ------------------------------------------------------------------------------------------------

    async def look(self, document: Document) -> tuple[Observed, PlanFound]:
        """Changes nothing. Raises BadInput or Conflict for the document, and what carriers raise."""
        installation = self._shop.installation
        observed = await self._observer.observe(document)
        offers = await self._observer.offers(document, observed, installation)
        return observed, plan(document, observed, offers, self._ours, installation)

    async def drift(self) -> PlanFound:
        """Between what we have written down and what there is, at every carrier."""
        document = (await self.export()).document
        observed = await self._observer.observe(document, everywhere=True)
        offers = await self._observer.offers(document, observed, self._shop.installation)
        return plan(document, observed, offers, self._ours, self._shop.installation)

    async def export(self) -> exporting.Export:
        async with self._shop.begin() as session:
            return await exporting.export(session, self._shop.box)

    async def write(
        self, session: AsyncSession, document: Document, observed: Observed, found: PlanFound, by: str
    ) -> PlanRow:
        """Those that nobody carried out for a week go."""
        await PlanRepository(session).forget_unused(self._shop.clock.now() - UNUSED_FOR)
        sealed = self._shop.box.seal(document.model_dump_json(exclude_unset=True))
        row = PlanRow(
            id=new_id("plan"), state="planned", document=sealed, base=observed.fingerprint(),
            notes=[_note(one) for one in found.notes], by=by, problem="", running=None,
            created_at=self._shop.clock.now(), began_at=None, ended_at=None,
        )  # fmt: skip
        session.add(row)
        places = {step.key: place for place, step in enumerate(found.steps)}
        for place, step in enumerate(found.steps):
            session.add(self._row(row.id, place, step, places))
        return row

    async def start(self, plan_id: str) -> None:
        """Raises Conflict for one that is not fresh, or when another is under way."""
        document = await self._take(plan_id, ("planned",), "applying")
        try:
            observed = await self._observer.observe(document)
        except GatewayError:
            await self._let_go(plan_id, "planned")
            raise
        async with self._shop.begin() as session:
            row = await PlanRepository(session).get(plan_id)
            stale = row.base != observed.fingerprint()
        if stale:
            await self._let_go(plan_id, "stale")
            raise Conflict(
                "something has changed since this plan was made", code="plan.stale",
                todo="plan again, and look at it: gateway apply -f gateway.yaml",
            )  # fmt: skip
        async with self._shop.begin() as session:
            (await PlanRepository(session).get(plan_id)).state = "applying"
        await self._begin_work(carry.WORK, plan_id, {"plan_id": plan_id})

    async def start_undo(self, plan_id: str) -> None:
        async with self._shop.begin() as session:
            undo.may_undo((await PlanRepository(session).get(plan_id)).state)
        await self._take(plan_id, ("applied", "failed", "waiting"), "undoing")
        async with self._shop.begin() as session:
            (await PlanRepository(session).get(plan_id)).state = "undoing"
        await self._begin_work(undo.WORK, f"{plan_id}-undo", {"plan_id": plan_id})

    def _row(self, plan_id: str, place: int, step: Step, places: dict[str, int]) -> StepRow:
        money = step.monthly or step.once
        return StepRow(
            id=new_id("step"), plan_id=plan_id, place=place, act=step.act, key=step.key, words=step.words[:490],
            carrier=step.carrier, risk=step.risk, given=self._shop.box.seal(json.dumps(dict(step.given))),
            needs=sorted(places[one] for one in step.needs if places[one] < place),
            human=[asdict(one) for one in step.human], once=str(step.once.amount) if step.once else None,
            monthly=str(step.monthly.amount) if step.monthly else None, currency=money.currency if money else "",
            state="waiting", made={}, problem="", todo="", began_at=None, ended_at=None,
        )  # fmt: skip

    # -- pieces -----------------------------------------------------------------------------------------------

    async def _take(self, plan_id: str, states: tuple[str, ...], what: str) -> Document:
        """The one place that there is for a plan under way. Raises Conflict."""
        try:
            async with self._shop.begin() as session:
                repository = PlanRepository(session)
                row = await repository.get(plan_id)
                other = await repository.running()
                if row.state not in states:
                    raise Conflict(
                        f"this plan is {row.state} already", code="plan.state", todo="make a new one: POST /v1/plans"
                    )
                if other is not None:
                    raise _another(other.id)
                row.running, row.began_at = RUNNING, self._shop.clock.now()
                return Document.model_validate_json(self._shop.box.open(row.document))
        except IntegrityError as error:
            raise _another("another plan") from error

    async def _let_go(self, plan_id: str, state: str) -> None:
        async with self._shop.begin() as session:
            row = await PlanRepository(session).get(plan_id)
            row.state, row.running = state, None


def _another(plan_id: str) -> Conflict:
    return Conflict(
        f"{plan_id} is being carried out", code="plan.another", todo="wait for it: gateway plans show, then plan again"
    )


def _note(note: Note) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(note).items()}
