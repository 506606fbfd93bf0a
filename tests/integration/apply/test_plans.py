"""One at a time, on what it was made for, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from agents.models import AgentRow
from dispatch_rules.models import RuleRow
from gateway.apply.document import Document
from gateway.apply.models import PlanRow, StepRow
from gateway.kernel.errors import Conflict
from tests.carriers.bench import FREE
from tests.integration.apply.desk import Desk
from tests.integration.apply.test_from_nothing import document
from trunks.accounts.models import CarrierTrunkRow
from trunks.models import NumberRow, TrunkRow


async def test_a_plan_whose_ground_has_changed_is_refused_and_nothing_is_done(desk: Desk) -> None:
    plan = await desk.plan(document("twilio"))
    desk.market.benches["twilio"].own("+14155550177", "bought by hand meanwhile")
    with pytest.raises(Conflict, match="changed since"):
        await desk.plans.start(plan.id)
    assert (await desk.shown(plan.id)).state == "stale"
    assert desk.market.writes() == 0
    await desk.apply(document("twilio"))


async def test_two_plans_are_not_carried_out_at_once(desk: Desk) -> None:
    desk.held = True
    first, second = await desk.plan(document("twilio")), await desk.plan(document("telnyx"))
    await desk.plans.start(first.id)
    with pytest.raises(Conflict, match=first.id):
        await desk.plans.start(second.id)
    await desk.go_on()
    assert (await desk.shown(first.id)).state == "applied"
    with pytest.raises(Conflict, match="applied already"):
        await desk.plans.start(first.id)


async def test_one_whose_work_was_never_begun_is_begun_at_the_next_start(desk: Desk) -> None:
    desk.held = True
    plan = await desk.plan(document("twilio"))
    await desk.plans.start(plan.id)
    desk.begun.clear()  # the process ends between the two
    desk.held = False
    await desk.plans.pick_up()
    assert (await desk.shown(plan.id)).state == "applied"


async def test_one_that_was_only_looked_at_when_the_process_ended_can_be_applied_again(desk: Desk) -> None:
    plan = await desk.plan(document("twilio"))
    async with desk.database.begin() as session:
        row = await session.get(PlanRow, plan.id)
        assert row is not None
        row.running = "plan"
    await desk.plans.pick_up()
    await desk.plans.start(plan.id)
    assert (await desk.shown(plan.id)).state == "applied"


async def test_plans_that_nobody_carried_out_go_after_a_week_and_the_others_stay(desk: Desk) -> None:
    looked_at, applied = await desk.plan(document("twilio")), await desk.apply(document("twilio"))
    async with desk.database.begin() as session:
        for row in await session.scalars(select(PlanRow)):
            row.created_at -= timedelta(days=8)
    newest = await desk.plan(document("twilio"))
    assert {row.id for row in await desk.rows(PlanRow)} == {applied.id, newest.id}
    assert {row.plan_id for row in await desk.rows(StepRow)} == {applied.id}
    assert looked_at.steps


@pytest.mark.parametrize("carrier", ["telnyx", "twilio", "wavix", "own"])
async def test_undone_is_all_but_the_number_which_was_paid_for(desk: Desk, carrier: str) -> None:
    applied = await desk.apply(document(carrier))
    await desk.plans.start_undo(applied.id)
    undone = await desk.shown(applied.id)
    states = {step.act: step.state for step in undone.steps}
    assert undone.state == "undone"
    assert {act for act, state in states.items() if state == "kept"} <= {
        "number.buy",
        "number.import",
        "carrier.create",
    }
    for gone in (AgentRow, RuleRow, TrunkRow, CarrierTrunkRow):
        assert await desk.rows(gone) == []
    (number,) = await desk.rows(NumberRow)
    assert (number.number, number.inbound_trunk_id) == (FREE[0], None)
    if carrier != "own":
        assert desk.market.benches[carrier].pieces() == []
        assert desk.market.benches[carrier].owns(FREE[0])
    assert (await desk.apply(document(carrier))).state == "applied"


async def test_what_was_only_changed_goes_back_to_what_it_was(desk: Desk) -> None:
    await desk.apply(document("twilio"))
    changed = document("twilio")
    changed["agents"][0]["profile"]["greeting"] = "Good evening."
    changed["rules"][0]["terms"] = {"last_resort": "goodbye"}
    applied = await desk.apply(changed)
    await desk.plans.start_undo(applied.id)
    (agent,) = await desk.rows(AgentRow)
    (rule,) = await desk.rows(RuleRow)
    assert (agent.content["greeting"], rule.last_resort) == ("Hello, this is the test line.", "agent")
    with pytest.raises(Conflict, match="cannot be undone"):
        await desk.plans.start_undo(applied.id)


async def test_pins_are_on_disk_only_sealed(desk: Desk) -> None:
    wanted = document("twilio")
    wanted["rules"][0]["terms"] = {"pin": "8642135"}
    await desk.apply(wanted)
    url = desk.database.engine.url.database
    if desk.database.engine.url.get_backend_name() == "sqlite" and url:
        from pathlib import Path

        files = [file for file in Path(url).parent.glob("gateway.db*") if file.is_file()]
        assert all(b"8642135" not in file.read_bytes() for file in files)
    again = await desk.plan(wanted)
    assert again.steps == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "red"}, "colour"),
        ({"numbers": [{"number": "+14155550100", "find": {"country": "US"}, "trunk": "a"}]}, "numbers.0"),
        ({"numbers": [{"find": {"country": "US"}, "trunk": "a"}]}, "numbers.0"),
        ({"numbers": [{"number": "0815", "trunk": "a"}]}, "numbers.0.number"),
        ({"numbers": [{"name": "a", "find": {"country": "XX"}, "trunk": "a"}]}, "numbers.0.find.country"),
        ({"trunks": [{"name": "a", "carrier": "b", "targets": ["sip.example.com;transport=ws"]}]}, "trunks.0.targets"),
        ({"trunks": [{"name": "a", "carrier": "b", "inbound": {"colour": 1}}]}, "trunks.0.inbound"),
        ({"trunks": [{"name": "a", "carrier": "b", "outbound": {"auth_password": "x"}}]}, "trunks.0.outbound"),
        ({"agents": [{"name": "a", "profile": {"greeting": 5}}]}, "agents.0"),
        ({"rules": [{"name": "a", "trunks": ["a"], "agent": "b", "terms": {"agent_id": "c"}}]}, "rules.0.terms"),
        ({"trunks": [{"name": "a", "carrier": "b"}, {"name": "a", "carrier": "b"}]}, ""),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_place(change: dict[str, object], place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Document.model_validate(change)
    assert ".".join(str(part) for part in caught.value.errors()[0]["loc"]) == place
