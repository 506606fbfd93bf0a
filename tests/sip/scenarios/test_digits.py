"""Keys from a foreign phone: as telephone events, by SIP INFO and as tones; each press counts once."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.sip.foreign.pcap import Capture
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.steps import conversation, media, pause, play, recv, request, respond, sdp

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = "1234*#0"
TONES = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "#": (941, 1477), "*": (941, 1209)}


def played(capture: Capture, folder: Path) -> list[str]:
    file = folder / "line.pcap"
    capture.silence(0.5)
    capture.write(file)
    return [play(str(file)), pause(int(capture.seconds * 1000) + 500)]


@pytest.mark.parametrize("number", [96, 101, 127])
async def test_telephone_events_are_heard_by_the_agent_under_their_number(
    phones: Phones, tmp_path: Path, number: int
) -> None:
    capture = Capture(event=number)
    capture.silence(0.5)
    capture.keys(KEYS)
    offer = sdp(media(f"0 {number}", f"a=rtpmap:{number} telephone-event/8000"))
    start, _ = played(capture, tmp_path)
    told = [recv("INVITE"), respond(488), recv("ACK")]  # our hold says when to hang up
    sipp = await phones.call(conversation(start, *told, offer=offer))
    agent, call = await phones.desk.agent(sipp.call_id), await phones.desk.call(sipp.call_id)
    assert "".join([await asyncio.wait_for(agent.digits.get(), 60) for _ in KEYS]) == KEYS
    await phones.node.live_line(call).hold()
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"
    assert phones.desk.pressed(call) == [("rfc4733", "")] * len(KEYS)  # as many may be a card's number


async def test_same_key_three_times_is_three_presses(phones: Phones, tmp_path: Path) -> None:
    capture = Capture()
    capture.silence(0.5)
    capture.keys("777")
    sipp = await phones.completes(conversation(*played(capture, tmp_path)))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == [("rfc4733", "7")] * 3


@pytest.mark.parametrize("ends", [0, 1])
async def test_key_whose_end_is_lost_counts(phones: Phones, tmp_path: Path, ends: int) -> None:
    capture = Capture(ends=ends)
    capture.silence(0.5)
    capture.keys("42")
    sipp = await phones.completes(conversation(*played(capture, tmp_path)))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == [("rfc4733", "4"), ("rfc4733", "2")]


async def test_tones_are_heard_where_a_phone_has_no_events(phones: Phones, tmp_path: Path) -> None:
    capture = Capture()
    capture.silence(0.5)
    for low, high in TONES.values():
        capture.speech(tone_of(low, high))
        capture.silence(0.2)
    sipp = await phones.completes(conversation(*played(capture, tmp_path), offer=sdp(media("0"))))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == [("in_band", key) for key in TONES]


def tone_of(low: int, high: int) -> bytes:
    """100 ms, µ-law."""
    command = f"sox -n -r 8000 -c 1 -t ul - synth 0.1 sine {low} synth 0.1 sine mix {high} gain -9"
    return subprocess.run(command.split(), capture_output=True, check=True).stdout


RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"


@pytest.mark.parametrize(("kind", "body"), [(RELAY, "Signal=5\nDuration=160"), (RELAY, "Signal= 5"), (PLAIN, "5")])
async def test_key_by_info_is_pressed(phones: Phones, kind: str, body: str) -> None:
    sipp = await phones.completes(conversation(request("INFO", 2, body=body, kind=kind), recv(200), last=3))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == [("info", "5")]


@pytest.mark.parametrize(("kind", "body"), [("text/plain", "5"), (RELAY, "Signal=x"), (PLAIN, "hello")])
async def test_info_that_says_no_key_expect_415(phones: Phones, kind: str, body: str) -> None:
    sipp = await phones.completes(conversation(request("INFO", 2, body=body, kind=kind), recv(415), last=3))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == []


async def test_key_by_info_and_as_an_event_is_one_press(phones: Phones, tmp_path: Path) -> None:
    """The INFO goes out while the event is on the line."""
    capture = Capture()
    capture.keys("8")
    start, rest = played(capture, tmp_path)
    info = [request("INFO", 2, body="Signal=8", kind=RELAY), recv(200)]
    sipp = await phones.completes(conversation(start, *info, rest, last=3))
    assert [key for _, key in phones.desk.pressed(await phones.desk.call(sipp.call_id))] == ["8"]
