"""What the record of a call to a human means for the transfer that wanted it. Pure."""

from __future__ import annotations

from typing import Literal

from gateway.calls.call import Call
from gateway.calls.events import Termination
from gateway.calls.facts import Party
from gateway.calls.transfer_facts import AttemptOutcome
from gateway.calls.trunk_verdict import may_go_elsewhere
from gateway.transfers.story import Attempt, Story

_OUTCOMES: dict[str, AttemptOutcome] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "declined": "declined",
    "blocked": "blocked",
    "dial_cancelled": "cancelled",
    "voicemail": "machine",
    "node_lost": "unknown",
    "room_lost": "unknown",
    "gateway_stopped": "unknown",
    "internal_error": "unknown",
}


def news_of(attempt: Attempt, call: Call) -> Literal["ringing", "answered"] | AttemptOutcome | None:
    """What the record tells beyond what the attempt knows: a stage, how it ended, or nothing new."""
    if call.termination:
        return _ended(call.termination, answered=call.answered_at is not None)
    if call.answered_at and attempt.stage in ("placed", "ringing"):
        return "answered"
    if call.rang_at and attempt.stage == "placed":
        return "ringing"
    return None


def by_another_trunk(story: Story, attempt: Attempt, call: Call) -> bool:
    """The trunk of the call failed before anything rang; the attempt may go by another one, and is still wanted."""
    over = story.settled or story.joined or story.caller_left or story.cancelled
    wanted = not over and all(one.stage in ("placed", "ringing", "ended") for one in story.attempts)
    return wanted and attempt.routed and attempt.stage == "placed" and bool(call.trunk_id) and may_go_elsewhere(call)


def who_ended(call: Call) -> Party:
    """Of a call to a human: the called party is the human."""
    ended_by = call.termination.ended_by if call.termination else "gateway"
    return "human" if ended_by == "callee" else ended_by


def _ended(how: Termination, *, answered: bool) -> AttemptOutcome:
    return "left" if answered else _OUTCOMES.get(how.slug, "unreachable")
