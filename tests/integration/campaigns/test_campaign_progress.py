"""How far a campaign has come: counts, pace, money, and why nobody is called just now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.campaigns.models import AttemptRow, PaceRow
from gateway.campaigns.tally import Tallies
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from tests.integration.campaigns.floor import Floor, number_of
from tests.integration.control_plane.plane import Json, problem

PATH = "/v1/campaigns"


async def progress(floor: Floor, campaign: str) -> Json:
    answer = await floor.plane.admin.get(f"{PATH}/{campaign}/progress")
    assert answer.status_code == 200, answer.text
    return answer.json()


def attempt(floor: Floor, campaign: str, position: int, **fields: Any) -> AttemptRow:
    now = floor.clock.now()
    given = {
        "state": "ended", "outcome": "answered", "claimed_at": now, "dialled_at": now, "answered_at": now,
        "agent_at": now, "ended_at": now,
    }  # fmt: skip
    return AttemptRow(
        id=new_id("att"), campaign_id=campaign, position=position, n=1, dialler="one", gate={},
        number_hash=f"hash {position}", pii={}, **given | fields,
    )  # fmt: skip


async def add(floor: Floor, *rows: Any) -> None:
    async with floor.plane.container.database.begin() as session:
        session.add_all(rows)


async def test_a_draft_has_its_contacts_and_nothing_else(floor: Floor) -> None:
    told = await progress(floor, await floor.campaign(3, state="draft"))
    assert told["contacts"] == {"total": 3, "waiting": 3, "open": 0, "done": 0, "refused": 0}
    assert (told["outcomes"], told["open"]) == ({}, {"claimed": 0, "dialling": 0, "on_the_line": 0})
    assert (told["answered"], told["abandoned_share"], told["says"]) == (0, None, "not started yet")


async def test_what_became_of_dials_is_counted_with_pace_and_money(floor: Floor) -> None:
    floor.carrier.says = {number_of(1): 486}
    campaign = await floor.campaign(
        3, budget={"amount": "5", "currency": "USD"}, pacing={"at_once": 50, "calls_per_s": 2}
    )
    await floor.round()
    told = await progress(floor, campaign)
    assert told["contacts"] == {"total": 3, "waiting": 1, "open": 0, "done": 2, "refused": 0}
    assert told["outcomes"] == {"answered": 2, "busy": 1}
    assert (told["answered"], told["abandoned"], told["abandoned_share"]) == (2, 0, "0.0000")
    assert told["target_per_minute"] == 120 and told["dials_last_minute"] == 3
    assert (told["spent"], told["budget"], told["currency"]) == ("0.02", "5", "USD")
    assert told["next_at"] and told["says"].endswith("the next dial follows one that was busy")


async def test_only_dials_of_the_last_minute_are_its_pace(floor: Floor) -> None:
    campaign, now = await floor.campaign(), floor.clock.now()
    before = now - timedelta(seconds=61)
    await add(
        floor,
        attempt(floor, campaign, 1, dialled_at=before),  # a long call that has ended just now
        attempt(floor, campaign, 2, dialled_at=before, ended_at=before),
        attempt(floor, campaign, 3),
        attempt(floor, campaign, 4, state="dialling", outcome="", answered_at=None, ended_at=None),
        attempt(floor, campaign, 5, state="dialling", outcome="", ended_at=None, dialled_at=before),
        attempt(floor, campaign, 6, state="claimed", outcome="", answered_at=None, ended_at=None, dialled_at=None),
    )
    told = await progress(floor, campaign)
    assert told["dials_last_minute"] == 2
    assert told["open"] == {"claimed": 1, "dialling": 1, "on_the_line": 1}


async def test_a_person_who_found_no_agent_was_abandoned(floor: Floor) -> None:
    campaign = await floor.campaign()
    await add(
        floor,
        *(attempt(floor, campaign, place) for place in range(1, 4)),
        attempt(floor, campaign, 4, agent_at=None),
        attempt(floor, campaign, 5, agent_at=None, outcome="voicemail"),
    )
    told = await progress(floor, campaign)
    assert (told["answered"], told["abandoned"], told["abandoned_share"]) == (4, 1, "0.2500")


async def test_it_says_why_nobody_is_called(floor: Floor) -> None:
    closed = await floor.campaign(window={"weekdays": "08:00-11:30"})
    await floor.round()
    told = await progress(floor, closed)
    assert (
        "the campaign's own window is closed" in told["says"] and told["next_at"][:16].replace("T", " ") in told["says"]
    )
    begins = (floor.clock.now() + timedelta(hours=1)).isoformat()
    assert "it begins at" in (await progress(floor, await floor.campaign(starts_at=begins, name="later")))["says"]
    await floor.change(closed, state="paused", why="its agent is gone; give it another one, then resume")
    assert (await progress(floor, closed))["says"].startswith("paused: its agent is gone")


async def test_a_carrier_that_asks_for_a_pause_is_named(floor: Floor) -> None:
    campaign, now = await floor.campaign(), floor.clock.now()
    row = PaceRow(of=floor.trunk_id, next_at=now, limited=1, limited_until=now + timedelta(seconds=8))
    await add(floor, row)
    assert "refused calls for its load" in (await progress(floor, campaign))["says"]
    floor.clock.go(9)
    assert (await progress(floor, campaign))["says"] == ""


async def test_there_is_no_progress_of_no_campaign(floor: Floor) -> None:
    answer = await floor.plane.admin.get(f"{PATH}/cmp_{'0' * 26}/progress")
    assert problem(answer)["status"] == 404


class CountingClock(SystemClock):
    """Every look at it takes a second."""

    seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


async def test_a_count_that_took_long_is_given_out_again_for_a_while(floor: Floor) -> None:
    campaign, clock = await floor.campaign(), CountingClock()
    tallies = Tallies(floor.plane.container.database, clock)
    first = await tallies.of(campaign)
    await add(floor, floor.contact(campaign, 7))
    assert await tallies.of(campaign) is first
    clock.seconds += 30
    assert (await tallies.of(campaign)).contacts == {"waiting": 2}
