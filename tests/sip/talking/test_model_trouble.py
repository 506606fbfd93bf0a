"""What callers hear when the model is slow, stops, is busy or talks rubbish, and when another one stands in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from agents.honest import CANNOT_HELP, LOST_THREAD
from agents.patience import FILLERS
from bench.serving import serving
from gateway.demo.conversation import LINES
from gateway.phone.phone import Phone
from gateway.phone.script import Say
from gateway.stack.ports import PortAllocator
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack
from tests.sip.talking.model_double import ANSWER, Mode, ModelDouble

GREETING, WORDS = "Hello, this is the office.", "what are your opening hours"


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[ModelDouble, str]]:
    """It and its address, in a thread of its own."""
    double, loop, context = ModelDouble(), asyncio.new_event_loop(), AsyncExitStack()
    thread = threading.Thread(target=loop.run_forever, name="model")
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(context.enter_async_context(serving(double.app)), loop)
        yield double, opening.result(60)
    finally:
        asyncio.run_coroutine_threadsafe(context.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, model: tuple[ModelDouble, str]) -> Iterator[RunningStack]:
    """Its agents think with the double, and with the other one where that fails."""
    _, url = model
    env = {"GATEWAY_SPEECH__LLM": "openai"}
    for prefix, which in (("LLM", "first"), ("LLM_FALLBACK", "other")):
        env |= {f"GATEWAY_SPEECH__{prefix}_MODEL": which, f"GATEWAY_SPEECH__{prefix}_BASE_URL": f"{url}/{which}/v1"}
    running = start_stack(tmp_path_factory.mktemp("thinking"), env=env)
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


@pytest.fixture(scope="module")
def agent(stack: RunningStack) -> None:
    """The only one there is; it listens for `WORDS`, and knows no human."""
    made = stack.get("/v1/agents")["data"][0]
    entry = {"intent": "hours", "phrases": [WORDS], "say": "The model says it."}
    change = {"greeting": GREETING, "dialogue": [entry], "transfers": []}
    stack.api.patch(f"/v1/agents/{made['id']}", json=change).raise_for_status()


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    ("first", "other", "turns"),
    [
        ("answers", "rubbish", [[ANSWER]]),
        ("slow", "rubbish", [[FILLERS[0], ANSWER]]),
        ("busy", "answers", [[ANSWER]]),
        ("rubbish", "answers", [[ANSWER]]),
        ("busy", "rubbish", [[LOST_THREAD], [CANNOT_HELP]]),
    ],
)
async def test_the_caller_is_told_the_truth_in_time(
    first: Mode, other: Mode, turns: list[list[str]], stack: RunningStack, phone: Phone,
    model: tuple[ModelDouble, str], a_number: Callable[..., Any],
) -> None:  # fmt: skip
    """`turns`: what is heard after each time that the caller asks."""
    double, _ = model
    double.mode |= {"first": first, "other": other}
    double.asked.clear()

    async def conversation() -> None:
        for heard in ([GREETING], *turns):
            if heard != [GREETING]:
                await phone.say(Say(WORDS, LINES / "what_are_your_opening_hours.wav"))
            for words in heard:
                await asyncio.to_thread(stack.was_told, phone.sip_call_id, words.lower())

    with a_number("+15105550193") as number:
        await phone.talk(stack.uri(number.number), conversation)
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    assert double.asked["first"] >= 1
    assert bool(double.asked["other"]) is (first in ("busy", "rubbish"))
    assert (call["termination"]["ended_by"] == "agent") is ([CANNOT_HELP] in turns)
