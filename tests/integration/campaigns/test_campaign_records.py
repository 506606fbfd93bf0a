"""Attempts, refusals, days, figures, and the records that 16 CFR 310.5 wants kept."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from gateway.auth.models import AuditRow
from gateway.auth.scopes import Role
from gateway.campaigns import record_endpoints, records
from gateway.campaigns.records import COLUMNS
from tests.integration.campaigns.floor import Floor, number_of
from tests.integration.control_plane.plane import Json, problem
from tests.integration.do_not_call.conftest import REVOCATIONS

PATH = "/v1/campaigns"


async def got(floor: Floor, campaign: str, what: str, role: Role = Role.ADMIN, **query: str) -> httpx.Response:
    return await floor.plane.clients[role].get(f"{PATH}/{campaign}/{what}", params=query)


async def told(floor: Floor, campaign: str, what: str, role: Role = Role.ADMIN, **query: str) -> Json:
    answer = await got(floor, campaign, what, role, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def dialled(floor: Floor, people: int = 3, **terms: Any) -> str:
    """The first answers, the second is busy, the third is the carrier's fault."""
    floor.carrier.says = {number_of(1): 486, number_of(2): 603}
    campaign = await floor.campaign(people, **terms)
    await floor.round()
    return campaign


async def test_attempts_come_newest_first_and_by_what_became_of_them(floor: Floor) -> None:
    campaign = await dialled(floor)
    rows = (await told(floor, campaign, "attempts"))["data"]
    assert [row["outcome"] for row in rows] == ["declined", "busy", "answered"]
    last = rows[-1]
    assert (last["seconds"], last["cost"], last["currency"], last["abandoned"]) == (20, "0.01", "USD", False)
    assert last["dialled_at"] < last["answered_at"] < last["ended_at"] and last["agent_at"] <= last["dialled_at"]
    busy = (await told(floor, campaign, "attempts", outcome="busy"))["data"]
    assert [row["sip_code"] for row in busy] == [486]
    assert (await told(floor, campaign, "attempts", state="dialling"))["data"] == []
    one = (await told(floor, campaign, "attempts", position=str(last["position"])))["data"]
    assert [row["id"] for row in one] == [last["id"]]


async def test_attempts_of_a_day_are_those_of_the_clocks_that_were_asked_for(floor: Floor) -> None:
    campaign = await dialled(floor)
    day = floor.clock.now().date().isoformat()
    assert len((await told(floor, campaign, "attempts", day=day))["data"]) == 3
    assert (await told(floor, campaign, "attempts", day=day, zone="Pacific/Kiritimati"))["data"] == [], "tomorrow there"
    assert problem(await got(floor, campaign, "attempts", day="0001-01-01"))["field"] == "day"


async def test_attempts_come_in_pages(floor: Floor) -> None:
    campaign, found, cursor = await dialled(floor), list[str](), ""
    while True:
        page = await told(floor, campaign, "attempts", limit="1", **({"cursor": cursor} if cursor else {}))
        found += [row["outcome"] for row in page["data"]]
        if not (cursor := page["next_cursor"]):
            break
    assert found == ["declined", "busy", "answered"]


async def test_numbers_are_for_keys_that_may_see_them(floor: Floor) -> None:
    campaign = await dialled(floor, 1)
    [seen] = (await told(floor, campaign, "attempts"))["data"]
    assert seen["pii"] == {"number": number_of(0), "shows": "+16145550198"}
    assert (await told(floor, campaign, "attempts", Role.VIEWER))["data"][0]["pii"] is None
    assert (await told(floor, campaign, f"attempts/{seen['id']}", Role.VIEWER))["pii"] is None
    assert (await got(floor, campaign, "records.csv", Role.VIEWER)).status_code == 403


async def test_one_attempt_tells_what_the_gate_said(floor: Floor) -> None:
    campaign = await dialled(floor, 1)
    [row] = (await told(floor, campaign, "attempts"))["data"]
    one = await told(floor, campaign, f"attempts/{row['id']}")
    assert one["gate"]["verdict"] == "allow" and one["gate"]["consent"] and one["gate"]["rules"]
    other = await floor.campaign(name="other")
    assert problem(await got(floor, other, f"attempts/{row['id']}"))["status"] == 404


