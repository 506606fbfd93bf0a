from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.campaigns.carrier import Carrier


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Carrier]:
    """A foreign one, which does by the last digit of the called number what people do."""
    with Carrier(tmp_path / "carrier") as running:
        yield running
