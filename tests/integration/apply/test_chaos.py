"""The chaos of `make chaos-apply`, smaller: real processes, killed while they buy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.chaos_apply.storm import storm

KILLS = int(os.environ.get("N", "4"))


@pytest.mark.timeout(240 + 30 * KILLS)
async def test_whoever_is_killed_while_buying_nothing_is_bought_twice_or_lost(tmp_path: Path) -> None:
    lines: list[str] = []
    found = await storm(KILLS, int(os.environ.get("SEED", "5")), tmp_path, lines.append)
    story = "\n".join([*lines, (tmp_path / "child.log").read_text()[-2000:]])
    assert found.converged, story
    assert (found.double_purchases, found.lost_purchases, found.rows_without_purchase) == (0, 0, 0), story
    assert found.sold == 3 * 3 * (KILLS + 1)
    assert found.kills > 0
