"""Progress, days and a dry run as lines of a terminal."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from rich.live import Live

from gateway.cli.campaign_check_pictures import contact_lines, summary_lines
from gateway.cli.campaign_pictures import day_lines, length
from gateway.cli.campaign_progress_pictures import EMPTY, FULL, WIDTH, bar, live_lines, plain_line
from gateway.cli.campaign_watching import at_rest, draw, ending

TOLD: dict[str, Any] = {
    "campaign_id": "cmp_1", "name": "spring", "state": "running", "why": "", "at": "2026-11-18T12:10:05Z",
    "started_at": "2026-11-18T12:00:00Z", "ended_at": None,
    "contacts": {"total": 200, "waiting": 90, "open": 10, "done": 80, "refused": 20},
    "outcomes": {"busy": 12, "no_answer": 1300}, "open": {"claimed": 1, "dialling": 2, "on_the_line": 3},
    "dials_last_minute": 55, "target_per_minute": 60.0, "answered": 40, "abandoned": 1, "abandoned_share": "0.0250",
    "spent": "1.25", "budget": "5", "currency": "USD", "next_at": None, "says": "",
}  # fmt: skip


def test_progress_is_a_bar_with_its_figures() -> None:
    lines = list(live_lines(TOLD))
    assert lines[0] == "spring  running  10 min 5 s"
    assert lines[1].startswith(FULL * 20 + EMPTY * 20 + "  50%") and "20 may not be called" in lines[1]
    assert "55 of 60 dials a minute; 1 with an agent on its way, 2 ringing, 3 on the line" in lines[2]
    assert lines[3].endswith("no answer 1,300, busy 12")
    assert lines[4].endswith("40 by people, 1 abandoned (2.5%); 1.25 of 5 USD spent")
    assert len(lines) == 5 and list(live_lines(TOLD | {"says": "paused"}))[5] == "paused"


def test_elsewhere_progress_is_one_line() -> None:
    line = plain_line(TOLD | {"says": "nobody is due"})
    assert line.startswith("12:10:05  running  50%") and line.endswith("(nobody is due)") and "\n" not in line


def test_a_bar_never_leaves_its_bounds() -> None:
    assert (bar(0), bar(1), len(bar(1.5))) == (EMPTY * WIDTH, FULL * WIDTH, WIDTH)


def test_a_campaign_of_nobody_is_no_division() -> None:
    empty = TOLD | {"contacts": dict.fromkeys(TOLD["contacts"], 0), "abandoned_share": None, "currency": None}
    assert "0%" in list(live_lines(empty))[1] and "no price is known" in list(live_lines(empty))[4]


def test_following_ends_when_nobody_is_on_the_line_any_more() -> None:
    calls = {"claimed": 0, "dialling": 0, "on_the_line": 1}
    nobody = dict.fromkeys(calls, 0)
    assert not at_rest(TOLD | {"open": nobody}) and not at_rest(TOLD | {"state": "stopped", "open": calls})
    for state, step in (("stopped", "report"), ("paused", "resume"), ("draft", "start")):
        told = TOLD | {"state": state, "open": nobody, "says": state}
        assert at_rest(told)
        (line,) = ending(told)
        assert line.startswith(state) and f"gateway campaigns {step} cmp_1" in line


def test_on_a_terminal_it_is_drawn_over_what_was_drawn() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, _environ={"TERM": "xterm"})
    with Live(console=console, auto_refresh=False) as live:
        draw(live, TOLD)
        draw(live, TOLD | {"dials_last_minute": 77})
    shown = screen.getvalue()
    assert "55 of 60" in shown and "77 of 60" in shown and "\x1b[1A" in shown, "the cursor goes up again"


def test_a_dry_run_tells_who_when_and_why_not() -> None:
    against = [
        {"position": 1, "ref": "a\n7", "verdict": "refuse", "next_at": None, "reasons": ["on the list", "no consent"]},
        {"position": 2, "ref": "", "verdict": "not_now", "next_at": "2026-11-19T13:00:00Z", "reasons": ["too early"]},
        {"position": 3, "ref": "", "verdict": "not_now", "next_at": None, "reasons": ["never open"]},
    ]
    lines = list(contact_lines(against))
    assert "never" in lines[1] and "on the list; no consent" in lines[1] and "a·7" in lines[1]
    assert "from 2026-11-19 13:00 UTC" in lines[2] and "no time is known" in lines[3]
    summary = {
        "at": "2026-11-18T12:00:00Z", "contacts": 1010, "verdicts": {"allow": 1000, "not_now": 5, "refuse": 5},
        "against": {"own_list": 5, "own_window": 5}, "never": 1, "first_at": "2026-11-18T12:00:00Z", "to_do": [],
        "broken": "",
    }  # fmt: skip
    text = "\n".join(summary_lines(summary, "cmp_1", 3))
    assert "and 7 more" in text and "1,010 contacts" in text and "1,000 may be called, 5 later, 5 not at all" in text
    assert "the campaign's window  5" in text and "gateway campaigns start cmp_1 --watch" in text
    blocked = "\n".join(summary_lines(summary | {"to_do": ["it has no seller"], "broken": "gone"}, "cmp_1", 10))
    assert (
        "before it can start: it has no seller" in blocked
        and "broken off: gone" in blocked
        and "start cmp" not in blocked
    )


def test_days_without_a_dial_are_one_sentence() -> None:
    assert list(day_lines({"data": []})) == ["nobody was dialled yet"]


def test_lengths_are_said_in_what_they_are_whole_of() -> None:
    assert [length(one) for one in (30, 90, 900, 14_400, 172_800)] == ["30 s", "90 s", "15 min", "4 h", "2 d"]
