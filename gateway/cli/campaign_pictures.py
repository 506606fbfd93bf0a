"""Campaigns as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "name", "state", "contacts", "spent", "since")
_DAYS = ("day", "dialled", "rang", "people", "machines", "abandoned", "minutes", "cost")
_ATTEMPTS = ("id", "contact", "dialled", "outcome", "seconds", "cost", "word of the agent", "call")
_REFUSALS = ("contact", "at", "verdict", "why")


def table_of(campaigns: Sequence[Told]) -> Iterator[str]:
    if campaigns:
        yield from aligned([_HEAD, *(_cells(one) for one in campaigns)])


def line_of(one: Told) -> str:
    why = f": {plain(one['why'])}" if one["why"] else ""
    return f"{one['id']}  {plain(one['name'])}  {one['state']}{why}"


def picture_of(one: Told) -> Iterator[str]:
    yield line_of(one)
    for name, words in _terms(one):
        yield f"{name:<10}{words}"


def next_of(one: Told) -> str:
    """What to type next."""
    name = one["id"]
    steps = {
        "draft": f"gateway campaigns check {name}" if one["contacts"] else f"gateway contacts import {name} FILE.csv",
        "running": f"gateway campaigns watch {name}",
        "paused": f"gateway campaigns resume {name} --watch",
    }  # fmt: skip
    return steps.get(one["state"], f"gateway campaigns report {name} --out report.html")


def attempt_table(attempts: Sequence[Told]) -> Iterator[str]:
    if attempts:
        yield from aligned([_ATTEMPTS, *(_attempt(one) for one in attempts)])


def refusal_table(refusals: Sequence[Told]) -> Iterator[str]:
    rows = [
        (str(one["position"]), moment(one["at"]), words(one["verdict"]), plain("; ".join(_says(one["gate"]))))
        for one in refusals
    ]
    if rows:
        yield from aligned([_REFUSALS, *rows])


def day_lines(told: Told) -> Iterator[str]:
    """A line for each day, and the 30 days up to the last."""
    if not told["data"]:
        yield "nobody was dialled yet"
        return
    month = told["last_30_days"]
    yield from aligned([_DAYS, *(_day(one, one["day"]) for one in told["data"]), _day(month, "30 days")])
    yield f"days of {told['zone']}; abandoned: a person answered and no agent was there within 2 s (3 % at most)"


def _cells(one: Told) -> tuple[str, ...]:
    since = one["ended_at"] or one["started_at"] or one["created_at"]
    spent = one["spent"] if one["spent"].strip("0.") else "-"
    return (one["id"], plain(one["name"]), one["state"], f"{one['contacts']:,}", spent, moment(since))


def _terms(one: Told) -> Iterator[tuple[str, str]]:
    yield "agent", one["agent_id"]
    yield "calls by", (one["trunk_id"] or "the routes") + (f", showing {one['shows']}" if one["shows"] else "")
    seller = f" for {plain(one['seller'])}" if one["seller"] else ""
    yield "purpose", f"{one['purpose']}{seller}, {'artificial' if one['ai_voice'] else 'human'} voice"
    times = [f"{name} {moment(one[at])}" for name, at in (("from", "starts_at"), ("until", "ends_at")) if one[at]]
    yield "time", ", ".join([*times, _window(one["window"])])
    limits = one["limits"]
    named = (("a day", "per_day"), ("a week", "per_week"), ("in all", "in_campaign"))
    yield "limits", ", ".join(f"{limits[key]} {name}" for name, key in named if limits[key]) or "the law's"
    pacing = one["pacing"]
    rate = f"{pacing['calls_per_s']} calls a second" if pacing["calls_per_s"] else "as fast as the trunk takes them"
    yield "pace", f"{pacing['at_once']} at once, {rate}"
    yield "retries", ", ".join(f"{words(name)} {_again(again)}" for name, again in one["retries"].items()) or "none"
    yield "voicemail", words(one["voicemail"]["policy"])
    money = one["budget"]
    yield "budget", f"{money['amount']} {money['currency']}, {one['spent']} spent" if money else "no bound"
    yield "contacts", f"{one['contacts']:,}"


def _window(window: Told) -> str:
    saturday = window["saturday"] or window["weekdays"]
    days = f"Mon-Fri {window['weekdays']}, Sat {saturday}, Sun {window['sunday'] or saturday}"
    off = f", {len(window['days_off'])} days off" if window["days_off"] else ""
    return f"{days} {window['zone'] or 'where they are'}{off}"


def _again(again: Told) -> str:
    return f"after {length(again['after_s'])} x{again['most']}"


def _says(gate: Told) -> Iterator[str]:
    return (one["says"] for one in gate["reasons"])


def _attempt(one: Told) -> tuple[str, ...]:
    outcome = words(one["outcome"] or one["state"]) + (" (abandoned)" if one["abandoned"] else "")
    cost = f"{one['cost']} {one['currency']}" if one["cost"] is not None else "-"
    dialled = moment(one["dialled_at"]) if one["dialled_at"] else "-"
    return (
        one["id"], str(one["position"]), dialled, outcome, str(one["seconds"]), cost, words(one["disposition"] or "-"),
        one["call_id"] or "-",
    )  # fmt: skip


def _day(one: Told, name: str) -> tuple[str, ...]:
    share = f"{one['abandoned']} ({float(one['abandoned_share']):.1%})" if one["abandoned_share"] is not None else "-"
    costs = ", ".join(f"{cost['amount']} {cost['currency']}" for cost in one["costs"]) or "-"
    counts = [f"{one[key]:,}" for key in ("dialled", "rang", "answered", "machines")]
    return (name, *counts, share, f"{one['seconds'] / 60:.1f}", costs)


def words(name: str) -> str:
    return plain(name.replace("_", " "))


def moment(text: str) -> str:
    return f"{text[:16].replace('T', ' ')}"


def length(seconds: float) -> str:
    """`4 h`, `15 min`, `30 s`."""
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size:.0f} {name}"
    return f"{seconds:.0f} s"
