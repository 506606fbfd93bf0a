"""A caller whose agent asks a server of the company's: what is keyed in goes there, what it says is heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from agents.tool_words import NO_ANSWER
from gateway.demo.conversation import LINES
from gateway.phone.phone import Phone
from gateway.phone.script import Press, Say
from gateway.stack.ports import PortAllocator
from tests.integration.receiver import receiver, status
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack

SECRET = "s3cr3t-of-the-shop"
GREETING, WORDS, ASKED = "Hello, this is the shop.", "I want to pay my bill", "Please key in your order number."
SAID, NOT_UNDERSTOOD = "Your order is on its way.", "Sorry, I did not understand that."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Its agents may ask servers on loopback."""
    env = {"GATEWAY_OUTSIDE__NETWORKS": '["127.0.0.0/8"]'}
    running = start_stack(tmp_path_factory.mktemp("asking"), env=env)
    yield running
    running.stop()


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield phone
    finally:
        ports.close()


def content(port: int) -> dict[str, Any]:
    """Of an agent that looks orders up at this port."""
    digits = {"type": "string", "pattern": "^[0-9]{6}$"}
    entry = {"intent": "order", "phrases": [WORDS], "say": ASKED, "tool": "order_status", "ask_digits": 6}
    tool = {
        "name": "order_status",
        "when": "The caller asks where an order is.",
        "parameters": {"type": "object", "properties": {"digits": digits}, "required": ["digits"]},
        "http": {
            "url": f"http://127.0.0.1:{port}/orders/{{digits}}",
            "headers": {"Authorization": "Bearer {secret:SHOP_KEY}"},
            "answer_path": "said",
        },
    }
    return {"greeting": GREETING, "dialogue": [entry], "transfers": [], "tools": [tool]}


@pytest.mark.timeout(400)  # with a stack of its own, and a conversation of five turns
async def test_a_caller_hears_what_the_server_says_and_the_truth_when_it_fails(
    stack: RunningStack, phone: Phone, a_number: Callable[..., Any]
) -> None:
    stack.api.put("/v1/agent-secrets/SHOP_KEY", json={"value": SECRET}).raise_for_status()
    good, bad = status(200, body=json.dumps({"said": SAID}).encode()), status(500)

    async def told(words: str) -> None:
        await asyncio.to_thread(stack.was_told, phone.sip_call_id, words.lower())

    async def conversation() -> None:
        await told(GREETING)
        for number, heard in (("123456", SAID), ("654321", NO_ANSWER)):
            await asks()
            await phone.press(Press(number))
            await told(heard)

    async def asks() -> None:
        """Again where the agent did not understand: its ears may miss a word while the machine is busy."""
        for _ in range(3):
            before = said()
            await phone.say(Say(WORDS, LINES / "i_want_to_pay_my_bill.wav"))
            answer = await asyncio.to_thread(stack.until, lambda: said()[len(before) :], "an answer")  # noqa: B023
            if answer[0] == ASKED:
                return
        raise AssertionError("the agent did not understand three times")

    def said() -> list[str]:
        """What the agent has answered so far."""
        call = stack.call_of(phone.sip_call_id)
        lines = stack.get(f"/v1/calls/{call['id']}/transcript")["data"] if call else []
        return [line["text"] for line in lines if line["text"] in (ASKED, NOT_UNDERSTOOD)]

    async with receiver(good, bad) as there:
        made = stack.get("/v1/agents")["data"][0]
        stack.api.patch(f"/v1/agents/{made['id']}", json=content(there.port)).raise_for_status()
        with a_number("+15105550194") as number:
            await phone.talk(stack.uri(number.number), conversation)
    assert [one.line for one in there.requests] == ["GET /orders/123456 HTTP/1.1", "GET /orders/654321 HTTP/1.1"]
    assert {one.headers["authorization"] for one in there.requests} == {f"Bearer {SECRET}"}
    call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    events = stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
    used = [one["body"] for one in events if one["kind"] == "tool_called" and one["body"]["name"] == "order_status"]
    assert [one["ok"] for one in used] == [True, False]
    kept = [path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in kept)
    assert "123456" not in stack.logs()
