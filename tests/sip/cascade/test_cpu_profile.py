"""The profile `cpu` on a real call: Whisper on this machine, a model and a voice behind OpenAI's interface."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.conversation import HOURS
from gateway.phone.phone import Phone
from tests.sip.cascade.servers import EARS, MODEL, OPEN, VOICE, Servers
from tests.sip.cascade.talk import GREETING, asks, greeted, hold, make_agent, says_goodbye, tools_called, transcript
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack

WORKERS = 2


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cpu: dict[str, str]) -> Iterator[RunningStack]:
    running = start_stack(tmp_path_factory.mktemp("cascade"), env=cpu)
    make_agent(running)
    yield running
    running.stop()


@pytest.mark.timeout(400)  # with a stack of its own
async def test_a_caller_is_understood_answered_and_said_goodbye_to(
    stack: RunningStack, phone: Phone, servers: tuple[Servers, str], a_number: Callable[..., Any]
) -> None:
    with a_number("+15105550196") as number:
        await phone.talk(stack.uri(number.number), lambda: hold(stack, phone))
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    said = transcript(stack, call["id"])
    assert ("caller", HOURS) in said  # Whisper's own words: the model was told no phrases
    assert ("agent", GREETING) in said
    assert ("agent", OPEN) in said
    assert "hang_up" in tools_called(stack, call["id"])
    assert call["termination"]["ended_by"] == "agent"
    asked = servers[0].asked
    assert asked[MODEL] >= 2
    assert asked[VOICE] >= 2
    assert asked[EARS] == 0


@pytest.mark.timeout(400)
async def test_the_ears_that_all_calls_share_are_killed_and_the_caller_is_still_understood(
    stack: RunningStack, phone: Phone, a_number: Callable[..., Any]
) -> None:
    async def conversation() -> None:
        await greeted(phone)
        killed = ears_of(stack)
        assert len(killed) == WORKERS  # one each, whatever the calls
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        await asks(stack, phone)
        await says_goodbye(phone)

    with a_number("+15105550198") as number:
        await phone.talk(stack.uri(number.number), conversation)
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    assert ("caller", HOURS) in transcript(stack, call["id"])
    assert call["termination"]["ended_by"] == "agent"


def ears_of(stack: RunningStack) -> list[int]:
    """The processes that hear for a worker each."""
    return [
        pid for pid in stack.processes() if b"agents.speech.shared_ears" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
