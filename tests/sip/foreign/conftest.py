"""baresip beside a bare switchboard and one node in the test's own process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.sip_node.conftest import control_plane, node, switchboard
from tests.sip.foreign.sound import tone, write_wav

__all__ = ["control_plane", "node", "switchboard"]

THEIR_HERTZ = 440


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of a tone."""
    return write_wav(tmp_path_factory.mktemp("microphone") / "tone.wav", tone(THEIR_HERTZ, 8000, 120), 8000)
