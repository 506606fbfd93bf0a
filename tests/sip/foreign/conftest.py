"""baresip beside a bare switchboard and one node in the test's own process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.sip_node.conftest import control_plane, node, switchboard
from tests.integration.switchboard import Switchboard
from tests.sip.foreign.sound import tone, write_wav
from tests.unit.sip_wire.certificates import Authority

__all__ = ["control_plane", "node", "switchboard"]

THEIR_HERTZ = 440


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of a tone."""
    return write_wav(tmp_path_factory.mktemp("microphone") / "tone.wav", tone(THEIR_HERTZ, 8000, 120), 8000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Nobody knows it."""
    return Authority(tmp_path, "stranger")


def tls_port_of(switchboard: Switchboard) -> int:
    """For the node, out of the stack's own block."""
    return switchboard.plan.ports.rtp_low + 90
