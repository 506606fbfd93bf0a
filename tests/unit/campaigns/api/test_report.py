"""The report is one file that stands alone, tells what it was given, and has no number of anybody."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from gateway.campaigns.figure_schemas import FiguresShown, days, steps, waited
from gateway.campaigns.figures import Dial, Figures
from gateway.campaigns.report import page
from gateway.campaigns.report_charts import Column, bars, columns

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)


def figures(**fields: Any) -> dict[str, Any]:
    found = Figures("America/New_York")
    for n in range(60):
        at, answers = AT + timedelta(seconds=7 * n), n % 3 == 0
        outcome, answered_at = ("answered", at + timedelta(seconds=4)) if answers else ("no_answer", None)
        found.add(Dial(at, outcome, answered_at, None if n == 0 else at, "human" if answers else "", 12, "0.01", "USD"))
    told = FiguresShown(
        campaign_id="cmp_1", name="spring <b>reminders</b>", state="finished", why="", made_at=AT,
        zone="America/New_York", started_at=AT, ended_at=None, contacts={"done": 50, "refused": 10},
        outcomes=dict(found.outcomes),
        not_dialled={"no_agent": 2}, refusals={"own_list": 7, "consent": 3}, answered_by=dict(found.answered_by),
        step_s=found.series.step_s, series=steps(found), until_answered=waited(found), target_per_s=0.25,
        days=days(found),
    )  # fmt: skip
    return json.loads(told.model_dump_json()) | fields


class Parsed(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_it_fetches_nothing_and_runs_nothing() -> None:
    parsed = Parsed(page(figures()))
    assert not {"script", "link", "img", "iframe", "object"} & set(parsed.tags)
    assert not [name for name, _ in parsed.attributes if name in ("src", "href", "srcset") or name.startswith("on")]
    assert "url(" not in page(figures()) and "@import" not in page(figures())
    assert {"svg", "table", "style"} <= set(parsed.tags)


def test_every_section_tells_what_it_was_given() -> None:
    words = " ".join(Parsed(page(figures())).words)
    for said in (
        "spring <b>reminders</b>", "no answer", "own do-not-call list", "Day by day", "2026-11-18", "no agent", "human",
        "the target is 15.0 (dashed)", "made 2026-11-18 10:00 (America/New_York)", "0.60 USD",
    ):  # fmt: skip
        assert said in words, said
    assert "<b>" not in page(figures()), "a name is no markup"


def test_more_abandoned_than_allowed_stands_out() -> None:
    assert '<div class="bad"><dt>abandoned</dt>' in page(figures()), "one of 20"
    calm = figures()
    calm["days"][0]["abandoned"] = 0
    assert 'class="bad"' not in page(calm)


def test_what_there_is_nothing_of_is_left_out() -> None:
    nothing = figures(
        series=[], until_answered=[], days=[], outcomes={}, answered_by={}, refusals={}, not_dialled={}, contacts={},
        started_at=None, target_per_s=None,
    )  # fmt: skip
    text = page(nothing)
    assert "<svg" not in text and "<table" not in text and "not started" in text


def test_no_run_of_digits_in_it_is_a_telephone_number() -> None:
    text = re.sub(r"<style>.*?</style>", "", page(figures()))
    assert not re.findall(r"\+[0-9]{7,}", text)


@pytest.mark.parametrize(
    "drawn",
    [
        bars("by outcome", [("no answer", 3), ("a < b", 0)]),
        columns("over time", [Column("1", 3, 1, "a & b"), Column("2", 0)], line=5, unit="a minute"),
    ],
)
def test_charts_are_well_formed(drawn: str) -> None:
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img" and root.get("aria-label")


def test_columns_are_as_high_as_their_values_and_the_goal_is_within() -> None:
    root = ElementTree.fromstring(columns("t", [Column("", 4, 2), Column("", 2)], line=8))
    heights = [float(one.get("height", "0")) for one in root.iter("rect")]
    assert heights == [pytest.approx(heights[1] * 2), pytest.approx(heights[2]), pytest.approx(heights[0] / 2)]
    goal = next(one for one in root.iter("line") if "goal" in one.get("class", ""))
    assert 0 < float(goal.get("y1", "0")) < 220 - heights[0]


def test_the_longest_bar_is_the_most_frequent() -> None:
    root = ElementTree.fromstring(bars("t", [("a", 10), ("b", 5)]))
    first, second = (float(one.get("width", "0")) for one in root.iter("rect"))
    assert first == pytest.approx(second * 2)
