"""Ears, brain and mouth all fail on one call, and for each of them another one stands in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.demo.conversation import HOURS
from gateway.phone.phone import Phone
from tests.sip.cascade.conftest import FOLDER
from tests.sip.cascade.servers import EARS, MODEL, OPEN, OTHER_MODEL, VOICE, Servers
from tests.sip.cascade.talk import hold, make_agent, transcript
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, cpu: dict[str, str], servers: tuple[Servers, str]
) -> Iterator[RunningStack]:
    """Ears of a server, and Whisper on this machine behind them; flite behind the voice."""
    _, url = servers
    other = {
        "STT": "openai", "STT_MODEL": EARS, "STT_BASE_URL": url, "STT_FALLBACK": "faster-whisper",
        "STT_FALLBACK_MODEL": str(FOLDER), "LLM_FALLBACK_MODEL": OTHER_MODEL, "LLM_FALLBACK_BASE_URL": url,
        "TTS_FALLBACK": "flite",
    }  # fmt: skip
    env = cpu | {f"GATEWAY_SPEECH__{name}": value for name, value in other.items()}
    running = start_stack(tmp_path_factory.mktemp("standing-in"), env=env)
    make_agent(running)
    yield running
    running.stop()


@pytest.mark.timeout(400)  # with a stack of its own
async def test_the_caller_notices_nothing_when_all_three_stages_fail(
    stack: RunningStack, phone: Phone, servers: tuple[Servers, str], a_number: Callable[..., Any]
) -> None:
    double, _ = servers
    double.busy |= {MODEL, VOICE}
    with a_number("+15105550197") as number:
        await phone.talk(stack.uri(number.number), lambda: hold(stack, phone))
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    said = transcript(stack, call["id"])
    assert ("caller", HOURS) in said
    assert any(speaker == "agent" and words.endswith(OPEN) for speaker, words in said)  # after a filler
    assert call["termination"]["ended_by"] == "agent"
    for name in (EARS, MODEL, VOICE, OTHER_MODEL):
        assert double.asked[name] >= 1, name
