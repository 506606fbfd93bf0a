"""When the sweeper takes a call for dead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.calls.sweep import Carried, verdict_on
from tests.unit.calls.story import CALL, T0

OPEN = Carried(call_id=CALL, opened_at=T0, listed_at=T0 + timedelta(seconds=30), joined=True)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("carried", "now", "judging_since", "slug"),
    [
        (OPEN, 35.9, 0, None),
        (OPEN, 36.1, 0, "node_lost"),
        (OPEN, 100, 95, None),  # we have just started: live nodes get time to report
        (OPEN, 101.1, 95, "node_lost"),
        (replace(OPEN, listed_at=None), 5.9, 0, None),
        (replace(OPEN, listed_at=None), 6.1, 0, "node_lost"),
        (replace(OPEN, room_gone_since=at(30)), 34, 0, None),
        (replace(OPEN, room_gone_since=at(30)), 35.1, 0, None),  # a node has it: LiveKit's list may be what is gone
        (replace(OPEN, room_gone_since=at(30)), 36.1, 0, "room_lost"),
        (replace(OPEN, room_gone_since=at(30), waits=True), 34, 0, None),
        (replace(OPEN, room_gone_since=at(30), waits=True), 35.1, 0, "room_lost"),
        (replace(OPEN, node_reports=False, listed_at=None), 3600, 0, None),
        (replace(OPEN, node_reports=False, listed_at=None, joined=False), 119, 0, None),
        (replace(OPEN, node_reports=False, listed_at=None, joined=False), 121, 0, "node_lost"),
        (replace(OPEN, node_reports=False, room_gone_since=at(3600)), 3606, 0, "room_lost"),
    ],
)
def test_a_call_is_dead_when_nobody_carries_it(
    carried: Carried, now: float, judging_since: float, slug: str | None
) -> None:
    assert verdict_on(carried, now=at(now), judging_since=at(judging_since)) == slug
