"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_stay_as_they_are() -> Iterator[None]:
    """A test that sets up logs for the whole process would silence those that others read."""
    yield
    assert not structlog.is_configured()
