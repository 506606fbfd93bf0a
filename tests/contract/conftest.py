"""One real switchboard for all contract tests: they clean up before they begin."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from gateway.livekit.client import LiveKitClient
from gateway.settings import LiveKitSettings
from tests.integration.switchboard import Switchboard, running_switchboard


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path_factory.mktemp("switchboard")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(switchboard: Switchboard) -> AsyncIterator[LiveKitClient]:
    client = LiveKitClient(switchboard.settings)
    yield client
    await client.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nobody() -> AsyncIterator[LiveKitClient]:
    """A client of a LiveKit that is not there: nothing listens on the discard port."""
    client = LiveKitClient(LiveKitSettings(url="ws://127.0.0.1:9", api_secret=SecretStr("x" * 32)))
    yield client
    await client.close()
