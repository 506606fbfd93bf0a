"""Trunks that were changed or deleted by hand, and what people change here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from gateway.apply.repository import PlanRepository
from gateway.kernel.errors import BadInput, Conflict, NotAuthenticated
from tests.carriers.bench import FREE
from tests.integration.apply.desk import ADDRESS, Desk, words
from tests.integration.apply.test_from_nothing import document
from trunks.accounts.models import CarrierTrunkRow
from trunks.models import NumberRow, TrunkRow

SELLING = ("telnyx", "twilio", "wavix")


@pytest.mark.parametrize("carrier", SELLING)
async def test_what_a_person_spoiled_at_the_carrier_is_seen_and_mended(desk: Desk, carrier: str) -> None:
    wanted = document(carrier)
    wanted["trunks"][0].update(sources=["192.0.2.10/32", "192.0.2.11/32"], refer=True, caller_names=True)
    await desk.apply(wanted)
    spoiled = next(one for one in desk.market.benches[carrier].spoiled() if one.field in ("targets", "secure"))
    spoiled.do()
    mended = await desk.apply(wanted)
    assert [step.act for step in mended.steps] == ["trunk.repair", "livekit.sync"]
    assert spoiled.field in words(mended)[0]
    assert mended.state == "applied"
    assert words(await desk.plan(wanted)) == []


@pytest.mark.parametrize("carrier", SELLING)
async def test_a_trunk_that_was_deleted_by_hand_is_made_again_and_its_numbers_led_to_it(
    desk: Desk, carrier: str
) -> None:
    await desk.apply(document(carrier))
    desk.market.benches[carrier].forget_trunk()
    assert any("not at the carrier any more" in step.words for step in (await desk.plans.drift()).steps)
    mended = await desk.apply(document(carrier))
    assert mended.state == "applied"
    assert desk.market.benches[carrier].assigned(FREE[0])
    assert len(desk.market.sold()) == 1
    assert words(await desk.plan(document(carrier))) == []


async def test_a_trunk_goes_by_another_way_when_the_file_says_so(desk: Desk) -> None:
    await desk.apply(document("twilio"))
    changed = document("twilio")
    changed["trunks"][0].update(targets=["other.example.com:5070;transport=tcp"], refer=True)
    plan = await desk.apply(changed)
    assert plan.steps[0].words.endswith("refer") or "targets" in plan.steps[0].words
    (row,) = await desk.rows(CarrierTrunkRow)
    assert row.spec["targets"] == ["other.example.com:5070;transport=tcp"]
    assert words(await desk.plan(changed)) == []


async def test_terms_of_both_sides_are_those_of_the_file_and_others_stay(desk: Desk) -> None:
    wanted = document("twilio")
    wanted["trunks"][0]["inbound"] = {**ADDRESS, "max_calls": 3}
    wanted["trunks"][0]["outbound"] = {"max_calls": 2, "allowed_countries": ["US"]}
    await desk.apply(wanted)
    async with desk.database.begin() as session:
        for row in await session.scalars(select(TrunkRow)):
            row.max_duration_s, row.max_calls = 600, 50  # by hand; only the second one is in the file
    assert words(await desk.apply(wanted))[:2] == [
        "change what support lets in: max_calls",
        "change calls out by support",
    ]
    assert {(row.max_calls, row.max_duration_s) for row in await desk.rows(TrunkRow)} == {(3, 600), (2, 600)}


async def test_a_trunk_does_not_move_to_another_carrier(desk: Desk) -> None:
    await desk.apply(document("twilio"))
    moved = document("telnyx")
    moved["numbers"] = []
    with pytest.raises(Conflict, match="does not move"):
        await desk.plan(moved)


async def test_wrong_keys_are_said_before_anything_is_done(desk: Desk) -> None:
    await desk.add_carrier("stranger", "telnyx", {**desk.market.benches["telnyx"].keys(), "api_key": "KEYwrong"})
    with pytest.raises(NotAuthenticated) as caught:
        await desk.plan(document("stranger"))
    assert caught.value.todo


async def test_a_key_that_may_not_buy_is_said_with_the_next_step_and_leaves_nothing_half(desk: Desk) -> None:
    desk.held = True
    plan = await desk.plan(document("twilio"))
    await desk.plans.start(plan.id)
    desk.market.benches["twilio"].forbid()
    await desk.go_on()
    applied = await desk.shown(plan.id)
    failed = next(step for step in applied.steps if step.state == "failed")
    assert applied.state == "failed"
    assert failed.problem and failed.todo
    assert {step.state for step in applied.steps if step.act in ("trunk.outbound", "rule.create")} == {"not_reached"}
    assert await desk.rows(NumberRow) == []


@pytest.mark.parametrize("field", ["targets", "inbound"])
async def test_what_a_trunk_cannot_do_without_is_asked_for_by_name(desk: Desk, field: str) -> None:
    wanted = document("wavix")
    wanted["trunks"][0].pop("inbound")
    if field == "targets":
        wanted["trunks"][0].update(targets=[], inbound=ADDRESS)
    with pytest.raises(BadInput) as caught:
        await desk.plan(wanted)
    assert caught.value.field == f"document.trunks.0.{field}"


async def test_two_rules_for_the_same_calls_are_refused_by_name(desk: Desk) -> None:
    wanted: dict[str, Any] = document("twilio")
    wanted["rules"].append({"name": "night", "trunks": ["support"], "numbers": ["hotline"], "agent": "reception"})
    with pytest.raises(Conflict, match="the same calls as"):
        await desk.plan(wanted)
    wanted["rules"].pop()
    await desk.apply(wanted)
    with pytest.raises(Conflict, match="the same calls"):  # as one that is there already
        await desk.plan({"rules": [{**wanted["rules"][0], "name": "night"}]})


async def test_a_field_that_cannot_be_kept_fails_its_step_and_says_where(desk: Desk) -> None:
    """The file was taken before the rules for it became stricter."""
    desk.held = True
    plan = await desk.plan(document("twilio"))
    await desk.plans.start(plan.id)
    async with desk.database.begin() as session:
        for row in await PlanRepository(session).steps(plan.id):
            if row.act == "trunk.outbound":
                row.given = desk.box.seal('{"name": "support", "outbound": {"address": "no address"}}')
    await desk.go_on()
    failed = next(step for step in (await desk.shown(plan.id)).steps if step.state == "failed")
    assert (failed.act, "address" in failed.problem, "address" in failed.todo) == ("trunk.outbound", True, True)


@pytest.mark.parametrize(
    ("carrier", "change", "field"),
    [
        ("twilio", {"secure": True}, "targets"),  # secure there means TLS
        ("telnyx", {"targets": ["192.0.2.1:5060;transport=tcp"]}, "targets"),
        ("telnyx", {"login": False, "sources": ["192.0.2.0/24"]}, "sources"),
        ("wavix", {"targets": ["sip.example.com;transport=tls"]}, "targets"),
    ],
)
async def test_what_a_carrier_has_no_form_for_is_told_before_anything_is_made(
    desk: Desk, carrier: str, change: dict[str, Any], field: str
) -> None:
    wanted = document(carrier)
    wanted["trunks"][0].update(change)
    with pytest.raises(BadInput) as caught:
        await desk.plan(wanted)
    assert (caught.value.field, bool(caught.value.todo)) == (f"document.trunks.0.{field}", True)
