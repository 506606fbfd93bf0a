"""How far a campaign has come, as it looks in a terminal: some lines that are drawn again, or one line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from gateway.cli.campaign_pictures import words
from gateway.cli.columns import plain

Told = Mapping[str, Any]

FULL, EMPTY = "█", "░"
WIDTH = 40


def live_lines(told: Told) -> Iterator[str]:
    """Six lines at most, so that they can be drawn over each other."""
    contacts = told["contacts"]
    yield f"{plain(told['name'])}  {told['state']}  {_running_for(told)}".rstrip()
    share = _over(told)
    yield f"{bar(share)} {share:4.0%}  {_people(contacts)}"
    yield f"pace      {pace_of(told)}"
    yield f"outcomes  {outcomes_of(told) or 'none yet'}"
    yield f"answers   {answers_of(told)}"
    if told["says"]:
        yield plain(told["says"])


def plain_line(told: Told) -> str:
    """For a file or a pipe."""
    says = f"  ({plain(told['says'])})" if told["says"] else ""
    return (
        f"{told['at'][11:19]}  {told['state']}  {_over(told):.0%}  {_people(told['contacts'])}  "
        f"{told['dials_last_minute']} a minute  {outcomes_of(told) or 'no outcome yet'}{says}"
    )


def bar(share: float) -> str:
    full = min(WIDTH, int(share * WIDTH))
    return FULL * full + EMPTY * (WIDTH - full)


def pace_of(told: Told) -> str:
    target, now = told["target_per_minute"], told["open"]
    of = f" of {target:,.0f}" if target is not None else ""
    under_way = [
        f"{now['claimed']} with an agent on its way",
        f"{now['dialling']} ringing",
        f"{now['on_the_line']} on the line",
    ]
    return f"{told['dials_last_minute']:,}{of} dials a minute; {', '.join(under_way)}"


def outcomes_of(told: Told) -> str:
    ordered = sorted(told["outcomes"].items(), key=lambda one: -one[1])
    return ", ".join(f"{words(name)} {count:,}" for name, count in ordered)


def answers_of(told: Told) -> str:
    share = f" ({float(told['abandoned_share']):.1%})" if told["abandoned_share"] is not None else ""
    money = f"{told['spent']}{_of_budget(told)} {told['currency']} spent" if told["currency"] else "no price is known"
    return f"{told['answered']:,} by people, {told['abandoned']:,} abandoned{share}; {money}"


def _of_budget(told: Told) -> str:
    return f" of {told['budget']}" if told["budget"] else ""


def _over(told: Told) -> float:
    """Of contacts, those with whom nothing more is to be done."""
    contacts = told["contacts"]
    return (contacts["done"] + contacts["refused"]) / contacts["total"] if contacts["total"] else 0.0


def _people(contacts: Told) -> str:
    left = f"{contacts['waiting'] + contacts['open']:,} left"
    refused = f", {contacts['refused']:,} may not be called" if contacts["refused"] else ""
    return f"{contacts['done']:,} of {contacts['total']:,} contacts done, {left}{refused}"


def _running_for(told: Told) -> str:
    if not told["started_at"]:
        return ""
    end = told["ended_at"] or told["at"]
    seconds = int((datetime.fromisoformat(end) - datetime.fromisoformat(told["started_at"])).total_seconds())
    hours, rest = divmod(max(0, seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
