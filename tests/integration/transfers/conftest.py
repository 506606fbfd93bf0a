"""The switchboard, node, control plane and caller of the node's own tests."""

from __future__ import annotations

from tests.integration.sip_node.conftest import caller, control_plane, node, switchboard

__all__ = ["caller", "control_plane", "node", "switchboard"]
