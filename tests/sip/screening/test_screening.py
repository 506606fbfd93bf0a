"""Calls over real SIP from callers who are not wanted: what is on the wire, and what is said about it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.sip.scenarios.steps import CALLER, OWN, ack, answered, bye, invite, recv, refused, respond
from tests.sip.stack import RunningStack
from tests.sip.trust.conftest import Play
from tests.sip.trust.test_caller_trust import pressed

NUMBER = "+15105550186"
LETS_ANYBODY_IN: dict[str, Any] = {}
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=nobody'  # RFC 3323 §4.1.1.3


@contextmanager
def listed(stack: RunningStack, which: str, kind: str, value: str) -> Iterator[str]:
    """An entry, by its id; it goes again."""
    entry = stack.post("/v1/screening/entries", {"list": which, "kind": kind, "value": value, "note": "by a test"})
    try:
        yield entry["id"]
    finally:
        stack.api.delete(f"/v1/screening/entries/{entry['id']}")


def refusal(stack: RunningStack, sip_call_id: str) -> dict[str, Any]:
    """What is told about it, asked once: the caller has heard the answer."""
    (told,) = stack.get("/v1/refusals", sip_call_id=sip_call_id)["data"]
    return told


async def test_a_blocked_caller_hears_603_network_blocked_and_the_refusal_is_explained(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    with a_number(NUMBER, LETS_ANYBODY_IN) as number, listed(stack, "block", "prefix", CALLER[:9]) as entry:
        blocked = await play([invite(), *refused(603, has=["SIP/2.0 603 Network Blocked"])], number.number)
        told = refusal(stack, blocked.call_id)
        assert (told["slug"], told["sip_code"], told["decided_by"]["id"]) == ("caller_blocked", 603, entry)
        assert f"gateway screening allow {CALLER}" in told["todo"]
        with listed(stack, "allow", "number", CALLER):
            await play([invite(), *answered(), ack(), *bye()], number.number)


async def test_a_blocked_source_hears_603_network_blocked(stack: RunningStack, a_number: Any, play: Play) -> None:
    with a_number(NUMBER, LETS_ANYBODY_IN) as number, listed(stack, "block", "source", "127.0.0.0/8"):
        blocked = await play([invite(), *refused(603, has=["SIP/2.0 603 Network Blocked"])], number.number)
        assert refusal(stack, blocked.call_id)["slug"] == "source_blocked"


async def test_an_anonymous_caller_hears_433(stack: RunningStack, a_number: Any, play: Play) -> None:
    with a_number(NUMBER, LETS_ANYBODY_IN, screening={"anonymous": "refuse"}) as number:
        has = ["SIP/2.0 433 Anonymity Disallowed"]
        steps = [step.replace(OWN, ANONYMOUS) for step in [invite(), *refused(433, has=has)]]
        turned_away = await play(steps, number.number)
        assert refusal(stack, turned_away.call_id)["slug"] == "anonymous_caller"
        await play([invite(), *answered(), ack(), *bye()], number.number)


async def test_who_calls_too_often_hears_480_and_when_to_come_again(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    with a_number(NUMBER, LETS_ANYBODY_IN, screening={"rate_per_number": 1}) as number:
        await play([invite(), *answered(), ack(), *bye()], number.number)
        turned_away = await play([invite(), *refused(480, has=["Retry-After: "])], number.number)
        assert refusal(stack, turned_away.call_id)["slug"] == "number_rate"


async def test_who_is_asked_for_a_key_and_presses_another_is_refused_and_it_is_explained(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    with a_number(NUMBER, LETS_ANYBODY_IN, screening={"challenge": "unknown"}) as number:
        stars = pressed(stack.folder.parent / "screening-stars.pcap", "*", "*", "*")[:1]
        sipp = await play([invite(), *answered(), ack(), *stars, recv("BYE"), respond(200)], number.number)
        assert stack.ended_call(sipp.call_id)["termination"]["slug"] == "screened"
        told = refusal(stack, sipp.call_id)
        assert (told["slug"], told["checks"][-1]["passed"]) == ("screened", True)
        assert "challenge" in {check["name"] for check in told["checks"]}
        with listed(stack, "allow", "number", CALLER):
            await play([invite(), *answered(), ack(), *bye()], number.number)
