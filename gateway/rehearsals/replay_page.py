"""A call of then and the same caller with another agent, side by side: an HTML file. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from gateway.rehearsals.held import Held
from gateway.rehearsals.replay import Replay
from gateway.rehearsals.report import document


def replay_page(replay: Replay, held: Held, agent: str, made_at: datetime) -> str:
    """The file."""
    same, whole = alike(replay, held)
    notes = "".join(f'<p class="faint">{escape(one)}</p>' for one in replay.notes)
    table = (
        '<table class="turns"><thead><tr><th>caller</th><th>the call</th>'
        f"<th>{escape(agent)}</th></tr></thead><tbody>{''.join(_rows(replay, held))}</tbody></table>"
    )
    fault = f'<p class="fault">{escape(held.fault)}</p>' if held.fault else ""
    return document(
        f"{replay.rehearsal.name}, with {agent}",
        f"<p>{same} of {whole} answers are the same.</p>{fault}{notes}{table}",
        made_at,
    )


def alike(replay: Replay, held: Held) -> tuple[int, int]:
    """How many answers are the same, of how many."""
    pairs = list(pairs_of(replay, held))
    return sum(then == now for _, then, now in pairs), len(pairs)


def pairs_of(replay: Replay, held: Held) -> Iterator[tuple[str, str, str]]:
    """What the caller did, what the agent said then, and what it says now."""
    for number, step in enumerate(replay.rehearsal.steps):
        then, now = " ".join(replay.said_then(number)), " ".join(replay.said_now(held, number))
        act = {"key": f"[keys] {step.words}", "wait": f"[{step.words} of silence]", "hang_up": "[hangs up]"}
        yield act.get(step.act, step.words), then, now


def _rows(replay: Replay, held: Held) -> Iterator[str]:
    for act, then, now in pairs_of(replay, held):
        kind = "" if then == now else ' class="act"'
        yield f"<tr{kind}><td>{escape(act)}</td><td>{escape(then) or '–'}</td><td>{escape(now) or '–'}</td></tr>"
    ended = [f"{one.ended_by}: {one.outcome}" if one.outcome else "" for one in (replay.then, held.story)]
    yield f"<tr><td>[end]</td><td>{escape(ended[0])}</td><td>{escape(ended[1])}</td></tr>"
