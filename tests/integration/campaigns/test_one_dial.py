"""One attempt is one dial, whoever dies and however often its work is carried."""

from __future__ import annotations

import asyncio

import pytest

from gateway.campaigns.dialler import DEAD
from gateway.campaigns.dialling import FOUND_WITHIN
from gateway.kernel.errors import Conflict, Unavailable
from tests.integration.campaigns.floor import Floor, number_of


async def test_a_contact_is_called_and_its_attempt_tells_what_came_of_it(floor: Floor) -> None:
    campaign = await floor.campaign(max_duration_s=120)
    assert await floor.round() == 1
    row = await floor.attempt()
    assert (row.state, row.outcome, row.counts, row.n) == ("ended", "answered", True, 1)
    assert (row.seconds, row.cost, row.trunk_id) == (20, "0.01", floor.trunk_id)
    steps = [row.claimed_at, row.agent_at, row.dialled_at, row.rang_at, row.answered_at, row.ended_at]
    assert steps == sorted(one for one in steps if one is not None), "each step has its time, in this order"
    assert row.gate["verdict"] == "allow" and row.gate["rules"] and row.gate["consent"]
    assert row.pii == {"number": number_of(0), "shows": "+16145550198"}
    (out,) = floor.carrier.dialled
    assert (out.number, out.shows, out.identity, out.room) == (
        number_of(0),
        "+16145550198",
        row.id,
        f"campaign-{row.id}",
    )
    (contact,) = await floor.contacts()
    assert (contact.state, contact.outcome, contact.attempts) == ("done", "answered", 1)
    await floor.round()
    assert await floor.state(campaign) == ("finished", "everybody has been called, or may not be")


async def test_a_process_that_dies_after_the_row_says_dialling_never_dials_again(floor: Floor) -> None:
    await floor.campaign()
    floor.carrier.dies = True
    await floor.round()
    assert (await floor.attempt()).state == "dialling"
    floor.carrier.dies = False
    running = asyncio.create_task(floor.works.run())
    floor.clock.go(FOUND_WITHIN.total_seconds() + 1)
    await asyncio.wait_for(running, 30)
    row = await floor.attempt()
    assert (row.state, row.outcome, row.counts) == ("ended", "unknown", True)
    assert len(floor.carrier.dialled) == 1 and floor.carrier.rang == []
    assert [one.state for one in await floor.contacts()] == ["done"]


async def test_what_turns_up_after_the_attempt_is_over_is_refused_by_our_admission(floor: Floor) -> None:
    await floor.campaign()
    floor.carrier.silent = True
    running = asyncio.create_task(floor.round())
    await asyncio.wait_for(floor.carrier.asked.wait(), 30)
    floor.clock.go(FOUND_WITHIN.total_seconds() + 1)
    await asyncio.wait_for(running, 30)
    before = await floor.attempt()
    assert before.outcome == "unknown"
    call_id = await floor.carrier.carried(floor.carrier.dialled[0])
    assert floor.carrier.rang == []
    record = (await floor.plane.admin.get(f"/v1/calls/{call_id}")).json()
    assert record["termination"]["slug"] == "already_dialled"
    after = await floor.attempt()
    assert (after.outcome, after.call_id) == ("unknown", "")


async def test_a_request_that_is_delivered_twice_rings_once(floor: Floor) -> None:
    await floor.campaign()
    floor.carrier.twice = True
    await floor.round()
    assert floor.carrier.rang == [number_of(0)]
    row = await floor.attempt()
    assert (row.outcome, row.seconds) == ("answered", 20)


async def test_the_same_work_carried_by_two_at_once_dials_once(floor: Floor) -> None:
    await floor.campaign()
    await floor.campaigns.dialler.round()
    [(work_id, given)] = floor.works.begun.items()
    floor.works.begun[work_id + "again"] = given
    await floor.works.run()
    assert len(floor.carrier.dialled) == 1
    assert (await floor.attempt()).outcome == "answered"


async def test_what_a_dead_process_left_is_carried_on_by_another_and_by_it_alone(floor: Floor) -> None:
    await floor.campaign(3)
    works, other = floor.process("two")
    await floor.campaigns.dialler.say_alive()
    await floor.campaigns.dialler.round()
    assert {row.dialler for row in await floor.attempts()} == {"one"}
    assert await other.dialler.inherit() == 0, "it has just said that it is alive"
    floor.clock.go(DEAD.total_seconds() + 1)
    assert await other.dialler.inherit() == 3
    assert await other.dialler.inherit() == 0
    await floor.works.run()  # it was not dead but slow
    assert floor.carrier.dialled == []
    await works.run()
    assert sorted(floor.carrier.rang) == [number_of(0), number_of(1), number_of(2)]
    assert {row.outcome for row in await floor.attempts()} == {"answered"}


async def test_a_start_goes_on_with_what_the_process_had_open(floor: Floor) -> None:
    await floor.campaign()
    await floor.campaigns.dialler.round()
    floor.works.begun.clear()  # it died between its row and its work
    await floor.campaigns.dialler.start()
    await floor.works.run()
    await floor.campaigns.dialler.close()
    assert len(floor.carrier.dialled) == 1


@pytest.mark.parametrize(
    ("error", "outcome", "counts"),
    [(Conflict("LiveKit refused"), "failed", False), (Unavailable("LiveKit does not answer"), "unknown", True)],
)
async def test_a_request_that_fails(floor: Floor, error: Exception, outcome: str, counts: bool) -> None:
    """A no is known to be one; silence is not."""
    await floor.campaign()
    floor.carrier.error = error
    running = asyncio.create_task(floor.round())
    await asyncio.wait_for(floor.carrier.asked.wait(), 30)
    floor.clock.go(FOUND_WITHIN.total_seconds() + 1)
    await asyncio.wait_for(running, 30)
    row = await floor.attempt()
    assert (row.state, row.outcome, row.counts) == ("ended", outcome, counts)
    (contact,) = await floor.contacts()
    assert contact.state == ("waiting" if outcome == "failed" else "done")


async def test_a_record_that_comes_late_corrects_what_was_unknown_and_calls_nobody_again(floor: Floor) -> None:
    """The control plane was away when the node told: its facts come after the attempt was given up."""
    await floor.campaign()
    floor.carrier.silent = True
    await floor.campaigns.dialler.round()
    running = asyncio.create_task(floor.works.run())
    await asyncio.wait_for(floor.carrier.asked.wait(), 30)
    await floor.carrier.carried(floor.carrier.dialled[0])
    await asyncio.wait_for(running, 30)
    row = await floor.attempt()
    assert (row.outcome, row.seconds) == ("answered", 20)


async def test_the_same_number_in_two_campaigns_is_not_dialled_at_the_same_time(floor: Floor) -> None:
    await floor.campaign(name="a")
    floor.carrier.silent = True
    await floor.campaigns.dialler.round()
    async with floor.plane.container.database.begin() as session:
        other = await floor.campaign(0, name="b")
        session.add(floor.contact(other, 0))
    await floor.campaigns.dialler.round()
    assert len(await floor.attempts()) == 1
    assert [one.state for one in await floor.contacts()] == ["open", "waiting"]
