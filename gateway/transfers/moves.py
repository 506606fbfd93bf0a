"""What is to be done next for a transfer, by its story and the time. Pure; said again until it is recorded as done.

Whoever carries moves out may die between any two of them: another one asks again and goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.calls.dial_outcome import outcome_of
from gateway.calls.transfer_facts import AttemptOutcome, By, Ring, TransferOutcome
from gateway.transfers.story import Attempt, Stage, Story, attempt_id

RING_GRACE_S = 5.0  # after its ring time an attempt should have ended by itself
BRIEFED_WITHIN_S = 10.0  # from the answer to the agent's first word to the human
ANSWERED_WITHIN_S = 45.0  # from then on to the human's yes or no
WHOLE_S = 600.0
REFERRED_WITHIN_S = 40.0  # a REFER is followed for 30 s; then somebody has told what came of it, or nobody will


@dataclass(frozen=True)
class Refer:
    """Record it, then ask the caller's own phone to call the human."""

    target_id: str


@dataclass(frozen=True)
class Park:
    """Music or ringback for the caller, whom nobody hears from now on."""


@dataclass(frozen=True)
class Place:
    """Record the attempt, then dial it."""

    attempt_id: str
    wave: int
    ring: Ring


@dataclass(frozen=True)
class Brief:
    """The agent tells the human, alone, who is waiting and why, and asks."""

    attempt_id: str


@dataclass(frozen=True)
class Join:
    """Caller and human hear each other."""

    attempt_id: str


@dataclass(frozen=True)
class Drop:
    """Take the human's leg out of the room, and record how the attempt ended."""

    attempt_id: str
    outcome: AttemptOutcome


@dataclass(frozen=True)
class GiveBack:
    """The caller is with the agent again, who says how it went; without one, the last resort."""

    outcome: TransferOutcome


@dataclass(frozen=True)
class Settle:
    outcome: TransferOutcome
    by: By = "bridge"


Move = Refer | Park | Place | Brief | Join | Drop | GiveBack | Settle


@dataclass(frozen=True)
class Next:
    """`again_at`: when to ask again though nothing was reported; None when there is nothing to wait for."""

    moves: tuple[Move, ...]
    again_at: datetime | None = None


def next_moves(story: Story, now: datetime) -> Next:
    if story.settled:
        return Next(())
    if story.refer and story.refer.end == "done":
        return Next((*_drop_all(story), Settle("connected", by="refer")))
    if story.joined:
        rest = tuple(Drop(one.id, "cancelled") for one in story.attempts if one.is_open)
        return Next((*rest, Settle("connected")))
    if story.caller_left:
        return Next((*_drop_all(story), Settle("caller_left")))
    if story.cancelled:
        return Next((*_drop_all(story), GiveBack("cancelled"), Settle("cancelled")))
    if now >= story.began_at + timedelta(seconds=WHOLE_S):
        return Next((*_drop_all(story), GiveBack("no_answer"), Settle("no_answer")))
    if not story.parked:
        return _refer_first(story, now) or Next((Park(),))
    return _seek(story, now)


def _refer_first(story: Story, now: datetime) -> Next | None:
    """None when the transfer is to go on as a bridge; a REFER is never sent a second time."""
    if not story.refers:
        return None
    if story.refer is None:
        return Next((Refer(story.target_id),))
    due = story.refer.placed_at + timedelta(seconds=REFERRED_WITHIN_S)
    if story.refer.end is None and now < due:
        return Next((), due)
    said = _ANSWERS.get(outcome_of(story.refer.code, "").slug) if story.refer.code else None
    if story.refer.end == "failed" and said:  # the human said so: who is called again by us would say it again
        return Next((GiveBack(said), Settle(said)))
    return None


def _seek(story: Story, now: datetime) -> Next:
    ready = next((one for one in story.attempts if _may_join(story, one)), None)
    if ready:
        return Next((Join(ready.id),))
    overdue = tuple(Drop(one.id, outcome) for one in story.attempts if (outcome := _overdue(one, now)))
    if overdue:
        return Next(overdue)
    talking = next((one for one in story.attempts if one.stage in ("answered", "briefed")), None)
    if talking:
        others = tuple(Drop(one.id, "cancelled") for one in story.attempts if one.is_open and one is not talking)
        brief = (Brief(talking.id),) if talking.stage == "answered" else ()
        return Next((*others, *brief), _due(talking))
    waiting = [one for one in story.attempts if one.is_open]
    if waiting:
        return Next(_places(story, waiting[0].wave), min(_due(one) for one in waiting))
    return _next_wave(story)


_ANSWERS: dict[str, TransferOutcome] = {"busy": "busy", "no_answer": "no_answer", "declined": "declined"}


def _may_join(story: Story, one: Attempt) -> bool:
    return one.stage == "accepted" or (story.mode == "cold" and one.stage == "answered")


def _next_wave(story: Story) -> Next:
    """One that was begun is begun whole; after the last one the caller is told."""
    wave = max((one.wave for one in story.attempts), default=-1)
    if wave >= 0 and (rest := _places(story, wave)):
        return Next(rest)
    if places := _places(story, wave + 1):
        return Next(places)
    outcome = _outcome(story)
    return Next((GiveBack(outcome), Settle(outcome)))


def _places(story: Story, wave: int) -> tuple[Place, ...]:
    if wave >= len(story.waves):
        return ()
    placed = {one.id for one in story.attempts}
    numbered = ((attempt_id(story.transfer_id, wave, place), ring) for place, ring in enumerate(story.waves[wave]))
    return tuple(Place(name, wave, ring) for name, ring in numbered if name not in placed)


def _drop_all(story: Story) -> tuple[Drop, ...]:
    return tuple(Drop(one.id, "cancelled") for one in story.attempts if one.is_open)


def _due(one: Attempt) -> datetime:
    seconds = {
        "placed": one.ring_s + RING_GRACE_S,
        "ringing": one.ring_s + RING_GRACE_S,
        "answered": BRIEFED_WITHIN_S,
        "briefed": ANSWERED_WITHIN_S,
    }.get(one.stage, 0.0)
    return one.since + timedelta(seconds=seconds)


_TOO_LATE: dict[Stage, AttemptOutcome] = {
    "placed": "unknown",
    "ringing": "no_answer",
    "answered": "agent_lost",
    "briefed": "silent",
}


def _overdue(one: Attempt, now: datetime) -> AttemptOutcome | None:
    if one.stage == "refused":
        return one.outcome
    return _TOO_LATE.get(one.stage) if now >= _due(one) else None


def _outcome(story: Story) -> TransferOutcome:
    """Of the last attempt, in words that a caller can be told."""
    match story.attempts[-1].outcome if story.attempts else None:
        case None | "agent_lost" | "left" | "connected":
            return "unknown"
        case outcome:
            return outcome
