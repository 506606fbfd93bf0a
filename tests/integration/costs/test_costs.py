"""What calls cost, over REST: a call's price, sums, monthly fees, and what does not fit."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from gateway.auth.scopes import Role
from gateway.calls.facts import NumbersPii
from tests.integration.control_plane.plane import Json, client_of, problem
from tests.integration.costs.office import ANA, BEN, DESK, FactsAt, Office, recorded
from trunks.models import NumberRow


async def cost(office: Office, call_id: str) -> Json:
    return await office.asked(f"/v1/calls/{call_id}/cost", Role.VIEWER)


async def own_number(office: Office, carrier_id: str, monthly: str = "1.15") -> None:
    number = await office.plane.number(DESK)
    values = {"carrier_id": carrier_id, "monthly": monthly, "currency": "USD"}
    async with office.plane.container.database.begin() as session:
        await session.execute(update(NumberRow).where(NumberRow.id == number["id"]).values(**values))


async def test_a_call_costs_what_the_carrier_says_and_until_then_what_the_trunk_lets_estimate(office: Office) -> None:
    carrier_id = await office.account("telnyx")
    trunk_id = await office.way_out(price_per_minute="0.0125", currency="EUR")
    call_id = await office.call(office.ago(hours=1), inbound=False, trunk_id=trunk_id, sip_call_id="abc@us")

    told = await cost(office, call_id)
    assert (told["cost"], told["minutes"], told["records"]) == ("estimated", 2, [])
    assert told["amounts"] == [{"currency": "EUR", "billed": "0", "estimated": "0.0250", "per_minute": None}]
    assert "no carrier" in told["says"] and "estimated" in told["says"]

    row = recorded(office.bench("telnyx"), office.ago(hours=1), inbound=False, sip_call_id="abc@us")
    await office.records.read(carrier_id)
    told = await cost(office, call_id)
    assert (told["cost"], told["records"][0]["joined_by"], told["records"][0]["price"]) == (
        "estimated",
        "call_id",
        None,
    )
    assert "without a price" in told["says"]

    row["cost"] = "0.0170"
    await office.records.read(carrier_id)
    told = await cost(office, call_id)
    assert told["cost"] == "billed"
    assert told["amounts"] == [{"currency": "USD", "billed": "0.0170", "estimated": "0", "per_minute": "0.008500"}]
    assert ANA not in json.dumps(told)


async def test_what_nobody_knows_is_not_made_up(office: Office) -> None:
    inbound = await cost(office, await office.call(office.ago(hours=1)))
    assert (inbound["cost"], inbound["amounts"]) == ("unknown", [])
    trunk_id = await office.way_out()
    without = await cost(office, await office.call(office.ago(hours=1), inbound=False, trunk_id=trunk_id))
    assert (without["cost"], "no price per minute" in without["says"]) == ("unknown", True)
    silent = await cost(office, await office.call(office.ago(hours=1), inbound=False, trunk_id=trunk_id, seconds=None))
    assert "not answered" in silent["says"]
    missing = problem(await office.plane.admin.get("/v1/calls/call_01kaaaaaaaaaaaaaaaaaaaaaab/cost"))
    assert missing["status"] == 404


async def test_a_call_that_is_on_costs_nothing_yet(office: Office) -> None:
    trunk_id = await office.way_out(price_per_minute="0.02")
    facts = FactsAt(office.ago(minutes=3), ANA)
    pii = NumbersPii(ani=DESK, dnis=ANA)
    await office.plane.container.calls.runner.take([
        facts.invite(direction="outbound", pii=pii),
        facts.admitted(direction="outbound", pii=pii, trunk_id=trunk_id), facts.joined(), facts.answered(5),
    ])  # fmt: skip
    told = await cost(office, facts.call_id)
    assert (told["cost"], told["amounts"], told["says"]) == ("unknown", [], "the call is not over")
    assert (await office.asked("/v1/costs", since=office.ago(hours=1).isoformat()))["total"]["calls"] == 0


async def test_sums_are_by_carrier_trunk_number_and_day_and_never_across_currencies(office: Office) -> None:
    telnyx, twilio = await office.account("telnyx"), await office.account("twilio")
    await own_number(office, telnyx)
    trunk_id = await office.way_out(price_per_minute="0.5", currency="EUR")
    await office.call(office.ago(hours=3), inbound=False, trunk_id=trunk_id, sip_call_id="one@us")
    await office.call(office.ago(hours=2), inbound=False, trunk_id=trunk_id, person=BEN)
    recorded(office.bench("telnyx"), office.ago(hours=3), inbound=False, sip_call_id="one@us", price="0.01")
    recorded(office.bench("telnyx"), office.ago(hours=30), price="0.02")
    recorded(office.bench("twilio"), office.ago(hours=1), called=BEN, price="0.04")
    recorded(office.bench("twilio"), office.ago(minutes=50), called=BEN)
    for carrier_id in (telnyx, twilio):
        await office.records.read(carrier_id)
    since = office.ago(days=3).isoformat()

    told = await office.asked("/v1/costs", Role.VIEWER, since=since, by="carrier")
    groups = {group["name"]: group for group in told["groups"]}
    assert set(groups) == {"telnyx", "twilio", ""}
    assert groups["telnyx"]["amounts"] == [
        {"currency": "USD", "billed": "0.03", "estimated": "0", "per_minute": "0.007500"}
    ]
    assert groups["telnyx"]["monthly"] == [{"currency": "USD", "amount": "1.15", "numbers": 1}]
    assert (groups["twilio"]["calls"], groups["twilio"]["unpriced"]) == (2, 1)
    assert groups[""]["amounts"] == [{"currency": "EUR", "billed": "0", "estimated": "1.0", "per_minute": None}]
    total = {one["currency"]: (one["billed"], one["estimated"]) for one in told["total"]["amounts"]}
    assert total == {"EUR": ("0", "1.0"), "USD": ("0.07", "0")}
    assert told["total"]["calls"] == 5

    by_trunk = {
        one["name"]: one["calls"] for one in (await office.asked("/v1/costs", since=since, by="trunk"))["groups"]
    }
    assert by_trunk == {"way out": 2, "": 3}
    told = await office.asked("/v1/costs", since=since, by="number")
    assert {one["key"]: one["calls"] for one in told["groups"]} == {DESK: 3, "": 2}
    assert ANA not in json.dumps(told) and BEN not in json.dumps(told)
    days = [one["key"] for one in (await office.asked("/v1/costs", since=since, by="day"))["groups"]]
    assert days == sorted({office.ago(hours=hour).date().isoformat() for hour in (1, 2, 3, 30)})


async def test_a_sum_is_the_same_however_many_pages_it_has(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    carrier_id = await office.account("telnyx")
    trunk_id = await office.way_out(price_per_minute="1")
    for minute in range(5):
        recorded(office.bench("telnyx"), office.ago(minutes=60), price="0.01")
        await office.call(office.ago(minutes=minute + 5), inbound=False, trunk_id=trunk_id, person=BEN)
    await office.records.read(carrier_id)
    since = office.ago(hours=2).isoformat()
    whole = await office.asked("/v1/costs", since=since)
    monkeypatch.setattr("gateway.costs.lines.PAGE", 2)
    assert await office.asked("/v1/costs", since=since) == whole
    assert whole["total"]["calls"] == 10


async def test_a_time_that_makes_no_sense_is_refused(office: Office) -> None:
    now = office.now
    for query in (
        {"since": now.isoformat(), "until": now.isoformat()},
        {"since": (now - timedelta(days=400)).isoformat()},
        {"by": "person"},
    ):
        assert problem(await office.plane.admin.get("/v1/costs", params=query))["status"] == 422
    far = problem(await office.plane.admin.get("/v1/costs/findings", params={"since": office.ago(days=40).isoformat()}))
    assert (far["status"], far["field"]) == (422, "since")
    early = await office.plane.admin.get("/v1/costs", params={"until": "2020-03-01T00:00:00Z"})
    assert early.json()["groups"] == []


async def test_only_who_may_see_configuration_sees_sums(office: Office) -> None:
    async with client_of(office.plane.app) as nobody:
        for path in ("/v1/costs", "/v1/costs/findings", "/v1/calls/call_1/cost"):
            assert (await nobody.get(path)).status_code == 401


async def found(office: Office) -> list[Json]:
    return (await office.asked("/v1/costs/findings", Role.VIEWER))["data"]


async def test_a_call_that_only_the_carrier_knows_is_told_once_it_is_settled(office: Office) -> None:
    carrier_id = await office.account("telnyx", "main")
    row = recorded(office.bench("telnyx"), office.ago(minutes=30), inbound=False, price="0.5")
    recorded(office.bench("telnyx"), office.ago(days=4))  # before the account was given to us
    await office.records.read(carrier_id)
    assert await found(office) == []
    office.plane.clock.go(3600)
    (told,) = await found(office)
    assert (told["kind"], told["remote_id"], told["carrier_id"]) == ("unknown_call", row["id"], carrier_id)
    assert "main has recorded a call out of 61 s for 0.5 USD" in told["words"] and told["todo"]
    assert ANA not in json.dumps(told)


async def test_a_call_that_only_we_know_is_told_after_a_day_of_reading(office: Office) -> None:
    carrier_id = await office.account("telnyx", "main")
    trunk = await office.plane.trunk()
    await office.trunk_at(carrier_id, inbound=trunk["id"])
    strange = await office.call(office.ago(hours=2), trunk_id=trunk["id"])
    await office.call(office.ago(hours=2), trunk_id=trunk["id"], seconds=None)  # nobody answered: nothing to bill
    await office.call(office.ago(hours=2))  # through a trunk that is nobody's
    await office.records.read(carrier_id)
    assert await found(office) == []
    office.plane.clock.go(26 * 3600)
    assert [one["kind"] for one in await found(office)] == ["not_read"]
    await office.records.read(carrier_id)
    (told,) = await found(office)
    assert (told["kind"], told["call_id"]) == ("unknown_to_carrier", strange)
    assert "came in" in told["words"] and "gateway calls show" in told["todo"]


async def test_of_several_that_fit_nobody_is_accused(office: Office) -> None:
    carrier_id = await office.account("twilio", "main")
    trunk = await office.plane.trunk()
    await office.trunk_at(carrier_id, inbound=trunk["id"])
    for second in (0, 10):
        await office.call(office.ago(minutes=30, seconds=second), trunk_id=trunk["id"])
        recorded(office.bench("twilio"), office.ago(minutes=30, seconds=second))
    office.plane.clock.go(26 * 3600)
    await office.records.read(carrier_id)
    assert [one["kind"] for one in await found(office)] == ["several_fit"] * 2
