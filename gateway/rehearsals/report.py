"""Rehearsals that were held, as one HTML file: nothing is fetched from anywhere and nothing runs in it. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from gateway.campaigns.report_charts import Column, bars, columns
from gateway.rehearsals.held import Held, StepHeld
from gateway.rehearsals.looking import Finding
from gateway.rehearsals.story import Turn
from gateway.rehearsals.style import STYLE
from gateway.rehearsals.time_picture import time_picture

MARKS = {"passed": "✓", "failed": "✗", "not_judged": "?"}
_SAYS = {
    "say": "says", "interrupt": "interrupts", "mumble": "mumbles", "key": "keys", "wait": "waits",
    "hang_up": "hangs up", "listen": "listens",
}  # fmt: skip


def page(title: str, held: Sequence[Held], made_at: datetime) -> str:
    """The file."""
    shown = sorted(held, key=lambda one: ("failed", "not_judged", "passed").index(one.verdict))
    return document(
        title,
        f'<dl class="tiles">{"".join(_tiles(held))}</dl>{"".join(_charts(held))}'
        f"<section><h2>Rehearsals</h2>{''.join(map(rehearsal, shown))}</section>",
        made_at,
    )


def document(title: str, body: str, made_at: datetime) -> str:
    """What stands around a page's body."""
    name = escape(title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{STYLE}</style></head><body><main>"
        f"<header><h1>{name}</h1></header>{body}"
        f'<footer class="faint">made {made_at:%Y-%m-%d %H:%M} UTC</footer></main></body></html>\n'
    )


def rehearsal(held: Held) -> str:
    """One of them; what went wrong is open."""
    about = f"by {held.rehearsal.by}, {held.took_s:.2f} s"
    about += f", {escape(held.call_id)}" if held.call_id else ""
    fault = f'<p class="fault">{escape(held.why)}</p>' if held.verdict == "failed" else ""
    sound = ""
    if held.wav:
        audio = base64.b64encode(held.wav).decode()
        sound = f'<audio controls preload="none" src="data:audio/wav;base64,{audio}"></audio>'
    turns = turns_of(held)
    ends_s = max((one.ended_s for one in turns), default=0.0)
    return (
        f'<details class="{held.verdict}"{"" if held.verdict == "passed" else " open"}><summary>'
        f"<b>{MARKS[held.verdict]}</b>{escape(held.rehearsal.name)}<small>{about}</small></summary>"
        f'{fault}{time_picture(turns, ends_s)}{sound}<table class="turns"><tbody>{"".join(_rows(held))}</tbody></table>'
        "</details>"
    )


def turns_of(held: Held) -> list[Turn]:
    """In order. By voice, the caller's words are those that were said, not those that the agent understood."""
    return sorted(held.story.turns, key=lambda one: one.began_s)


def _rows(held: Held) -> Iterator[str]:
    ends = [one.began_s for one in held.steps[1:]] + [float("inf")]
    for one, end_s in zip(held.steps, ends, strict=True):
        yield _row(f"{max(one.began_s, 0):.1f} s", f"caller {_SAYS[one.step.act]}", escape(_act(one)), "act")
        for turn in turns_of(held):
            if one.began_s <= turn.began_s < end_s and not _same(turn, one, held.rehearsal.by):
                who = "understood" if turn.speaker == "caller" and turn.how == "said" else turn.speaker
                who = "key" if turn.how == "keyed" else who
                cut = ' <span class="faint">(cut off)</span>' if turn.interrupted else ""
                yield _row(f"{max(turn.began_s, 0):.1f} s", who, escape(turn.text) + cut)
        if one.answered_after_s is not None:
            yield _row("", "", f'<span class="faint">first sound after {one.answered_after_s:.2f} s</span>')
        yield from map(_finding, one.findings)
    for step in held.rehearsal.steps[len(held.steps) :]:
        yield _row("", f"caller {_SAYS[step.act]}", f"{escape(step.words)} (the call was over)", "act")
    if held.story.outcome:
        yield _row("", "end", f"{escape(held.story.ended_by)}: {escape(held.story.outcome)}", "act")
    yield from map(_finding, held.ending)


def _act(one: StepHeld) -> str:
    return f"{one.step.words} ({one.tries} times)" if one.tries > 1 else one.step.words


def _same(turn: Turn, one: StepHeld, by: str) -> bool:
    """By text, the caller's turn is the step itself."""
    return by == "text" and turn.speaker == "caller" and turn.text == one.step.words


def _row(at: str, who: str, text: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f"<tr{shown}><td>{at}</td><td>{who}</td><td>{text}</td></tr>"


def _finding(one: Finding) -> str:
    kind, mark = {True: ("met", "✓"), False: ("unmet", "✗"), None: ("open", "?")}[one.met]
    return (
        f'<tr><td></td><td class="{kind}">{mark}</td><td>{escape(one.expected)} '
        f'<span class="found">{escape(one.found)}</span></td></tr>'
    )


def _tiles(held: Sequence[Held]) -> Iterator[str]:
    passed = sum(one.verdict == "passed" for one in held)
    failed = sum(one.verdict == "failed" for one in held)
    findings = [one for each in held for one in each.findings]
    voice = [one for one in held if one.rehearsal.by == "voice"]
    text = [one for one in held if one.rehearsal.by == "text"]
    yield _tile("rehearsals", f"{len(held)}", f"{len(text)} by text, {len(voice)} by voice")
    yield _tile("passed", f"{passed}", f"{passed / len(held):.0%}" if held else "")
    yield _tile("failed", f"{failed}", "", bad=failed > 0)
    not_judged = len(held) - passed - failed
    if not_judged:
        yield _tile("not judged", f"{not_judged}", "questions for a model", bad=True)
    yield _tile("things expected", f"{len(findings)}", f"{sum(one.met is True for one in findings)} as expected")
    if text:
        yield _tile("a rehearsal by text", f"{_median([one.took_s for one in text]) * 1000:.0f} ms", "median")
    if waits := _waits(held):
        yield _tile("first sound of an answer", f"{_median(waits):.2f} s", f"median of {len(waits)}, by voice")


def _charts(held: Sequence[Held]) -> Iterator[str]:
    counts = {name: sum(one.verdict == name for one in held) for name in ("passed", "failed", "not_judged")}
    rows = [(name.replace("_", " "), count) for name, count in counts.items() if count]
    yield f"<section><h2>How they went</h2>{bars('rehearsals by how they went', rows)}</section>"
    if waits := _waits(held):
        step = 0.25
        steps = [
            Column(
                f"{n * step:g} s", sum(n * step <= one < (n + 1) * step for one in waits), says=f"from {n * step:g} s"
            )
            for n in range(int(max(waits) / step) + 1)
        ]
        chart = columns("seconds until the answer", steps, unit="answers by voice, by the time until their first sound")
        yield f"<section><h2>How long callers waited</h2>{chart}</section>"


def _waits(held: Sequence[Held]) -> list[float]:
    return [step.answered_after_s for one in held for step in one.steps if step.answered_after_s is not None]


def _tile(name: str, value: str, note: str, *, bad: bool = False) -> str:
    kind = ' class="bad"' if bad else ""
    return f"<div{kind}><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