async def test_refusals_are_kept_with_every_reason(floor: Floor) -> None:
    assert (await floor.desk.asks(REVOCATIONS, number=number_of(1))).status_code == 201
    campaign = await floor.campaign(2, seller="Somebody else")
    await floor.round()
    page = await told(floor, campaign, "refusals", limit="1")
    rest = await told(floor, campaign, "refusals", cursor=page["next_cursor"])
    both = [*page["data"], *rest["data"]]
    assert [one["verdict"] for one in both] == ["refuse", "refuse"] and both[0]["id"] > both[1]["id"]
    assert {one["check"] for one in both[0]["gate"]["reasons"]} == {"revocation", "consent"}
    only = await told(floor, campaign, "refusals", position=str(both[1]["position"]))
    assert [one["id"] for one in only["data"]] == [both[1]["id"]]
    assert problem(await got(floor, campaign, "refusals", cursor="eHh4"))["field"] == "cursor"


async def test_days_add_up_answers_and_what_was_abandoned(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_endpoints, "AT_ONCE", 2)
    campaign, first = await dialled(floor, 5), floor.clock.now().date()
    async with floor.plane.container.database.begin() as session:
        for row in (await floor.attempts())[3:]:
            row = await session.merge(row)
            row.agent_at = None
    floor.clock.go(15 * 60)
    await floor.round()  # the busy one again
    floor.clock.go(24 * 3600)
    found = await told(floor, campaign, "days")
    [day] = found["data"]
    assert (found["zone"], day["day"]) == ("UTC", first.isoformat())
    assert (day["dialled"], day["answered"], day["machines"], day["abandoned"]) == (6, 3, 0, 2)
    assert (day["abandoned_share"], day["seconds"]) == ("0.6667", 60)
    assert day["costs"] == [{"amount": "0.03", "currency": "USD"}]
    assert found["last_30_days"]["dialled"] == 6
    east = await told(floor, campaign, "days", zone="Pacific/Kiritimati")
    assert east["data"][0]["day"] > day["day"]
    assert (await told(floor, campaign, "days", first=day["day"], last=day["day"]))["data"] == [day]
    assert problem(await got(floor, campaign, "days", first="2026-12-02", last="2026-12-01"))["field"] == "last"


async def test_figures_have_all_that_a_report_needs_and_no_number(floor: Floor) -> None:
    campaign = await dialled(floor, pacing={"at_once": 50, "calls_per_s": 4})
    answer = await got(floor, campaign, "figures", Role.VIEWER)
    found = answer.json()
    assert found["outcomes"] == {"answered": 1, "busy": 1, "declined": 1}
    assert sum(one["dials"] for one in found["series"]) == 3 and sum(one["answered"] for one in found["series"]) == 1
    assert found["until_answered"] == [{"seconds": 4, "answers": 1}] and found["target_per_s"] == 4
    assert found["contacts"] == {"done": 2, "waiting": 1} and len(found["days"]) == 1
    assert not any(number_of(place) in answer.text for place in range(3))


async def test_the_records_have_a_line_for_every_dial(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "AT_ONCE", 2)
    campaign = await dialled(floor, opening='=cmd("x")', window={"zone": "America/New_York", "weekdays": "08:00-20:00"})
    answer = await got(floor, campaign, "records.csv", Role.OPERATOR)
    assert answer.headers["content-type"].startswith("text/csv")
    head, *lines = csv.reader(io.StringIO(answer.text))
    assert tuple(head) == COLUMNS
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [row["outcome"] for row in rows] == ["answered", "busy", "declined"]
    first = rows[0]
    assert (first["called_number"], first["calling_number"]) == (f"'{number_of(0)}", "'+16145550198")
    assert (first["seller"], first["purpose"], first["artificial_voice"]) == ("Acme", "informational", "yes")
    assert (first["date"], first["time"][-5:]) == (floor.clock.now().date().isoformat(), "-0500")
    assert (first["duration_s"], first["cost"], first["currency"]) == ("20", "0.01", "USD")
    assert first["consent_id"] and first["rules"] and first["call_id"] and first["campaign_id"] == campaign
    assert first["subject"] == '\'=cmd("x")', "no formula"
    async with floor.plane.container.database.begin() as session:
        acts = select(AuditRow.verb).where(AuditRow.object == campaign)
        assert list(await session.scalars(acts)) == ["export"]


async def test_the_records_of_days_are_those_of_these_days(floor: Floor) -> None:
    campaign = await dialled(floor)
    day = floor.clock.now().date().isoformat()
    assert len((await got(floor, campaign, "records.csv", first=day, last=day)).text.splitlines()) == 4
    assert len((await got(floor, campaign, "records.csv", last="2026-01-01")).text.splitlines()) == 1
