"""Hosted ears whose server is not there: the caller is greeted all the same, and not left in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from agents.honest import CANNOT_HELP
from gateway.phone.phone import Phone
from gateway.stack.ports import PortAllocator
from tests.sip.cascade.talk import GREETING, make_agent, transcript
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack

KEY = "key-of-a-test-that-nobody-may-read"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Nobody listens at port 9."""
    speech = {"STT": "deepgram", "STT_BASE_URL": "http://127.0.0.1:9/v1/listen", "STT_API_KEY": KEY, "TTS": "flite"}
    env = {f"GATEWAY_SPEECH__{name}": value for name, value in speech.items()}
    running = start_stack(tmp_path_factory.mktemp("hosted"), env=env)
    make_agent(running)
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


@pytest.mark.timeout(400)  # with a stack of its own
async def test_a_caller_whom_nobody_hears_is_told_so(
    stack: RunningStack, phone: Phone, a_number: Callable[..., Any]
) -> None:
    with a_number("+15105550173") as number:
        await phone.talk(stack.uri(number.number), phone.ended)
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    said = [words for speaker, words in transcript(stack, call["id"]) if speaker == "agent"]
    assert said.index(GREETING) < said.index(CANNOT_HELP)
    assert call["termination"]["ended_by"] == "agent"
    told = stack.get(f"/v1/privacy/egress/{call['id']}")["receivers"]
    assert ("127.0.0.1", "stt") in {(one["host"], one["by"]) for one in told}
    logs = "".join(path.read_text(errors="replace") for path in (stack.folder / "logs").glob("*.log"))
    assert "ears_lost" in logs
    assert KEY not in logs
