"""The chaos test, with a smaller number: processes die while callers are on their way to humans, and nobody is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.chaos.figures import figures_of
from bench.chaos.storm import storm

TRANSFERS, LANES = int(os.environ.get("N", "12")), 4
SEED = int(os.environ.get("SEED", "83"))  # control plane, worker and livekit-server, each in another state


@pytest.mark.timeout(120 + 60 * TRANSFERS)
async def test_whatever_dies_nobody_is_left_alone_or_called_twice(tmp_path: Path) -> None:
    lines: list[str] = []
    seen, left = await storm(TRANSFERS, SEED, LANES, tmp_path, lines.append)
    figures, story = figures_of(seen, left), "\n".join(lines)
    assert (figures.transfers, figures.stranded, figures.doubly_dialled) == (TRANSFERS, 0, 0), story
    assert (figures.record_problems, figures.left) == (0, {}), story
    assert figures.without_service == 0, story
    assert sum(len(some) for one in seen for some in one.invites) > TRANSFERS / 2, story
    assert len(figures.killed) >= min(TRANSFERS // LANES, 3), story
