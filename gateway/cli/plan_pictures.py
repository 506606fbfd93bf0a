"""Plans as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_SIGNS = {"create": "+", "buy": "$", "import": "+", "update": "~", "repair": "~", "inbound": "~", "outbound": "+",
          "lead": ">", "sync": "="}  # fmt: skip
_STATES = {
    "waiting": "·", "under_way": "…", "done": "✓", "people": "☎", "failed": "✗", "unknown": "?", "not_reached": "-",
    "undone": "↩", "kept": "✓",
}  # fmt: skip
_NOTES = {"drift": "changed", "orphan": "unused", "people": "for people", "cannot": "not possible"}


def plan_lines(plan: Told) -> Iterator[str]:
    """What would be done, what it costs, what people have to do."""
    if not plan["steps"]:
        yield "nothing to do: everything is as it is wanted"
    else:
        yield from aligned([_step(one) for one in plan["steps"]])
        yield ""
        yield f"costs    once: {_sum(plan, 'once')}; a month: {_sum(plan, 'monthly')}"
        if risky := sum(one["risk"] == "calls" for one in plan["steps"]):
            yield f"risk     {risky} of these steps may be noticed by callers (~ and >)"
    for step in plan["steps"]:
        for one in step["human"]:
            yield f"people   {plain(one['what'])}: {one['link']}"
    yield from note_lines(plan["notes"])


def note_lines(notes: Sequence[Told]) -> Iterator[str]:
    for one in notes:
        link = f": {one['link']}" if one["link"] else ""
        yield f"{_NOTES[one['kind']]:<9}{plain(one['words'])}{link}"


def progress_line(step: Told) -> str:
    problem = f"  ({plain(step['problem'])})" if step["problem"] else ""
    return f"{_STATES[step['state']]} {plain(step['words'])}{problem}"


def ending_lines(plan: Told) -> Iterator[str]:
    """How it went, and what comes next."""
    for step in plan["steps"]:
        if step["state"] in ("failed", "unknown"):
            yield f"✗ {plain(step['words'])}: {plain(step['problem'])}"
            yield f"  next: {step['todo']}"
        for one in step["human"] if step["state"] in ("people", "done") else ():
            yield f"☎ {plain(one['what'])}: {one['link']}"
    counts = [f"{sum(one['state'] == state for one in plan['steps'])} {words}" for state, words in _COUNTED]
    yield f"{plan['state']}: {', '.join(one for one in counts if not one.startswith('0 '))}".removesuffix(": ")
    yield f"spent    once: {sums(plan['spent_once'])}; a month: {sums(plan['spent_monthly'])}"
    if plan["unsure"]:
        yield f"unsure   {', '.join(plan['unsure'])}: the next plan finds out whether they were bought"


_COUNTED = (
    ("done", "done"), ("undone", "undone"), ("kept", "kept"), ("people", "wait for people"), ("failed", "failed"),
    ("unknown", "unknown"), ("not_reached", "not reached"),
)  # fmt: skip


def plan_table(plans: Sequence[Told]) -> Iterator[str]:
    if plans:
        head = ("id", "state", "made", "problem")
        yield from aligned(
            [head, *((one["id"], one["state"], one["created_at"][:19], plain(one["problem"])) for one in plans)]
        )


def sums(prices: Sequence[Told]) -> str:
    return " + ".join(f"{one['amount']} {one['currency']}" for one in prices) or "nothing"


def _sum(plan: Told, when: str) -> str:
    """What carriers do not tell is not taken for nothing."""
    untold = sum(step["risk"] == "money" and step[when] is None for step in plan["steps"])
    known = sums(plan[when])
    if untold:
        return "the carrier does not say" if known == "nothing" else f"{known}, and what {untold} cost is not told"
    return known


def _step(step: Told) -> tuple[str, ...]:
    sign = _SIGNS[step["act"].rpartition(".")[2]]
    return (f"  {sign} {plain(step['words'])}", _price(step["once"], "once"), _price(step["monthly"], "a month"))


def _price(price: Told | None, when: str) -> str:
    return f"{price['amount']} {price['currency']} {when}" if price else ""
