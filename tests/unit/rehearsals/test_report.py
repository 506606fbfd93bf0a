"""The report stands alone and tells what was found; JUnit's XML has the same verdicts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from gateway.rehearsals.document import Rehearsal
from gateway.rehearsals.held import Held, StepHeld
from gateway.rehearsals.junit import junit
from gateway.rehearsals.looking import Finding
from gateway.rehearsals.report import page
from gateway.rehearsals.story import Story, Turn
from gateway.rehearsals.time_picture import time_picture

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)


def held(name: str, *findings: Finding, by: str = "text", wav: bytes = b"") -> Held:
    steps = [{"expect": {"says": "a"}}, {"say": "<b>hours</b>"}]
    rehearsal = Rehearsal.model_validate({"name": name, "by": by, "steps": steps})
    turns = [Turn("agent", "Hello & welcome", -0.02, 1), Turn("caller", "hours", 1.5, 2), Turn("agent", "Nine.", 3, 4)]
    steps_held = [StepHeld(rehearsal.steps[0], -5, list(findings)), StepHeld(rehearsal.steps[1], 1.4, tries=2)]
    if by == "voice":
        steps_held[1].answered_after_s = 0.8
    return Held(rehearsal, steps_held, Story(turns=turns, ended_by="caller", outcome="completed"), took_s=0.2, wav=wav)


ALL = [
    held("good one", Finding("says “a”", True, "Hello")),
    held("bad <one>", Finding("says “a”", False, "Hello <i>")),
    held("open one", Finding("judge: well?", None, "nobody")),
    held("spoken", Finding("says “a”", True, "Hello"), by="voice", wav=b"RIFFwave"),
]


class Parsed(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_it_fetches_nothing_and_runs_nothing() -> None:
    text = page("demo", ALL, AT)
    parsed = Parsed(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in parsed.tags}
    sources = [value for _, attrs in parsed.tags for name, value in attrs.items() if name in ("src", "href")]
    assert [str(one)[:22] for one in sources] == ["data:audio/wav;base64,"]
    assert "url(" not in text and "@import" not in text and not re.search(r"\son\w+=", text)


def test_it_tells_all_of_it_and_what_went_wrong_stands_first_and_open() -> None:
    text = page("demo", ALL, AT)
    words = " ".join(Parsed(text).words)
    for said in ("bad <one>", "Hello <i>", "Hello & welcome", "<b>hours</b> (2 times)", "caller: completed",
                 "first sound after 0.80 s", "not judged", "made 2026-11-22 15:00 UTC"):  # fmt: skip
        assert said in words, said
    assert "<i>" not in text and "<b>hours" not in text
    details = [attrs for tag, attrs in Parsed(text).tags if tag == "details"]
    assert [(one["class"], "open" in one) for one in details] == [
        ("failed", True), ("not_judged", True), ("passed", False), ("passed", False),
    ]  # fmt: skip


def test_a_run_without_faults_has_nothing_that_stands_out() -> None:
    assert 'class="bad"' in page("demo", ALL, AT)
    assert 'class="bad"' not in page("demo", [ALL[0], ALL[3]], AT)


def test_the_picture_has_a_bar_for_each_turn_where_it_was() -> None:
    root = ElementTree.fromstring(time_picture(ALL[0].story.turns, 4))
    bars = [(one.get("class"), float(one.get("x", "0")), float(one.get("width", "0"))) for one in root.iter("rect")]
    assert [kind for kind, _, _ in bars] == ["agent", "caller", "agent"]
    assert bars[0][1] < bars[1][1] < bars[2][1] and abs(bars[0][2] - bars[2][2]) < 1
    assert time_picture([], 0) == ""


def test_junit_has_the_same_verdicts() -> None:
    root = ElementTree.fromstring(junit("demo \x00", ALL).encode())
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "1")
    cases = {case.get("name"): [one.tag for one in case] for case in root.iter("testcase")}
    assert cases == {"good one": [], "bad <one>": ["failure"], "open one": ["skipped"], "spoken": []}
    failure = next(root.iter("failure"))
    assert failure.get("message") == "says “a”: Hello <i>" and "agent: Nine." in (failure.text or "")
