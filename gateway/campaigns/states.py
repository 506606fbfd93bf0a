"""What may be done with a campaign in which state. Pure.

    draft ──start──► running ⇄ paused        running, paused ──stop──► stopped
                     running ──────────────► finished: nobody is left to be called, or its time is over

A stop begins nothing more; calls under way go on to their end.
"""

from __future__ import annotations

from typing import Literal

from gateway.campaigns.terms import State
from gateway.kernel.errors import Conflict

Act = Literal["start", "pause", "resume", "stop"]
_MAY: dict[Act, tuple[tuple[State, ...], State]] = {
    "start": (("draft",), "running"),
    "pause": (("running",), "paused"),
    "resume": (("paused",), "running"),
    "stop": (("running", "paused"), "stopped"),
}
OVER: tuple[State, ...] = ("stopped", "finished")


def after(state: State, act: Act) -> State:
    """The same act again changes nothing. Raises Conflict."""
    before, result = _MAY[act]
    if state == result and act != "start":
        return state
    if state not in before:
        raise Conflict(
            f"the campaign is {state}: nothing to {act}", code="campaign.state",
            todo=f"{act} one that is {' or '.join(before)}",
        )  # fmt: skip
    return result
