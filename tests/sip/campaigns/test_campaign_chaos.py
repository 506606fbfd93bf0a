"""A small `make chaos-campaign`: processes are killed while a campaign dials over real SIP."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.campaigns.chaos import CampaignChaos

CONTACTS, KILLS, SEED = 24, 4, 3


@pytest.mark.timeout(900)
async def test_whoever_is_killed_nobody_is_dialled_twice_left_out_or_dialled_against_the_gate(tmp_path: Path) -> None:
    told: list[str] = []
    found = await CampaignChaos(CONTACTS, KILLS, SEED, tmp_path, told.append).run()
    assert (found.twice, found.lost, found.against_the_gate) == (0, 0, 0), (found, told)
    assert found.kills.total() >= 1, told
    assert found.outcomes["answered"] and found.outcomes["refused"], found
