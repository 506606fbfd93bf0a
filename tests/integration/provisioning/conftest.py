"""A control plane before a real switchboard: Redis and livekit-server, both a test's own, so that it may break them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.auth.scopes import Role
from gateway.livekit.client import LiveKitClient
from gateway.livekit.identity import SwitchboardIdentity
from gateway.livekit.switchboard import LiveKitSwitchboard
from tests.integration.control_plane.plane import Plane, client_of, make_plane
from tests.integration.databases import empty_database
from tests.integration.switchboard import Switchboard, running_switchboard
from trunks import provisioning


@pytest.fixture
async def switchboard(tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path / "switchboard") as running:
        yield running


@pytest.fixture
async def plane(tmp_path: Path, switchboard: Switchboard) -> AsyncIterator[Plane]:
    """Nothing is provisioned before the test says `reconcile` or `start`."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database(tmp_path))
        livekit = LiveKitClient(switchboard.settings)
        stack.push_async_callback(livekit.close)
        identity = SwitchboardIdentity(livekit, switchboard.plan.redis_url)
        stack.push_async_callback(identity.close)
        plane = make_plane(database, LiveKitSwitchboard(livekit), tmp_path, identity)
        stack.push_async_callback(plane.provisioning.close)
        plane.keys[Role.ADMIN] = await plane.new_key(Role.ADMIN)
        plane.clients[Role.ADMIN] = await stack.enter_async_context(client_of(plane.app, plane.keys[Role.ADMIN]))
        yield plane
        await plane.container.calls.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and tries again after an instant; the minute's own round stays a minute away."""
    monkeypatch.setattr(provisioning, "LOOK_S", 0.05)
    monkeypatch.setattr(provisioning, "RETRY_S", 0.05)
