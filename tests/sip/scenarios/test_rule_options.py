"""What LiveKit's rules and trunks ask of a caller, or keep from the room: PIN, hidden number, attributes, limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.sip_node.fakes import until
from tests.sip.foreign.pcap import Capture
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import BRIEF, DISCREET, GUARDED, PIN, SHORT
from tests.sip.scenarios.steps import CALLER, ack, answered, conversation, invite, pause, play, recv, respond

pytestmark = pytest.mark.asyncio(loop_scope="session")


def keyed(folder: Path, *groups: str) -> list[str]:
    """Plays the groups of keys, two seconds apart."""
    file, capture = folder / "keys.pcap", Capture()
    for group in groups:
        capture.silence(2.0)
        capture.keys(group)
    capture.silence(1.0)
    capture.write(file)
    return [play(str(file)), pause(int(capture.seconds * 1000) + 500)]


@pytest.mark.parametrize("before", [(), ("1111#",)], ids=["at once", "after a wrong one"])
async def test_right_pin_lets_the_caller_in_and_no_digit_of_it_is_told(
    phones: Phones, tmp_path: Path, before: tuple[str, ...]
) -> None:
    steps = conversation(*keyed(tmp_path, *before, f"{PIN}#", "7"))
    sipp = await phones.completes(steps, number=GUARDED)
    call = await phones.desk.call(sipp.call_id)
    assert await phones.desk.fact_of(call, "leg_joined")
    assert [key for _, key in phones.desk.pressed(call)] == ["7"]


async def test_three_wrong_pins_are_the_end_of_the_call(phones: Phones, tmp_path: Path) -> None:
    told = keyed(tmp_path, "1#", "22#", "333#")
    steps = [invite(), *answered(), ack(), told[0], recv("BYE"), respond(200)]
    sipp = await phones.call(steps, number=GUARDED)
    await sipp.done()
    end = await phones.desk.end_of(sipp.call_id)
    assert (end["slug"], end["ended_by"]) == ("wrong_pin", "gateway")
    call = await phones.desk.call(sipp.call_id)
    assert phones.desk.pressed(call) == []
    assert "leg_joined" not in [fact["kind"] for fact in phones.desk.facts if fact["call_id"] == call]


async def test_rule_hides_the_number_and_says_its_own_words(phones: Phones) -> None:
    sipp = await phones.call([invite(), *answered(), ack(), recv("BYE"), respond(200)], number=DISCREET)
    agent = await phones.desk.agent(sipp.call_id)
    phone = agent.phone()
    told = [phone.identity, phone.name, phone.metadata, *phone.attributes.values()]
    assert not [text for text in told if CALLER.removeprefix("+") in text]
    assert (phone.attributes["team"], phone.metadata) == ("blue", "m1")
    await until(lambda: phone.attributes["sip.callStatus"] == "active", "both are there")
    await agent.packet("gateway.hangup", {"reason": "completed"})
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"


async def test_call_is_ended_after_the_longest_that_its_trunk_allows(phones: Phones) -> None:
    sipp = await phones.call([invite(), *answered(), ack(), recv("BYE"), respond(200)], number=SHORT)
    await sipp.done()
    end = await phones.desk.end_of(sipp.call_id)
    assert (end["slug"], end["ended_by"]) == ("max_duration", "gateway")


async def test_call_that_nobody_takes_in_the_time_of_its_trunk_is_told_so(phones: Phones) -> None:
    sipp = await phones.call([invite(), *answered(), ack(), recv("BYE"), respond(200)], number=BRIEF)
    await sipp.done()
    end = await phones.desk.end_of(sipp.call_id)
    assert (end["slug"], end["ended_by"]) == ("no_agent", "gateway")
    played = await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "fallback_played")
    assert played["prompt"] == "sorry_call_back"
