"""The switchboard, control plane and caller of the node's own tests, and a node for more calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import settings_for
from tests.integration.sip_node.conftest import caller, control_plane, switchboard
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard

__all__ = ["caller", "control_plane", "node", "switchboard"]


@pytest.fixture
async def node(switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path) -> AsyncIterator[SipNode]:
    settings = settings_for(switchboard, tmp_path / "state", max_calls=4)
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    yield node
    await node.stop()
