"""Routes on a real database: a control plane, and one whose transfers dial through it."""

from __future__ import annotations

from tests.integration.calls.conftest import database, key_folder, world_with_lookup  # noqa: F401 - fixtures
from tests.integration.control_plane.conftest import plane  # noqa: F401 - a fixture
