"""A small `make planted-card`: every way of giving a card number away, and none of them found anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.planted_card.run import planted_run


@pytest.mark.timeout(900)
async def test_card_numbers_keyed_and_spoken_are_nowhere_though_processes_die(tmp_path: Path) -> None:
    lines: list[str] = []
    came, found = await planted_run(9, 3, tmp_path, lines.append)
    assert not found.hits, found.hits
    assert len(came) == 9 and any(one.endswith(": captured") for one in came), came
    assert all(found.searched[what] for what in ("bytes of files", "rows", "bytes of Redis", "seconds of recordings"))
    assert all(found.searched[f"bytes told, {whom}"] for whom in ("model", "webhooks"))
