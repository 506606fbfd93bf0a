"""One conversation of a caller with the agent of the cascade, and what the record says of it."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.demo.conversation import HOURS, LINES
from gateway.phone.phone import Phone
from gateway.phone.script import Listen, Say
from tests.sip.cascade.servers import OPEN
from tests.sip.stack import PATIENCE, RunningStack

GREETING, GOODBYE = "Hello, this is the office.", "goodbye"
ASKED_AT_MOST = 3


def make_agent(stack: RunningStack) -> None:
    """The only one there is; the model says all but its greeting."""
    made = stack.get("/v1/agents")["data"][0]
    change = {"greeting": GREETING, "dialogue": [], "transfers": [], "silence_s": 60}
    stack.api.patch(f"/v1/agents/{made['id']}", json=change).raise_for_status()


async def hold(stack: RunningStack, phone: Phone) -> None:
    """Greeted, asks, hears the answer, says goodbye until the agent hangs up."""
    await greeted(phone)
    await asks(stack, phone)
    await says_goodbye(phone)


async def greeted(phone: Phone) -> None:
    assert await phone.listen(Listen(("this is the office",), within_s=PATIENCE))


async def asks(stack: RunningStack, phone: Phone) -> None:
    """Again where the phone did not hear the answer: a word may be lost on a busy machine."""
    for _ in range(ASKED_AT_MOST):
        await phone.say(Say(HOURS, LINES / "what_are_your_opening_hours.wav"))
        if await phone.listen(Listen(("nine to five",), within_s=PATIENCE / 4)):
            break
    else:
        raise AssertionError("the caller never heard the answer")
    await asyncio.to_thread(stack.was_told, phone.sip_call_id, OPEN.lower())


async def says_goodbye(phone: Phone) -> None:
    for _ in range(ASKED_AT_MOST):
        await phone.say(Say(GOODBYE, LINES / "goodbye.wav"))
        try:
            async with asyncio.timeout(PATIENCE / 4):
                await phone.ended()
                return
        except TimeoutError:
            continue
    raise AssertionError("the agent never hung up")


def transcript(stack: RunningStack, call_id: str) -> list[tuple[str, str]]:
    return [(line["speaker"], line["text"]) for line in stack.get(f"/v1/calls/{call_id}/transcript")["data"]]


def tools_called(stack: RunningStack, call_id: str) -> list[str]:
    events: list[Any] = stack.get(f"/v1/calls/{call_id}/events", limit=500)["data"]
    return [one["body"]["name"] for one in events if one["kind"] == "tool_called"]
