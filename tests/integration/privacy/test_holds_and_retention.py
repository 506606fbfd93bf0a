"""A hold keeps what erasure and retention would take; retention takes what is old, kind by kind."""

from __future__ import annotations

from typing import Any

from tests.integration.control_plane.live_calls import LiveCall
from tests.integration.control_plane.plane import Json, problem
from tests.integration.privacy.conftest import ANA, BEN, Past, call_of

DAY_S = 86_400.0


async def held(past: Past, **about: Any) -> Json:
    answer = await past.ask("/holds", **about, why="file 2026-17")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def swept(past: Past) -> Json:
    return await past.plane.app.state.retention.run()


async def said(past: Past, call: LiveCall) -> list[str]:
    answer = await past.plane.admin.get(f"/v1/calls/{call.id}/transcript")
    return [turn["text"] for turn in answer.json()["data"]]


async def number_of(past: Past, call: LiveCall) -> str:
    return (await past.plane.admin.get(f"/v1/calls/{call.id}")).json()["pii"]["ani"]


async def test_a_hold_on_a_person_forbids_the_erasure_until_it_is_released(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    hold = await held(past, person=ANA)

    refused = problem(await past.ask("/erasures", person=ANA))
    of_call = problem(await past.ask("/erasures", call_id=past.ana.id))

    assert (refused["status"], refused["code"]) == (of_call["status"], of_call["code"]) == (409, "privacy.held")
    assert hold["id"] in refused["detail"]
    assert await number_of(past, past.ana) == ANA
    await past.erase(person=BEN)  # a hold is on one person
    assert (await past.plane.admin.delete(f"/v1/privacy/holds/{hold['id']}")).status_code == 204
    await past.erase(person=ANA)
    assert await number_of(past, past.ana) == ""


async def test_a_held_call_stays_and_the_others_of_the_person_go(past: Past) -> None:
    other = await call_of(past.plane, ANA)
    await past.ends(past.ana, past.ben, other)
    hold = await held(past, call_id=other.id)

    report = await past.erase(person=ANA)

    assert (await number_of(past, past.ana), await number_of(past, other)) == ("", ANA)
    (kept,) = next(one["kept"] for one in report["places"] if one["place"] == "calls on hold")
    assert kept == {"count": 1, "why": f"legal hold {hold['id']}"}
    assert await said(past, other) == [f"my number is {ANA}"]


async def test_a_held_call_of_another_stays_whole_though_it_names_the_person(past: Past) -> None:
    await past.ben.tell(past.says(past.ben, f"please call {ANA} back"))
    await past.ends(past.ana, past.ben)
    await held(past, person=BEN)

    report = await past.erase(person=ANA)

    assert f"please call {ANA} back" in await said(past, past.ben)
    assert any(one["place"] == "calls on hold" for one in report["places"])
    assert await number_of(past, past.ana) == ""


async def test_what_is_held_already_is_not_held_twice(past: Past) -> None:
    await held(past, person=ANA)
    again = problem(await past.ask("/holds", person=ANA, why="file 18"))
    assert (again["status"], again["code"]) == (409, "privacy.held")


async def test_a_hold_does_not_have_the_number(past: Past) -> None:
    await held(past, person=ANA)
    rows = await past.plane.rows("SELECT * FROM privacy_holds")
    assert ANA[1:] not in str(rows)


async def test_retention_takes_each_kind_when_it_is_due_and_not_before(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    assert not any((await swept(past)).values())

    past.plane.clock.go(91 * DAY_S)
    young = await call_of(past.plane, BEN)
    gone = await swept(past)

    assert gone["transcripts"] == 2
    assert gone["calls"] == 0
    assert await said(past, past.ana) == []
    assert await number_of(past, past.ana) == ANA
    assert await said(past, young) == [f"my number is {BEN}"]

    past.plane.clock.go(640 * DAY_S)
    assert (await swept(past))["calls"] > 0
    assert await number_of(past, past.ana) == ""
    assert not any((await swept(past)).values())


async def test_retention_passes_over_what_is_held_and_takes_it_after_the_release(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    hold = await held(past, person=ANA)
    past.plane.clock.go(91 * DAY_S)

    await swept(past)
    assert await said(past, past.ana) == [f"my number is {ANA}"]
    assert await said(past, past.ben) == []

    await past.plane.admin.delete(f"/v1/privacy/holds/{hold['id']}")
    await swept(past)
    assert await said(past, past.ana) == []


async def test_retention_is_told_with_its_rules(past: Past) -> None:
    kinds = (await past.plane.admin.get("/v1/privacy/retention")).json()["data"]
    assert {one["kind"] for one in kinds} == {"recordings", "transcripts", "calls", "dials", "evidence"}
    assert all(one["least"] <= one["days"] <= one["most"] and one["source"] and one["checked"] for one in kinds)


async def test_egress_names_the_hosts_that_the_agent_used_and_the_carrier_apart(past: Past) -> None:
    await past.uses(past.ana, stt="local", llm="brain.example", tts="local")

    told = (await past.plane.admin.get(f"/v1/privacy/egress/{past.ana.id}")).json()
    unknown = (await past.plane.admin.get(f"/v1/privacy/egress/{past.ben.id}")).json()

    assert told["receivers"] == [{"host": "brain.example", "by": "llm", "what": "text"}]
    assert told["known"] and told["carriers"] == ["trk_1"]
    assert unknown["receivers"] == [] and not unknown["known"]


async def test_with_the_local_profile_nobody_else_hears_a_call(past: Past) -> None:
    await past.uses(past.ana, stt="local", llm="local", tts="local")
    told = (await past.plane.admin.get(f"/v1/privacy/egress/{past.ana.id}")).json()
    assert told["known"] and told["receivers"] == []
