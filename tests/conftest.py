"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# how long one example takes on a busy machine says nothing; a test that hangs has pytest's timeout
settings.register_profile("gateway", deadline=None)
settings.load_profile("gateway")


@pytest.fixture(autouse=True)
def logs_stay_as_they_are() -> Iterator[None]:
    """A test that sets up logs for the whole process would silence those that others read."""
    yield
    assert not structlog.is_configured()
