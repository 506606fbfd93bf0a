"""Stacks whose agents hear with a Whisper of this repository, think and speak with servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.phone.phone import Phone
from gateway.stack.ports import PortAllocator
from tests.sip.cascade.servers import MODEL, VOICE, Servers, running

FOLDER = Path(__file__).parent / "model"
HEARD = ("this is the office", "nine to five")


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Servers, str]]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def cpu(servers: tuple[Servers, str]) -> dict[str, str]:
    """The profile `cpu` as somebody would set it on this machine."""
    _, url = servers
    prefix = "GATEWAY_SPEECH__"
    wanted = {
        "PROFILE": "cpu", "STT_MODEL": str(FOLDER), "LLM_MODEL": MODEL, "LLM_BASE_URL": url, "TTS_MODEL": VOICE,
        "TTS_BASE_URL": url,
    }  # fmt: skip
    return {prefix + name: value for name, value in wanted.items()}


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with _a_phone() as phone:
        yield phone


@pytest.fixture
async def two_phones() -> AsyncIterator[tuple[Phone, Phone]]:
    async with _a_phone() as one, _a_phone() as other:
        yield one, other


@asynccontextmanager
async def _a_phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38), phrases=HEARD) as phone:
            yield phone
    finally:
        ports.close()
