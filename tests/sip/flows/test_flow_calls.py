"""A caller gives a meter reading: by keys alone, and by speech alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.phone.phone import Phone
from gateway.phone.script import Press, Say
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import spoken

GREETING, WHICH, NUMBER = (
    "Hello, this is the water works.",
    "Is it about gas or water?",
    "Please give me the six digits.",
)
READING, SPOKEN = "421793", "four two one seven nine three"
READ_BACK, TAKEN = f"I have {SPOKEN}. Is that right?", f"Thank you. {SPOKEN} for water."
FLOW: dict[str, Any] = {
    "name": "reading",
    "when": "The caller gives a meter reading.",
    "phrases": ["meter reading"],
    "key": "4",
    "states": [
        {
            "name": "kind",
            "ask": WHICH,
            "fields": [
                {
                    "name": "kind",
                    "type": "choice",
                    "options": [
                        {"value": "gas", "phrases": ["about gas"], "key": "1"},
                        {"value": "water", "phrases": ["about water"], "key": "2"},
                    ],
                }
            ],
            "then": [{"go": "number"}],
        },
        {
            "name": "number",
            "ask": NUMBER,
            "fields": [{"name": "reading", "type": "digits", "least": 6, "most": 6}],
            "confirm": True,
            "read_back": "I have {reading}. Is that right?",
            "tries": 6,
            "then": [{"done": True, "say": "Thank you. {reading} for {kind}."}],
        },
    ],
}


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield phone
    finally:
        ports.close()


@contextmanager
def answered_by_flow(stack: RunningStack, a_number: Callable[..., Any], number: str) -> Iterator[str]:
    """A number whose agent knows the flow; its URI."""
    agent = stack.post("/v1/agents", {"name": "water works", "greeting": GREETING, "flows": [FLOW]})["id"]
    try:
        with a_number(number) as own:
            rule = next(one for one in stack.get("/v1/dispatch-rules")["data"] if one["name"] == f"own {number}")
            stack.api.patch(f"/v1/dispatch-rules/{rule['id']}", json={"agent_id": agent}).raise_for_status()
            stack.until(lambda: stack.get("/v1/dispatch-rules/sync")["in_sync"], "the rule in sync")
            yield stack.uri(own.number)
    finally:
        stack.api.delete(f"/v1/agents/{agent}").raise_for_status()


async def test_a_call_by_keys(stack: RunningStack, phone: Phone, a_number: Callable[..., Any]) -> None:
    async def conversation() -> None:
        for told, keys in ((GREETING, "4"), (WHICH, "2"), (NUMBER, READING), (READ_BACK, "1"), (TAKEN, "")):
            await asyncio.to_thread(stack.was_told, phone.sip_call_id, told.lower())
            if keys:
                await phone.press(Press(keys))

    with answered_by_flow(stack, a_number, "+15105550171") as uri:
        await phone.talk(uri, conversation)
    await nothing_is_kept(stack, phone)


async def test_a_call_by_speech(
    stack: RunningStack, phone: Phone, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    lines = {
        text: spoken(text, tmp_path / f"{number}.wav")
        for number, text in enumerate(("this is a meter reading", "it is about water", SPOKEN, "yes please"))
    }

    def agents_lines() -> list[str]:
        call = stack.call_of(phone.sip_call_id)
        said = stack.get(f"/v1/calls/{call['id']}/transcript")["data"] if call else []
        return [line["text"] for line in said if line["speaker"] == "agent"]

    async def says(text: str, wanted: str) -> None:
        """Again where it was not understood: ears may miss a word while the machine is busy."""
        for _ in range(4):
            before = len(agents_lines())
            await phone.say(Say(text, lines[text]))
            heard = await asyncio.to_thread(stack.until, lambda b=before: agents_lines()[b:], "an answer")
            if heard[0] == wanted:
                return
        raise AssertionError(f"not heard after four times: {wanted}")

    async def conversation() -> None:
        await asyncio.to_thread(stack.was_told, phone.sip_call_id, GREETING.lower())
        for text, wanted in zip(lines, (WHICH, NUMBER, READ_BACK, TAKEN), strict=True):
            await says(text, wanted)

    with answered_by_flow(stack, a_number, "+15105550172") as uri:
        await phone.talk(uri, conversation)
    await nothing_is_kept(stack, phone)


async def nothing_is_kept(stack: RunningStack, phone: Phone) -> None:
    """The reading stands in what was said, where the record has words, and nowhere else."""
    call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    events = stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
    asked = [one for one in events if one["kind"] == "tool_called" and one["body"]["name"] == "ask_field"]
    assert len(asked) >= 3 and all(one["body"]["ok"] for one in asked)
    others = [one for one in events if one["kind"] != "utterance"]
    assert READING not in str(others) and SPOKEN not in str(others)
    assert READING not in stack.logs() and SPOKEN not in stack.logs()
