"""Outbound verdicts from real rows: the trunk, its caps as they are used up, and transfers of calls that are on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gateway.calls.admission import AdmissionVerdict
from gateway.calls.facts import NumbersPii
from gateway.calls.repository import CallRepository
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import World, asked
from tests.integration.calls.test_lookup import rows, store
from tests.unit.calls.story import CALL, T0, Facts
from trunks.models import TrunkRow

ORDINARY = NumbersPii(ani="+15105550111", dnis="+15105550199")
STAMP = {"created_at": T0, "updated_at": T0}


@pytest.fixture
def world(world_with_lookup: World) -> World:
    return world_with_lookup


async def way_out(world: World, **fields: object) -> None:
    given = {"numbers": ["+15105550111"], "livekit_id": "ST_out", "max_calls": 2, "max_duration_s": 600} | fields
    async with world.database.begin() as session:
        session.add(TrunkRow(id="trk_out", direction="outbound", name="carrier", enabled=True, **given, **STAMP))


async def dial(world: World, pii: NumbersPii = ORDINARY, **fields: object) -> tuple[str, AdmissionVerdict]:
    call_id = new_id("call")
    given = {"direction": "outbound", "livekit_trunk_id": "ST_out", "pii": pii, "asked_by": "livekit"} | fields
    return call_id, await world.calls.admissions.verdict_on(asked(call_id, **given))


async def test_an_admitted_call_out_has_a_record_that_says_who_asked(world: World) -> None:
    await way_out(world)
    call_id, verdict = await dial(world, max_duration_s=60)
    assert (verdict.verdict, verdict.policy.max_duration_s) == ("accept", 60)
    log = await world.log(call_id)
    assert [row.kind for row in log] == ["invite_received", "admission_decided"]
    assert (log[0].body["direction"], log[0].body["asked_by"]) == ("outbound", "livekit")
    assert log[1].body["trunk_id"] == "trk_out"
    assert [check["name"] for check in log[1].body["verdict"]["checks"]][-1] == "spend"


async def test_a_number_that_is_not_the_trunks_is_shown_only_if_the_trunk_says_so(world: World) -> None:
    foreign = NumbersPii(ani="+15105550122", dnis="+15105550199")
    await way_out(world)
    _, verdict = await dial(world, foreign)
    assert (verdict.sip_code, verdict.slug) == (403, "caller_id_not_allowed")
    async with world.database.begin() as session:
        row = await session.get(TrunkRow, "trk_out")
        assert row is not None
        row.any_caller_id = True
    assert (await dial(world, foreign))[1].verdict == "accept"


async def test_a_refused_call_out_is_over_at_once_and_says_why(world: World) -> None:
    await way_out(world)
    call_id, verdict = await dial(world, NumbersPii(ani="+15105550111", dnis="911"))
    assert (verdict.sip_code, verdict.slug) == (403, "emergency_number")
    assert await world.termination(call_id) == "emergency_number"


@pytest.mark.parametrize("named", ["", "ST_other"])
async def test_a_trunk_that_is_not_ours_makes_no_call(world: World, named: str) -> None:
    await way_out(world)
    assert (await dial(world, livekit_trunk_id=named))[1].slug == "outbound_not_allowed"


async def test_an_inbound_trunk_makes_no_call(world: World) -> None:
    await store(world.database, rows())
    assert (await dial(world, livekit_trunk_id="ST_1"))[1].slug == "outbound_not_allowed"


async def test_the_trunks_own_countries_are_allowed_unless_it_names_others(world: World) -> None:
    await way_out(world, allowed_countries=["GB"])
    assert (await dial(world))[1].slug == "country_not_allowed"
    assert (await dial(world, NumbersPii(dnis="+442079460018")))[1].verdict == "accept"


async def test_open_calls_fill_the_trunk_and_an_ended_one_makes_room(world: World) -> None:
    await way_out(world)
    first, _ = await dial(world)
    await dial(world)
    assert (await dial(world))[1].slug == "over_capacity"
    f = Facts(first)
    await world.calls.runner.take([f.left()])
    assert (await dial(world))[1].verdict == "accept"


async def test_many_at_once_take_no_more_than_there_is(world: World) -> None:
    await way_out(world, max_calls=3, price_per_minute="1", max_spend_per_day="25")
    verdicts = [verdict for _, verdict in await asyncio.gather(*(dial(world) for _ in range(10)))]
    admitted = [verdict.policy.max_duration_s for verdict in verdicts if verdict.verdict == "accept"]
    assert sorted(admitted) == [300, 600, 600]  # the third is as long as the day's money is
    assert {verdict.slug for verdict in verdicts if verdict.verdict == "reject"} <= {"over_capacity", "spend_cap"}


async def test_money_is_reserved_while_a_call_is_open_and_given_back_for_what_it_did_not_use(world: World) -> None:
    await way_out(world, max_calls=None, price_per_minute="0.10", max_spend_per_day="1.50")
    first, verdict = await dial(world)
    assert verdict.policy.max_duration_s == 600
    second, verdict = await dial(world)
    assert verdict.policy.max_duration_s == 300  # what is left pays for five minutes
    assert (await dial(world))[1].slug == "spend_cap"
    f = Facts(first)
    await world.calls.runner.take([f.answered(5.0), f.left(65.0)])
    assert (await dial(world))[1].policy.max_duration_s == 540
    g = Facts(second)
    await world.calls.runner.take([g.left(20.0)])  # nobody answered: it cost nothing
    async with world.database.begin() as session:
        assert await CallRepository(session).minutes_since("trk_out", T0) == 1 + 9


async def test_the_next_day_has_its_own_money(world: World) -> None:
    await way_out(world, max_calls=None, price_per_minute="1", max_spend_per_day="10")
    await dial(world)
    assert (await dial(world))[1].slug == "spend_cap"
    world.clock.at += timedelta(days=1)
    assert (await dial(world))[1].verdict == "accept"


async def transfer(world: World, call_id: str, target: str) -> tuple[str, AdmissionVerdict]:
    transfer_id = new_id("xfer")
    pii = NumbersPii(dnis=target)
    question = asked(call_id, purpose="transfer", transfer_id=transfer_id, pii=pii, asked_by="livekit")
    verdict = await world.calls.admissions.verdict_on(question)
    assert await world.calls.admissions.verdict_on(question) == verdict  # asked again, recorded once
    return transfer_id, verdict


async def test_a_callers_transfer_goes_where_the_called_trunk_allows_and_the_call_goes_on(world: World) -> None:
    await store(world.database, rows())
    await world.calls.admissions.verdict_on(asked(CALL))
    assert (await transfer(world, CALL, "+15105550177"))[1].verdict == "accept"
    refused, verdict = await transfer(world, CALL, "+442079460018")
    assert verdict.slug == "country_not_allowed"
    assert (await transfer(world, CALL, "2000"))[1].slug == "extension_not_allowed"
    log = await world.log(CALL)
    assert [row.kind for row in log].count("transfer_decided") == 3
    assert next(row for row in log if row.fact_id.endswith(refused)).body["verdict"]["slug"] == "country_not_allowed"
    assert await world.termination(CALL) is None


async def test_a_call_that_is_over_or_unknown_is_not_transferred(world: World) -> None:
    await store(world.database, rows())
    await world.calls.admissions.verdict_on(asked(CALL))
    f = Facts()
    await world.calls.runner.take([f.left()])
    assert (await transfer(world, CALL, "+15105550177"))[1].slug == "outbound_not_allowed"
