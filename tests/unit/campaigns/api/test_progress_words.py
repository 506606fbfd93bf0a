"""Why nobody is called just now; the nearest reason wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.campaigns.progress_words import Standstill, says

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
RUNNING = Standstill(state="running", why="", now=NOW)


def test_while_calls_go_out_there_is_nothing_to_say() -> None:
    assert says(RUNNING) == says(replace(RUNNING, next_at=NOW, starts_at=NOW, limited_until=NOW, check="hours")) == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "draft"}, "not started yet"),
        ({"state": "paused"}, "paused"),
        ({"state": "paused", "why": "its agent is gone"}, "paused: its agent is gone"),
        ({"state": "finished", "why": "its time is over", "next_at": LATER}, "finished: its time is over"),
        ({"starts_at": LATER, "next_at": LATER}, "it begins at 2026-11-18 13:00:00 UTC"),
        ({"way_out": "calls by its trunk fail", "next_at": LATER}, "calls by its trunk fail"),
        ({"limited_until": LATER}, "refused calls for its load"),
        ({"next_at": LATER, "check": "hours"}, "people may not be called at this hour"),
        ({"next_at": LATER, "check": "own_window"}, "own window is closed"),
        ({"next_at": LATER, "check": "country"}, "(country)"),
        ({"next_at": LATER, "outcome": "no_answer"}, "follows one that was no answer"),
    ],
)
def test_the_reason_is_named(fields: dict[str, object], words: str) -> None:
    assert words in says(replace(RUNNING, **fields))  # pyright: ignore[reportArgumentType]


def test_somebody_who_was_never_called_only_waits() -> None:
    assert says(replace(RUNNING, next_at=LATER)) == "nobody is due before 2026-11-18 13:00:00 UTC"
