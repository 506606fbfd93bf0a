"""Numbers that are found, sold meanwhile, ordered for long, gone, or paid for and unused."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.kernel.errors import BadInput, Conflict
from tests.carriers.bench import FREE
from tests.integration.apply.desk import ADDRESS, Desk, words
from trunks.models import NumberRow

SELLING = ("telnyx", "twilio", "wavix")


def trunk(carrier: str) -> dict[str, Any]:
    return {"name": "support", "carrier": carrier, "inbound": ADDRESS, "outbound": None}


def found(carrier: str, count: int, **find: object) -> dict[str, Any]:
    number = {"name": "line", "find": {"country": "US", **find}, "count": count, "trunk": "support"}
    return {"trunks": [trunk(carrier)], "numbers": [number]}


def exact(carrier: str, number: str = FREE[0]) -> dict[str, Any]:
    return {"trunks": [trunk(carrier)], "numbers": [{"number": number, "trunk": "support"}]}


async def numbers(desk: Desk) -> dict[str, str]:
    return {row.name or row.number: row.number for row in await desk.rows(NumberRow)}


@pytest.mark.parametrize("carrier", SELLING)
async def test_some_numbers_are_found_and_each_is_bought_once(desk: Desk, carrier: str) -> None:
    plan = await desk.plan(found(carrier, 2))
    assert [price.currency for price in plan.monthly] == ["USD"]
    assert desk.market.sold() == []  # a plan buys nothing
    await desk.plans.start(plan.id)
    assert sorted(await numbers(desk)) == ["line-1", "line-2"]
    assert len(desk.market.sold()) == 2
    more = await desk.apply(found(carrier, 3))
    assert [step.key for step in more.steps] == ["number:line-3", "livekit"]
    assert len(set(desk.market.sold())) == len(desk.market.sold()) == 3


@pytest.mark.parametrize("carrier", SELLING)
async def test_what_is_spent_is_what_the_plan_said(desk: Desk, carrier: str) -> None:
    applied = await desk.apply(found(carrier, 2))
    assert (applied.spent_once, applied.spent_monthly) == (applied.once, applied.monthly)
    assert applied.spent_monthly


@pytest.mark.parametrize("carrier", SELLING)
async def test_a_number_that_was_sold_since_is_replaced_by_one_that_costs_no_more(desk: Desk, carrier: str) -> None:
    plan = await desk.plan(found(carrier, 1))
    wanted = next(one for one in FREE if one in plan.steps[1].words)
    desk.market.benches[carrier].taken(wanted)
    await desk.plans.start(plan.id)
    assert (await desk.shown(plan.id)).state == "applied"
    (number,) = (await numbers(desk)).values()
    assert number != wanted
    assert desk.market.benches[carrier].assigned(number)


@pytest.mark.parametrize("carrier", SELLING)
async def test_the_very_number_that_was_wanted_and_is_sold_is_told_of_and_leaves_nothing(
    desk: Desk, carrier: str
) -> None:
    plan = await desk.plan(exact(carrier))
    desk.market.benches[carrier].taken(FREE[0])
    await desk.plans.start(plan.id)
    shown = await desk.shown(plan.id)
    assert shown.state == "failed"
    failed = next(step for step in shown.steps if step.state == "failed")
    assert failed.problem and failed.todo
    assert await desk.rows(NumberRow) == []
    assert desk.market.sold() == []
    with pytest.raises(Conflict, match="does not offer"):
        await desk.plan(exact(carrier))


@pytest.mark.parametrize("carrier", SELLING)
async def test_a_carrier_that_does_not_answer_after_it_has_sold_sells_once(desk: Desk, carrier: str) -> None:
    plan = await desk.plan(exact(carrier))
    desk.market.benches[carrier].double.fail("silent", *desk.market.benches[carrier].purchase)
    await desk.plans.start(plan.id)
    assert (await desk.shown(plan.id)).state == "applied"
    assert len(desk.market.sold()) == 1
    assert desk.waited  # it was asked again, later


async def test_a_carrier_that_never_answers_leaves_the_purchase_open_and_the_next_plan_goes_on(desk: Desk) -> None:
    bench = desk.market.benches["twilio"]
    plan = await desk.plan(exact("twilio"))
    desk.held = True
    await desk.plans.start(plan.id)
    bench.double.fail("silent", *bench.purchase)
    bench.double.fail("cut", "GET", r"/IncomingPhoneNumbers\.json", times=None)
    await desk.go_on()
    shown = await desk.shown(plan.id)
    assert (shown.state, shown.unsure) == ("failed", [f"number:{FREE[0]}"])
    (row,) = await desk.rows(NumberRow)
    assert row.standing == "ordered"
    bench.double.heal()
    again = await desk.apply(exact("twilio"))
    assert again.state == "applied"
    assert len(desk.market.sold()) == 1


@pytest.mark.parametrize("carrier", SELLING)
async def test_an_order_that_waits_for_papers_says_what_people_have_to_do_and_goes_on_later(
    desk: Desk, carrier: str
) -> None:
    bench = desk.market.benches[carrier]
    bench.ask_papers(FREE[0])
    first = await desk.apply(exact(carrier))
    step = next(step for step in first.steps if step.act == "number.buy")
    assert (first.state, step.state) == ("waiting", "people")
    assert step.human and step.problem
    bench.file_papers(1)
    second = await desk.apply(exact(carrier))
    if second.state == "waiting":  # somebody looks once more than people need
        second = await desk.apply(exact(carrier))
    assert second.state == "applied"
    assert [step.risk for step in second.steps if step.act.startswith("number.")] == ["none"]
    assert bench.owns(FREE[0])
    assert len(desk.market.sold()) == 1


@pytest.mark.parametrize("carrier", SELLING)
async def test_a_number_that_the_account_has_is_taken_in_and_not_bought(desk: Desk, carrier: str) -> None:
    desk.market.benches[carrier].own("+14155550177", "something else")
    applied = await desk.apply(exact(carrier, "+14155550177"))
    assert applied.state == "applied"
    assert "take in" in words(applied)[1]
    assert desk.market.sold() == []
    assert desk.market.benches[carrier].assigned("+14155550177")


@pytest.mark.parametrize("carrier", SELLING)
async def test_what_was_bought_and_then_forgotten_is_paid_for_and_unused_until_it_is_wanted_again(
    desk: Desk, carrier: str
) -> None:
    await desk.apply(found(carrier, 1))
    async with desk.database.begin() as session:
        for row in await desk.rows(NumberRow):
            await session.delete(await session.get(NumberRow, row.id))
    notes = (await desk.plans.drift()).notes
    assert [note.kind for note in notes] == ["orphan"]
    again = await desk.apply(found(carrier, 1))
    assert again.state == "applied"
    assert len(desk.market.sold()) == 1


async def test_two_numbers_that_fit_are_not_there(desk: Desk) -> None:
    with pytest.raises(Conflict, match="does not offer another number that fits"):
        await desk.plan(found("telnyx", 4))


async def test_none_is_cheap_enough(desk: Desk) -> None:
    with pytest.raises(Conflict, match="does not offer"):
        await desk.plan(found("telnyx", 1, max_monthly="0.10"))


async def test_a_trunk_that_nobody_knows_is_named_with_its_place(desk: Desk) -> None:
    document = found("telnyx", 1)
    document["numbers"][0]["trunk"] = "other"
    with pytest.raises(BadInput) as caught:
        await desk.plan(document)
    assert caught.value.field == "document.numbers.0.trunk"
