"""Nobody is dialled whom the gate refuses at that instant; nothing is dialled faster than it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.campaigns.models import PaceRow, RefusedRow
from gateway.campaigns.paces import Paces
from tests.integration.campaigns.floor import Floor, number_of
from tests.integration.do_not_call.conftest import REVOCATIONS


async def refusals(floor: Floor) -> list[RefusedRow]:
    async with floor.plane.container.database.begin() as session:
        return list(await session.scalars(select(RefusedRow)))


async def test_who_may_not_be_called_is_refused_with_every_reason_and_no_agent_is_bothered(floor: Floor) -> None:
    await floor.campaign(2, seller="Somebody else")
    assert await floor.round() == 2
    assert floor.agents.reserved == floor.carrier.dialled == await floor.attempts() == []
    told = await refusals(floor)
    assert [one.verdict for one in told] == ["refuse", "refuse"]
    assert {one["check"] for one in told[0].gate["reasons"]} == {"consent"}
    assert all(one["rule"] and one["version"] and one["source"] for one in told[0].gate["reasons"])
    assert {(one.state, one.outcome, one.why) for one in await floor.contacts()} == {("refused", "refused", "consent")}


async def test_a_wish_not_to_be_called_counts_between_the_claim_and_the_dial(floor: Floor) -> None:
    async def says_no() -> None:
        answer = await floor.desk.asks(REVOCATIONS, number=number_of(0))
        assert answer.status_code == 201, answer.text

    await floor.campaign()
    floor.agents.meanwhile = says_no
    await floor.round()
    row = await floor.attempt()
    assert (row.state, row.outcome, row.counts, row.dialled_at) == ("ended", "refused", False, None)
    assert row.gate["verdict"] == "refuse" and floor.carrier.dialled == []
    assert floor.agents.released == [row.id]
    assert [(one.state, one.why) for one in await floor.contacts()] == [("refused", "revocation")]


async def test_out_of_hours_a_contact_waits_for_the_first_hour_that_is_allowed(floor: Floor) -> None:
    await floor.campaign(window={"weekdays": "08:00-11:30", "saturday": "closed", "sunday": "closed"})
    assert await floor.round() == 1 and await floor.attempts() == []
    (contact,) = await floor.contacts()
    assert (contact.state, contact.outcome) == ("waiting", "not_now")
    assert contact.next_at.isoformat()[11:16] == "13:00", "eight in Ohio"
    assert await floor.round() == 0
    floor.clock.go((contact.next_at - floor.clock.now()).total_seconds())
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]


async def test_a_campaign_that_is_paused_meanwhile_dials_nobody_and_loses_nobody(floor: Floor) -> None:
    campaign = await floor.campaign()

    async def paused() -> None:
        await floor.change(campaign, state="paused")

    floor.agents.meanwhile = paused
    await floor.round()
    assert floor.carrier.dialled == []
    assert [(one.state, one.why) for one in await floor.contacts()] == [("waiting", "paused")]
    floor.agents.meanwhile = None
    await floor.change(campaign, state="running")
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]
    assert [row.outcome for row in await floor.attempts()] == ["not_now", "answered"]


async def test_without_an_agent_nobody_is_called_and_it_counts_against_nobody(floor: Floor) -> None:
    await floor.campaign()
    floor.agents.none = True
    await floor.round()
    row = await floor.attempt()
    assert (row.outcome, row.counts, row.dialled_at) == ("no_agent", False, None)
    floor.agents.none = False
    floor.clock.go(61)
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]


async def test_who_was_busy_is_called_again_later_and_so_often_only(floor: Floor) -> None:
    await floor.campaign(retries={"busy": {"after_s": 900, "most": 2}})
    floor.carrier.says[number_of(0)] = 486
    for _ in range(5):
        await floor.round()
        assert await floor.round() == 0, "it is not its time yet"
        floor.clock.go(901)
    assert [row.outcome for row in await floor.attempts()] == ["busy", "busy", "busy"]
    assert [(one.state, one.outcome) for one in await floor.contacts()] == [("done", "busy")]


async def test_dials_of_all_campaigns_count_against_a_persons_day(floor: Floor) -> None:
    limits = {"per_day": 1, "per_week": None, "in_campaign": None}
    first = await floor.campaign(name="a", limits=limits)
    await floor.round()
    second = await floor.campaign(0, name="b", limits=limits)
    async with floor.plane.container.database.begin() as session:
        session.add(floor.contact(second, 0))
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]
    waiting = (await floor.contacts())[1]
    assert (waiting.state, waiting.why) == ("waiting", "attempts")
    assert waiting.next_at - timedelta(days=1) == (await floor.attempts(first))[0].dialled_at


async def test_no_more_than_the_campaign_may_have_at_once(floor: Floor) -> None:
    await floor.campaign(5, pacing={"at_once": 2})
    assert await floor.campaigns.dialler.round() == 2
    assert await floor.campaigns.dialler.round() == 0
    await floor.works.run()
    assert await floor.campaigns.dialler.round() == 2


async def test_slots_of_a_trunk_are_a_row_whoever_takes_them(floor: Floor) -> None:
    now, database = floor.clock.now(), floor.plane.container.database
    given = []
    for campaign in ("cmp_a", "cmp_b", "cmp_a", "cmp_b"):
        async with database.begin() as session:
            given.append(await Paces(session).take_slot(now, {"trk_1": 5.0, campaign: None}))
    assert [(one - now).total_seconds() for one in given] == pytest.approx([0, 0.2, 0.4, 0.6])
    async with database.begin() as session:
        slow = await Paces(session).take_slot(now, {"trk_1": 5.0, "cmp_c": 0.5})
        assert (await Paces(session).take_slot(now, {"trk_1": 5.0, "cmp_c": 0.5}) - slow).total_seconds() == 2


async def test_a_clock_that_was_an_hour_ahead_holds_up_nobody(floor: Floor) -> None:
    now, database = floor.clock.now(), floor.plane.container.database
    async with database.begin() as session:
        session.add(PaceRow(of="trk_1", next_at=now + timedelta(hours=1), limited=0))
    async with database.begin() as session:
        assert await Paces(session).take_slot(now, {"trk_1": 1.0}) == now


async def test_a_carrier_that_is_full_gets_a_pause_and_the_contact_its_call_later(floor: Floor) -> None:
    await floor.campaign(2, pacing={"at_once": 1})
    floor.carrier.says |= {number_of(0): 503, number_of(1): 503}
    await floor.round()
    assert await floor.round() == 0, "the carrier has its pause"
    floor.clock.go(1.1)
    floor.carrier.says.clear()
    await floor.round()
    floor.clock.go(61)
    await floor.round()
    rows = await floor.attempts()
    assert [(row.position - rows[0].position, row.outcome, row.counts) for row in rows] == [
        (0, "carrier_limit", False), (0, "answered", True), (1, "answered", True),
    ]  # fmt: skip


async def test_when_most_dials_fail_on_the_way_it_stops_and_says_so(floor: Floor) -> None:
    campaign = await floor.campaign(20, retries={})
    floor.carrier.slugs[500] = "unreachable"
    floor.carrier.says |= {number_of(place): 500 for place in range(20)}
    for _ in range(4):
        await floor.round()
    state, why = await floor.state(campaign)
    assert state == "paused" and "dials failed" in why and "resume" in why
    assert 10 <= len(await floor.attempts()) <= 20


async def test_money_that_is_spent_or_may_yet_be_pauses_it(floor: Floor) -> None:
    budget = {"amount": "0.05", "currency": "USD"}
    campaign = await floor.campaign(9, budget=budget, max_duration_s=120, pacing={"at_once": 9})
    assert await floor.campaigns.dialler.round() == 2, "three calls of two minutes may cost six cents"
    assert await floor.campaigns.dialler.round() == 0
    assert await floor.state(campaign) == ("running", ""), "those two may come cheaper"
    await floor.works.run()
    assert await floor.round() == 1, "each took one minute only: three cents are left"
    assert await floor.round() == 1
    assert await floor.round() == 0
    state, why = await floor.state(campaign)
    assert state == "paused" and why.startswith("0.04 of 0.05 USD are spent")


@pytest.mark.parametrize("gone", ["agent", "trunk", "number"])
async def test_what_it_needs_and_is_gone_pauses_it(floor: Floor, gone: str) -> None:
    campaign = await floor.campaign(shows="+16145550198")
    if gone == "agent":
        floor.agent_id = "agt_other"
    else:
        change = {"enabled": False} if gone == "trunk" else {"numbers": ["+16145550197"]}
        answer = await floor.plane.admin.patch(f"/v1/outbound-trunks/{floor.trunk_id}", json=change)
        assert answer.status_code == 200, answer.text
    assert await floor.round() == 0
    state, why = await floor.state(campaign)
    assert state == "paused" and gone in why and "resume" in why
    assert [one.state for one in await floor.contacts()] == ["waiting"]


async def test_it_begins_and_ends_when_it_is_to(floor: Floor) -> None:
    begins, ends = floor.clock.now() + timedelta(minutes=5), floor.clock.now() + timedelta(minutes=30)
    campaign = await floor.campaign(starts_at=begins, ends_at=ends)
    assert await floor.round() == 0
    floor.carrier.says[number_of(0)] = 486
    floor.clock.go(301)
    assert await floor.round() == 1
    floor.clock.go(1600)
    assert await floor.round() == 0
    assert await floor.state(campaign) == ("finished", "its time is over")


async def test_who_says_on_the_phone_not_to_be_called_again_is_called_by_no_campaign(floor: Floor) -> None:
    await floor.campaign(name="a")
    floor.carrier.annoyed.add(number_of(0))
    await floor.round()
    async with floor.plane.container.database.begin() as session:
        session.add(floor.contact(await floor.campaign(0, name="b"), 0))
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]
    assert [(one.state, one.why) for one in await floor.contacts()] == [("done", ""), ("refused", "revocation")]
    (told,) = (await floor.plane.admin.get(REVOCATIONS)).json()["data"]
    row = await floor.attempt()
    assert (told["number"], told["heard"], told["call_id"]) == (number_of(0), "call", row.call_id)


async def test_a_callback_that_was_asked_for_is_made_at_that_moment_under_the_same_gate(floor: Floor) -> None:
    await floor.campaign(retries={})
    floor.carrier.callback_at = floor.clock.now() + timedelta(hours=2)
    await floor.round()
    assert [(one.state, one.next_at) for one in await floor.contacts()] == [("waiting", floor.carrier.callback_at)]
    assert (await floor.attempt()).disposition == "callback"
    assert await floor.round() == 0
    floor.clock.go(7200)
    floor.carrier.callback_at = None
    await floor.round()
    assert floor.carrier.rang == [number_of(0)] * 2
    assert all(row.gate["verdict"] == "allow" for row in await floor.attempts())
