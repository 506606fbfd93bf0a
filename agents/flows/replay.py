"""Where a flow stands after all that was answered so far. Pure.

Nothing is remembered besides the conversation itself, so an answer may be prepared and thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from agents.flows.choice import FlowChoice
from agents.flows.machine import Step, asked_for, begin, step
from agents.flows.values import Answer, Value, read

Aside = Literal["", "stay", "leave", "at_once"]


def replay(
    flow: FlowChoice, answers: Sequence[Answer], today: date, aside: Callable[[str], Aside] = lambda _: ""
) -> tuple[Step, Aside] | None:
    """What the last of them led to; None when the flow was over before it. `aside`: what words mean that are no answer
    to what was asked: they are answered in between ("stay"), or end the flow ("leave"; "at_once": whatever was asked).
    """
    now: Step = begin(flow)
    last: Aside = ""
    for number, answer in enumerate(answers):
        if now.standing is None:
            return None
        last = _meant(flow, now, answer, today, aside)
        if last in ("leave", "at_once"):
            return (now, last) if number == len(answers) - 1 else None
        if not last:
            now = step(flow, now.standing, answer, today)
    return now, last


def _meant(flow: FlowChoice, now: Step, answer: Answer, today: date, aside: Callable[[str], Aside]) -> Aside:
    """Words that answer the question are no aside; what takes nearly all words for an answer comes after it."""
    if answer.how != "speech" or now.standing is None:
        return ""
    meant = aside(answer.text)
    if not meant or meant == "at_once":
        return meant
    asked = asked_for(flow, now.standing)
    answered = asked.type not in ("text", "yes_no") and isinstance(read(asked, answer, today), Value)
    return "" if answered else meant
