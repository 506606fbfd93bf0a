"""What is Wavix's own: one cart, numbers led one by one, logins that it gives, steps for people, refusals."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gateway.kernel.errors import Conflict, NotAuthenticated
from tests.carriers.bench import FREE, TAG, spec
from tests.carriers.wavix.bench import WavixBench
from tests.carriers.wavix.double import KEY
from tests.carriers.wavix.stock import ForSale
from trunks.carriers.named import Named, read
from trunks.carriers.port import Carrier, NumberQuery
from trunks.carriers.wavix import label
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.calls import calls
from trunks.carriers.wavix.errors import is_refused, refusal
from trunks.carriers.wire import Pace, Wire

NUMBER, NUMBER_TAG = FREE[0], "gw:test:num_1"


@pytest.fixture
def bench() -> WavixBench:
    return WavixBench()


# -- numbers ----------------------------------------------------------------------------------------------------------


async def test_those_who_buy_at_once_share_the_cart_and_pay_once_each(carrier: Carrier, bench: WavixBench) -> None:
    orders = await asyncio.gather(*(carrier.buy(number, NUMBER_TAG) for number in (*FREE, *FREE)))
    assert {order.state for order in orders} == {"done"}
    assert sorted(bench.sold()) == sorted(FREE)
    assert bench.double.stock.cart == set()


async def test_what_others_have_in_the_cart_is_not_bought_along(carrier: Carrier, bench: WavixBench) -> None:
    bench.double.stock.put(FREE[1].lstrip("+"))
    await carrier.buy(FREE[0], NUMBER_TAG)
    assert bench.sold() == [FREE[0]]
    assert bench.double.stock.cart == {FREE[1].lstrip("+")}


async def test_a_number_waits_until_it_is_active(carrier: Carrier, bench: WavixBench) -> None:
    bench.double.looks = 3
    assert (await carrier.buy(NUMBER, NUMBER_TAG)).state == "pending"
    orders = [await carrier.order(NUMBER, NUMBER_TAG) for _ in range(2)]
    assert [order.state for order in orders if order] == ["pending", "done"]


async def test_where_wavix_takes_no_tag_the_number_is_bought_all_the_same(carrier: Carrier, bench: WavixBench) -> None:
    bench.double.takes_tags = False
    first = await carrier.buy(NUMBER, NUMBER_TAG)
    assert first.state == "done"
    assert await carrier.buy(NUMBER, NUMBER_TAG) == first == await carrier.order(NUMBER, NUMBER_TAG)
    assert [one.tag async for one in carrier.numbers()] == [""]
    assert bench.sold() == [NUMBER]


async def test_an_address_that_the_company_uses_is_not_taken_for_the_tag(carrier: Carrier, bench: WavixBench) -> None:
    bench.own(NUMBER, "sales")
    row = bench.double.stock.owned[0]
    row["call_status_url"] = "https://company.example.com/calls"
    (owned,) = [one async for one in carrier.numbers()]
    await carrier.tag_number(owned, NUMBER_TAG)
    assert row["call_status_url"] == "https://company.example.com/calls"
    assert [one.tag async for one in carrier.numbers()] == ["sales"]


async def test_a_number_is_led_to_each_target_in_turn(carrier: Carrier, bench: WavixBench) -> None:
    bench.own(NUMBER, "")
    trunk = await carrier.ensure_trunk(spec())
    (owned,) = [one async for one in carrier.numbers()]
    await carrier.assign(owned, trunk, spec())
    told = [
        (one["destination"], one["priority"], one["transport"]) for one in bench.double.stock.owned[0]["destination"]
    ]
    assert told == [
        ("[did]@sip.example.com:5060;transport=tcp", 1, 1),
        ("[did]@sip2.example.com:5070;transport=tcp", 2, 1),
    ]
    assert [one.trunk_id async for one in carrier.numbers()] == [trunk.remote_id]


async def test_a_number_that_people_have_led_elsewhere_says_where(carrier: Carrier, bench: WavixBench) -> None:
    bench.own(NUMBER, "")
    there = {"destination": "[did]@pbx.example.com:5060;transport=udp", "priority": 1, "transport": 1}
    bench.double.stock.lead(bench.double.stock.owned[0], [there])
    assert [one.trunk_id async for one in carrier.numbers()] == ["[did]@pbx.example.com:5060;transport=udp"]


async def test_a_country_is_found_by_its_code_however_it_is_listed(carrier: Carrier, bench: WavixBench) -> None:
    bench.double.stock.for_sale = [
        ForSale("493012345678", "DE", 3, sms=False, papers=(2,)),
        ForSale("4915112345678", "DE", 4),
    ]
    (local,) = await carrier.search(NumberQuery("DE"))
    assert (local.number, local.country, local.features) == ("+493012345678", "DE", frozenset({"voice"}))
    assert [step.what for step in local.needs] == [
        "upload a proof of address for the number; people at Wavix look at it"
    ]
    (mobile,) = await carrier.search(NumberQuery("de", kind="mobile", features=frozenset({"voice", "sms"})))
    assert mobile.number == "+4915112345678"
    assert await carrier.search(NumberQuery("FR")) == []
    asked = len(bench.double.exchanges)
    await carrier.search(NumberQuery("FR"))
    assert len(bench.double.exchanges) == asked, "countries are asked for once"


# -- trunks -----------------------------------------------------------------------------------------------------------


async def test_wavix_gives_the_name_that_our_calls_log_in_with(carrier: Carrier, bench: WavixBench) -> None:
    made = await carrier.ensure_trunk(spec())
    assert made.username == bench.double.trunks[0]["name"]
    assert made.host == "us.wavix.net"
    (listed,) = await carrier.trunks()
    assert (listed.username, listed.tag, listed.name) == (made.username, TAG, "Support line")


async def test_limits_that_people_have_set_outlive_a_repair(carrier: Carrier, bench: WavixBench) -> None:
    await carrier.ensure_trunk(spec())
    trunk = bench.double.trunks[0]
    limits = {
        "call_restrict": True, "call_limit": 900, "cost_limit": True, "max_call_cost": 0.18, "channels_restrict": True,
        "max_channels": 2,
    }  # fmt: skip
    trunk.update({**limits, "rewrite_enabled": True})
    assert (await carrier.ensure_trunk(spec())).differs == ()
    assert {name: trunk[name] for name in limits} == limits
    assert trunk["rewrite_enabled"] is False


async def test_a_trunk_with_one_caller_id_is_a_step_for_people(carrier: Carrier, bench: WavixBench) -> None:
    bench.own(NUMBER, "")
    bench.double.several_caller_ids = False
    made = await carrier.ensure_trunk(spec())
    assert ["one number only" in step.what for step in made.steps] == [True]
    assert bench.double.trunks[0]["callerid"] == NUMBER.lstrip("+")
    since = len(bench.double.exchanges)
    assert await carrier.ensure_trunk(spec()) == made
    assert bench.double.writes(since) == []


async def test_an_address_is_let_in_once_people_have_approved_it(carrier: Carrier, bench: WavixBench) -> None:
    by_address = spec(username="", password="", sources=("192.0.2.1/32",))
    made = await carrier.ensure_trunk(by_address)
    assert ["approve" in step.what for step in made.steps] == [True]
    assert await carrier.observe_trunk(by_address) == made
    bench.double.trunks[0]["approved"] = True
    approved = await carrier.ensure_trunk(by_address)
    assert (approved.steps, approved.differs) == ((), ())
    moved = spec(username="", password="", sources=("192.0.2.2/32",))
    seen = await carrier.observe_trunk(moved)
    assert seen is not None
    assert seen.differs == ("sources",)


def test_a_label_is_read_as_it_was_written() -> None:
    long = spec(name="A very long name of a support line, longer than anybody needs it")
    for one in (spec(), spec(password=""), spec(name=""), long):
        told = read(label.wanted(one))
        assert (told.tag, one.name.startswith(told.name)) == (TAG, True)
        assert len(label.wanted(one)) <= 64
    assert read(label.wanted(spec())).mark != read(label.wanted(spec(password="another one"))).mark
    assert read("the old office") == Named("", "the old office")
    assert label.tag_in(label.address_of("gw:a b/ü")) == "gw:a b/ü"
    assert label.tag_in("https://company.example.com/") == label.tag_in(None) == ""


# -- calls, webhooks --------------------------------------------------------------------------------------------------


async def test_no_more_calls_are_held_than_a_part_of_the_time_has(bench: WavixBench) -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    for hour in (500, 3, 200, 30, 90, 300, 60, 31, 32, 33):
        bench.add_call(since + timedelta(hours=hour), inbound=hour % 2 == 0, price="0.01")
    async with bench.double.running() as elsewhere:
        wire = Wire("Wavix", Pace(None), elsewhere)
        found = [one async for one in calls(Api(wire, KEY), since, since + timedelta(days=30), most=3)]
        await wire.aclose()
    assert [(one.began_at - since) // timedelta(hours=1) for one in found] == [3, 30, 31, 32, 33, 60, 90, 200, 300, 500]
    assert (found[0].calling, found[0].direction) == ("+15105550100", "outbound")


def test_no_webhook_is_believed() -> None:
    carrier = WavixBench().open({"api.wavix.com": "http://127.0.0.1:9"})
    with pytest.raises(NotAuthenticated) as refused:
        carrier.check_webhook("https://gateway.example.com", {"any": "header"}, b"{}")
    assert refused.value.todo


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_an_answer_that_was_no_success_is_a_conflict() -> None:
    answer = httpx.Response(200, json={"success": False, "message": "14155550100 is not yours"})
    assert is_refused(answer)
    error = refusal(answer)
    assert (type(error), error.code) == (Conflict, "carrier.conflict")


def test_a_parameter_is_named_as_we_call_it() -> None:
    for parameter, field in (("allowed_ips", "sources"), ("odd", None)):
        answer = httpx.Response(422, json={"success": False, "message": f"Missing or invalid parameter {parameter}"})
        error = refusal(answer)
        assert error.field == field
        assert parameter in error.detail


def test_a_list_or_nothing_is_no_refusal() -> None:
    assert not is_refused(httpx.Response(200, json=[]))
    assert not is_refused(httpx.Response(200, json={"items": []}))
    assert not is_refused(httpx.Response(200, text=""))
