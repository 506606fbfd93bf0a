"""For tests of what stands on carriers."""

from __future__ import annotations

import pytest

from trunks.carriers.wire import Pace, Wire


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubles need no rest between requests; that the pace is kept, tests/carriers/test_wire.py shows."""

    async def at_once(_: Pace) -> None:
        return None

    monkeypatch.setattr(Pace, "turn", at_once)
    monkeypatch.setattr(Wire, "_pause", lambda *_: 0.001)
