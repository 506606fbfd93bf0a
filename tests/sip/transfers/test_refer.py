"""A caller whose own phone is asked first (REFER): it goes there, or it will not, and then we call. Both are SIPp."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sip.scenarios.sipp import Sipp
from tests.sip.scenarios.steps import Steps, ack, answered, invite, recv, request, respond, taken, taken_bye
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import NUMBERS, Office, open_office

NUMBER = "+15105550131"
ASKED = recv("REFER", has=[f"Refer-To: <tel:[+]{NUMBERS[0][1:]}>", "Referred-By: <sip:"])
BEGIN: Steps = [invite(), *answered(), ack()]
GONE = "terminated;reason=noresource"


def notify(cseq: int, line: str, state: str = "active") -> Steps:
    said = ["Event: refer", f"Subscription-State: {state}"]
    kind = "message/sipfrag;version=2.0"
    return [request("NOTIFY", cseq, headers=said, body=f"SIP/2.0 {line}", kind=kind), recv(200, has=["NOTIFY"])]


Phone = Callable[..., Sipp]


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    """A SIPp that does these steps; with a target it calls, else it waits to be called."""
    phones: list[Sipp] = []

    def one(steps: Steps, **fields: Any) -> Sipp:
        phones.append(Sipp(tmp_path, steps, **fields))
        return phones[-1]

    yield one
    for some in phones:
        some.end()


@pytest.fixture
def trunk(stack: RunningStack) -> Iterator[str]:
    """The path of the trunk that callers come by; what was learnt about it is forgotten afterwards."""
    inbound = next(one for one in stack.get("/v1/inbound-trunks")["data"] if one["name"] == "loopback")
    path = f"/v1/inbound-trunks/{inbound['id']}"
    assert stack.api.patch(path, json={"refer": "unknown"}).status_code == 200
    yield path
    assert stack.api.patch(path, json={"refer": "unknown"}).status_code == 200


async def call_that_is_on(office: Office, caller: Sipp) -> str:
    def on() -> str | None:
        call = office.stack.call_of(caller.call_id)
        return call["id"] if call and call["status"] == "active" else None

    return await asyncio.to_thread(office.stack.until, on, "the call is on")


def transferred(office: Office, call_id: str, mode: str) -> dict[str, Any]:
    return office.stack.post(f"/v1/calls/{call_id}/transfers", {"to": office.targets[0], "mode": mode}, 202)


async def settled(office: Office, call_id: str) -> dict[str, Any]:
    await asyncio.to_thread(office.told, call_id, "transfer_settled")
    return office.stack.get(f"/v1/calls/{call_id}/transfers")["data"][-1]


async def test_a_phone_that_goes_there_is_let_go_and_the_trunk_is_known_to_take_it(
    stack: RunningStack, trunk: str, phone: Phone
) -> None:
    steps = [*BEGIN, ASKED, respond(202), *notify(2, "100 Trying"), *notify(3, "200 OK", GONE), *taken_bye()]
    human = await phone([recv("INVITE"), respond(486), recv("ACK")]).start()  # nobody calls it
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:
        caller = await phone(steps, target=f"{stack.sip_host}:{stack.sip_port}", number=NUMBER).start()
        call_id = await call_that_is_on(office, caller)
        assert transferred(office, call_id, "refer")["mode"] == "cold"
        await caller.done()
        ended = await settled(office, call_id)
        record = await asyncio.to_thread(stack.ended_call, caller.call_id)
    assert (ended["outcome"], ended["by"], ended["refer"], ended["attempts"]) == ("connected", "refer", "done", [])
    assert record["termination"]["slug"] == "transferred"
    assert "INVITE" not in human.trace()
    known = stack.get(trunk)
    assert (known["refer"], known["refer_how"]) == ("works", "a transfer was completed") and known["refer_at"]


@pytest.mark.parametrize("status", [405, 603])
async def test_a_phone_that_takes_no_refer_is_put_through_by_us_and_the_trunk_is_known_to_take_none(
    stack: RunningStack, trunk: str, phone: Phone, status: int
) -> None:
    assert stack.api.patch(trunk, json={"refer": "works"}).status_code == 200  # so cold begins with a REFER
    human = await phone([*taken(respond(180, tag="callee")), *taken_bye()]).start()
    await human.listening()
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:
        steps = [*BEGIN, ASKED, respond(status), *taken_bye()]
        caller = await phone(steps, target=f"{stack.sip_host}:{stack.sip_port}", number=NUMBER).start()
        call_id = await call_that_is_on(office, caller)
        transferred(office, call_id, "cold")
        ended = await settled(office, call_id)
        stack.post(f"/v1/calls/{call_id}/hangup", {}, 202)
        await asyncio.gather(caller.done(), human.done())
    assert (ended["outcome"], ended["by"], ended["refer"]) == ("connected", "bridge", "refused")
    assert caller.trace().count("\nREFER sip:") == 1
    known = stack.get(trunk)
    assert (known["refer"], known["refer_how"]) == ("refused", f"a REFER was answered with {status}")


async def test_a_human_who_is_busy_for_the_callers_phone_is_not_rung_by_us(
    stack: RunningStack, trunk: str, phone: Phone
) -> None:
    human = await phone([recv("INVITE"), respond(486), recv("ACK")]).start()
    steps = [*BEGIN, ASKED, respond(202), *notify(2, "486 Busy Here", GONE), *taken_bye()]
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:
        caller = await phone(steps, target=f"{stack.sip_host}:{stack.sip_port}", number=NUMBER).start()
        call_id = await call_that_is_on(office, caller)
        transferred(office, call_id, "refer")
        ended = await settled(office, call_id)
        stack.post(f"/v1/calls/{call_id}/hangup", {}, 202)
        await caller.done()
    assert (ended["outcome"], ended["refer"], ended["attempts"]) == ("busy", "failed", [])
    assert stack.get(trunk)["refer"] == "unknown" and "INVITE" not in human.trace()


async def test_a_phone_that_says_yes_and_then_nothing_is_put_through_by_us_and_asked_no_second_time(
    stack: RunningStack, trunk: str, phone: Phone
) -> None:
    human = await phone([*taken(respond(180, tag="callee")), *taken_bye()]).start()
    await human.listening()
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:
        steps = [*BEGIN, ASKED, respond(202), *taken_bye()]
        there = f"{stack.sip_host}:{stack.sip_port}"
        caller = await phone(steps, target=there, number=NUMBER, options=("-rtp_echo",)).start()
        call_id = await call_that_is_on(office, caller)
        transferred(office, call_id, "refer")
        await asyncio.to_thread(office.told, call_id, "transfer_ended", outcome="unknown")  # after half a minute
        ended = await settled(office, call_id)
        stack.post(f"/v1/calls/{call_id}/hangup", {}, 202)
        await asyncio.gather(caller.done(), human.done())
    assert (ended["outcome"], ended["by"], ended["refer"]) == ("connected", "bridge", "unknown")
    assert caller.trace().count("\nREFER sip:") == 1 and stack.get(trunk)["refer"] == "unknown"
