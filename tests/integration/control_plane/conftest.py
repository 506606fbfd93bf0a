"""The control plane as it is served, on a real database, with LiveKit's trunks and rules in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Plane, client_of, make_plane
from tests.integration.databases import empty_database
from trunks.memory_switchboard import MemorySwitchboard


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    """With a client for each role."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database(tmp_path))
        plane = make_plane(database, MemorySwitchboard(), tmp_path)
        for role in Role:
            plane.keys[role] = await plane.new_key(role)
            plane.clients[role] = await stack.enter_async_context(client_of(plane.app, plane.keys[role]))
        yield plane
        await plane.container.calls.close()
