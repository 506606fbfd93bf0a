"""How a campaign went, as one HTML file: for a browser by day and by night, and for paper. Pure.

Nothing is fetched from anywhere and nothing runs in it. It is made of `/v1/campaigns/{id}/figures`, which has no
telephone number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from gateway.campaigns.report_charts import Column, bars, columns
from gateway.campaigns.report_style import STYLE

Told = Mapping[str, Any]

ALLOWED_ABANDONED = 0.03  # 47 CFR 64.1200(a)(7)
_CHECKS = {
    "hours": "the law's hours", "own_window": "the campaign's window", "register": "a do-not-call register",
    "own_list": "the own do-not-call list", "attempts": "called often enough", "caps": "the trunk's bounds",
}  # fmt: skip
_DAY_HEAD = ("day", "dialled", "rang", "people", "machines", "abandoned", "minutes", "cost")


def page(figures: Told) -> str:
    """The file."""
    name = escape(figures["name"])
    sections = "".join(
        f"<section><h2>{escape(title)}</h2>{body}{note}</section>" for title, body, note in _sections(figures) if body
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}: report</title><style>{STYLE}</style></head><body><main>"
        f'<header><h1>{name}</h1><p class="faint">{_about(figures)}</p></header>'
        f'<dl class="tiles">{"".join(_tiles(figures))}</dl>{sections}'
        f'<footer class="faint">made {_moment(figures, figures["made_at"])} ({escape(figures["zone"])})</footer>'
        "</main></body></html>\n"
    )


def _about(figures: Told) -> str:
    begun, ended = figures["started_at"], figures["ended_at"]
    why = f": {escape(figures['why'])}" if figures["why"] else ""
    times = f"from {_moment(figures, begun)}" if begun else "not started"
    times += f" to {_moment(figures, ended)}" if ended else ""
    return f"{escape(figures['campaign_id'])}, {escape(figures['state'])}{why}; {times}"


def _tiles(figures: Told) -> Iterator[str]:
    days: Sequence[Told] = figures["days"]
    dialled, rang, answered, machines, abandoned, seconds = (
        sum(one[key] for one in days) for key in ("dialled", "rang", "answered", "machines", "abandoned", "seconds")
    )
    share = abandoned / answered if answered else 0.0
    yield _tile("contacts", f"{sum(figures['contacts'].values()):,}", _states(figures["contacts"]))
    yield _tile("dials", f"{dialled:,}", f"{rang:,} reached a phone")
    yield _tile("people answered", f"{answered:,}", f"{answered / dialled:.1%} of dials" if dialled else "")
    yield _tile("machines answered", f"{machines:,}", f"{machines / dialled:.1%} of dials" if dialled else "")
    bad = share > ALLOWED_ABANDONED
    yield _tile("abandoned", f"{abandoned:,}", f"{share:.1%} of answers; {ALLOWED_ABANDONED:.0%} is the limit", bad=bad)
    yield _tile("on the line", f"{seconds / 60:,.0f} min", _money(figures))


def _tile(name: str, value: str, note: str, *, bad: bool = False) -> str:
    kind = ' class="bad"' if bad else ""
    return f"<div{kind}><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"


def _sections(figures: Told) -> Iterator[tuple[str, str, str]]:
    """Title, chart or table, a line under it; a chart of nothing is left out."""
    yield "What became of the dials", bars("dials by outcome", _ordered(figures["outcomes"])), ""
    yield "Dials and answers over time", _over_time(figures), _pace(figures)
    yield "Time until somebody answered", _until_answered(figures), ""
    yield "Who answered", bars("answers by who gave them", _ordered(figures["answered_by"])), ""
    yield "Not called, or not yet, by the gate's first reason", bars("refusals by reason", _reasons(figures)), ""
    yield "Ended before anything was dialled", bars("attempts without a dial", _ordered(figures["not_dialled"])), ""
    yield "Day by day", _days(figures["days"]), ""


def _over_time(figures: Told) -> str:
    step, target = figures["step_s"], figures["target_per_s"]
    per_minute = 60 / step
    steps = [
        Column(
            _clock(figures, one["at"]), one["dials"] * per_minute, one["answered"] * per_minute,
            f"{_moment(figures, one['at'])}: {one['dials']} dials, {one['answered']} answered by people",
        )
        for one in figures["series"]
    ]  # fmt: skip
    line = target * 60 if target else None
    return columns("dials and answers a minute over time", steps, line=line, unit=f"a minute, in steps of {step} s")


def _pace(figures: Told) -> str:
    busy = [one["dials"] for one in figures["series"] if one["dials"]]
    if not busy:
        return ""
    step, target = figures["step_s"], figures["target_per_s"]
    fastest, mean = max(busy) * 60 / step, sum(busy) / len(busy) * 60 / step
    words = f"{mean:,.1f} dials a minute where there were any, {fastest:,.1f} at the most"
    goal = f"; the target is {target * 60:,.1f} (dashed)" if target else "; no pace was set"
    key = '<span class="key a"></span>dials <span class="key b"></span>answered by people'
    return f'<p class="faint">{key}. {words}{goal}.</p>'


def _until_answered(figures: Told) -> str:
    found = {one["seconds"]: one["answers"] for one in figures["until_answered"]}
    if not found:
        return ""
    step = figures["answer_step_s"]
    steps = [
        Column(f"{at} s", found.get(at, 0), 0, f"{at} to {at + step} s: {found.get(at, 0)} answers")
        for at in range(0, max(found) + step, step)
    ]
    return columns("seconds from the dial to the answer", steps, unit="answers, by seconds since the dial")


def _days(days: Sequence[Told]) -> str:
    if not days:
        return ""
    head = "".join(f"<th>{name}</th>" for name in _DAY_HEAD)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _day(one))}</tr>" for one in days)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _day(one: Told) -> tuple[str, ...]:
    counts = (f"{one[key]:,}" for key in ("dialled", "rang", "answered", "machines"))
    share = one["abandoned_share"]
    abandoned = f"{one['abandoned']} ({float(share):.1%})" if share is not None else "–"
    costs = ", ".join(f"{cost['amount']} {cost['currency']}" for cost in one["costs"]) or "–"
    return (one["day"], *counts, abandoned, f"{one['seconds'] / 60:,.1f}", costs)


def _money(figures: Told) -> str:
    sums: dict[str, float] = {}
    for one in figures["days"]:
        for cost in one["costs"]:
            sums[cost["currency"]] = sums.get(cost["currency"], 0.0) + float(cost["amount"])
    return ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(sums.items())) or "no price is known"


def _states(contacts: Mapping[str, int]) -> str:
    words = {"done": "done", "waiting": "waiting", "open": "being called", "refused": "may not be called"}
    return ", ".join(f"{contacts[name]:,} {said}" for name, said in words.items() if contacts.get(name))


def _reasons(figures: Told) -> list[tuple[str, int]]:
    return [(_CHECKS.get(name, label), count) for (label, count), name in _named(figures["refusals"])]


def _named(counts: Mapping[str, int]) -> list[tuple[tuple[str, int], str]]:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [((name.replace("_", " "), count), name) for name, count in ordered]


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [row for row, _ in _named(counts)]


def _moment(figures: Told, at: str) -> str:
    return f"{_at(figures, at):%Y-%m-%d %H:%M}"


def _clock(figures: Told, at: str) -> str:
    form = "%d %b" if figures["step_s"] >= 21_600 else "%H:%M" if figures["step_s"] >= 60 else "%H:%M:%S"
    return _at(figures, at).strftime(form)


def _at(figures: Told, at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(ZoneInfo(figures["zone"]))
