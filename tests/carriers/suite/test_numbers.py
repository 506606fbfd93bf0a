"""Numbers are found, and bought once, whatever happens on the way."""

from __future__ import annotations

import pytest

from gateway.kernel.errors import Conflict, GatewayError, Unavailable
from tests.carriers.bench import AREA, FREE, Bench
from tests.carriers.suite.acts import NUMBER, NUMBER_TAG, QUERY, bought, owned
from trunks.carriers.port import Carrier, NumberQuery


async def test_a_search_finds_what_was_asked_for_with_its_price(carrier: Carrier, bench: Bench) -> None:
    offers = await carrier.search(QUERY)
    assert sorted(one.number for one in offers) == sorted(FREE)
    assert {(one.country, one.kind) for one in offers} == {("US", "local")}
    for one in offers:
        assert (one.monthly is not None and one.monthly.amount > 0 and one.monthly.currency == "USD") is bench.prices
    assert [one.number for one in await carrier.search(NumberQuery("US", area=AREA, contains="0101"))] == [FREE[1]]
    assert len(await carrier.search(NumberQuery("US", area=AREA, most=2))) == 2
    assert list(await carrier.search(NumberQuery("US", area="212"))) == []
    assert list(await carrier.search(NumberQuery("US", kind="mobile"))) == []


async def test_a_country_that_is_none_is_named(carrier: Carrier) -> None:
    with pytest.raises(GatewayError) as refused:
        await carrier.search(NumberQuery("XX"))
    assert (refused.value.field, refused.value.status) == ("country", 422)
    assert refused.value.todo


async def test_a_number_is_bought_once_however_often_it_is_asked_for(carrier: Carrier, bench: Bench) -> None:
    assert await carrier.order(NUMBER, NUMBER_TAG) is None
    first = await bought(carrier)
    assert (first.state, first.number) == ("done", NUMBER)
    assert await carrier.buy(NUMBER, NUMBER_TAG) == first == await carrier.order(NUMBER, NUMBER_TAG)
    assert bench.sold() == [NUMBER]
    found = await owned(carrier)
    assert (found.remote_id, found.tag) == (first.remote_id, NUMBER_TAG)


@pytest.mark.parametrize("fault", ["silent", "cut", "broken_before", "broken_after"])
async def test_a_purchase_without_an_answer_is_not_sent_twice(fault: str, carrier: Carrier, bench: Bench) -> None:
    bench.double.fail(fault, *bench.purchase)  # type: ignore[arg-type]
    with pytest.raises(Unavailable) as unknown:
        await carrier.buy(NUMBER, NUMBER_TAG)
    assert "not known" in unknown.value.detail
    assert len(bench.sold()) <= 1
    assert (await bought(carrier)).state == "done"
    assert bench.sold() == [NUMBER]


async def test_a_purchase_that_arrives_twice_is_one_purchase(carrier: Carrier, bench: Bench) -> None:
    bench.double.fail("twice", *bench.purchase)
    assert (await bought(carrier)).state == "done"
    assert bench.sold() == [NUMBER]


async def test_a_number_that_somebody_was_faster_to_buy_is_a_conflict(carrier: Carrier, bench: Bench) -> None:
    assert NUMBER in [one.number for one in await carrier.search(QUERY)]
    bench.taken(NUMBER)
    with pytest.raises(Conflict) as taken:
        await bought(carrier)
    assert taken.value.field == "number"
    assert "search" in (taken.value.todo or "")
    assert bench.sold() == []


async def test_a_number_that_the_account_has_for_something_else_is_not_taken_over(
    carrier: Carrier, bench: Bench
) -> None:
    bench.own(NUMBER, "the old office")
    assert await carrier.order(NUMBER, NUMBER_TAG) is None
    with pytest.raises(Conflict) as refused:
        await carrier.buy(NUMBER, NUMBER_TAG)
    assert "import" in (refused.value.todo or "")
    found = await owned(carrier)
    assert found.tag == "the old office"
    await carrier.tag_number(found, NUMBER_TAG)
    assert (await carrier.buy(NUMBER, NUMBER_TAG)).remote_id == found.remote_id
    assert bench.sold() == []


async def test_papers_are_a_step_for_people_and_approval_takes_its_time(carrier: Carrier, bench: Bench) -> None:
    bench.ask_papers(NUMBER)
    waiting = await bought(carrier)
    assert waiting.state == "needs_human"
    assert all(step.what and step.link.startswith("https://") for step in waiting.steps)
    assert waiting.steps
    bench.file_papers(looks=2)
    states = [(await bought(carrier)).state for _ in range(4)]
    assert states[0] == "needs_human"
    assert states[-1] == "done"
    assert bench.sold() == [NUMBER]
