"""One transfer, folded from what is recorded of it. Pure.

    began ──parked──► parked ──placed──► seeking ──joined──► connected
      │                  │                  │
      └──────────────────┴──── settled ◄────┘   (any outcome but connected)

A cold one may begin with a REFER: done, it is connected without us; refused or unknown, it is parked and goes on.

An attempt on its own: placed → ringing → answered → briefed → accepted or refused, and from each of them → ended. A
cold transfer joins what is answered; a warm one what is accepted. Who has refused is still on the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from gateway.calls.facts import AgentLost, CallLost, LegLeft, TransferEnded
from gateway.calls.own_facts import RecordedFact
from gateway.calls.refer_facts import ReferEnd, ReferEnded, ReferPlaced
from gateway.calls.transfer_facts import (
    Answer,
    AttemptEnded,
    AttemptMoved,
    AttemptOutcome,
    AttemptPlaced,
    By,
    CallerParked,
    ConsultAnswered,
    LastResort,
    Mode,
    Ring,
    TransferBegan,
    TransferCancelled,
    TransferJoined,
    TransferOutcome,
    TransferSettled,
    TrunkFailed,
)

Stage = Literal["placed", "ringing", "answered", "briefed", "accepted", "refused", "joined", "ended"]


@dataclass(frozen=True)
class Attempt:
    """`since`: when it came to `stage`. `routed`: another trunk may be tried where one has failed before anything rang;
    `failed_trunks` are those."""

    id: str
    target_id: str
    wave: int
    ring_s: int
    since: datetime
    stage: Stage = "placed"
    outcome: AttemptOutcome | None = None
    voicemail_detection: bool = True
    routed: bool = False
    failed_trunks: tuple[str, ...] = ()

    @property
    def human(self) -> str:
        """Identity in the room; derived, so that whoever comes after a crash finds the human there."""
        return human_identity(self.id)

    @property
    def is_open(self) -> bool:
        return self.stage not in ("joined", "ended")


@dataclass(frozen=True)
class Referring:
    """A REFER that was sent, or was about to be. `end` is None while nobody has told; `code` is the far end's."""

    placed_at: datetime
    end: ReferEnd | None = None
    code: int | None = None


@dataclass(frozen=True)
class Story:
    """`attempts` in the order in which they were placed."""

    transfer_id: str
    mode: Mode
    target_id: str
    waves: tuple[tuple[Ring, ...], ...]
    began_at: datetime
    replaces: str = ""
    last_resort: LastResort = "agent"
    note: str = field(default="", repr=False)
    refers: bool = False
    refer: Referring | None = None
    parked: bool = False
    attempts: tuple[Attempt, ...] = ()
    cancelled: bool = False
    caller_left: bool = False
    joined: str = ""
    outcome: TransferOutcome | None = None
    by: By = "bridge"
    asked_by: str = ""

    @property
    def settled(self) -> bool:
        return self.outcome is not None

    def attempt(self, attempt_id: str) -> Attempt | None:
        return next((one for one in self.attempts if one.id == attempt_id), None)


def attempt_id(transfer_id: str, wave: int, place: int) -> str:
    """The same for whoever carries the transfer on after a crash; part of the human's identity in the room."""
    return f"{transfer_id}-{wave}-{place}"


def human_identity(attempt: str) -> str:
    return f"human-{attempt}"


def transfer_of(attempt: str) -> str:
    """The transfer that an attempt belongs to; empty for what is no attempt of ours."""
    transfer, *numbers = attempt.rsplit("-", 2)
    return transfer if len(numbers) == 2 and transfer.startswith("xfer_") else ""


def then(story: Story, outcome: TransferOutcome) -> LastResort:
    """What follows for the caller when it came to nothing; who takes a transfer back wants the agent to go on."""
    return "agent" if outcome in ("connected", "cancelled", "caller_left") or story.replaces else story.last_resort


def tell(facts: Iterable[RecordedFact], transfer_id: str) -> Story | None:
    """The story of one transfer among all that is recorded of its call; None when it never began."""
    story: Story | None = None
    for fact in facts:
        if isinstance(fact, TransferBegan) and fact.transfer_id == transfer_id and story is None:
            story = _begun(fact)
        elif story is not None:
            story = after(story, fact)
    return story


def _begun(fact: TransferBegan) -> Story:
    return Story(
        fact.transfer_id, fact.mode, fact.target_id, fact.waves, fact.at, fact.replaces, fact.last_resort,
        fact.pii.get("note", ""), fact.refers, asked_by=fact.asked_by,
    )  # fmt: skip


def after(story: Story, fact: RecordedFact) -> Story:
    """What is told of other transfers, or twice, changes nothing."""
    if isinstance(fact, LegLeft | CallLost):
        if fact.slug == "transferred":
            story = _referred(story, "done", None)
        return replace(story, caller_left=True)
    if isinstance(fact, TransferEnded):  # a node names it by itself; of one call there is one at a time
        return _referred(story, _end_of(fact), fact.sip_code)
    if isinstance(fact, AgentLost):
        return replace(story, attempts=tuple(_untold(one, fact.at) for one in story.attempts))
    if getattr(fact, "transfer_id", None) != story.transfer_id:
        return story
    match fact:
        case ReferPlaced() if story.refer is None:
            return replace(story, refer=Referring(fact.at))
        case ReferEnded(outcome=end, sip_code=code):
            return _referred(story, end, code)
        case CallerParked():
            return replace(story, parked=True)
        case AttemptPlaced():
            return _placed(story, fact)
        case TrunkFailed(attempt_id=one, trunk_id=trunk):
            return _turned_away(story, one, trunk, fact.at)
        case AttemptMoved(attempt_id=one, stage=stage):
            return _moved(story, one, stage, fact.at)
        case ConsultAnswered(attempt_id=one, answer=answer):
            attempt = story.attempt(one)
            if attempt and attempt.stage in ("accepted", "refused"):  # by another way than this; the first one stands
                return story
            outcome = _REFUSED.get(answer)
            return _moved(story, one, "refused" if outcome else "accepted", fact.at, outcome)
        case AttemptEnded(attempt_id=one, outcome=outcome):
            return _moved(story, one, "ended", fact.at, outcome)
        case TransferJoined(attempt_id=one):
            joined = _moved(story, one, "joined", fact.at, "connected")
            return replace(joined, joined=one)
        case TransferCancelled():
            return replace(story, cancelled=True)
        case TransferSettled(outcome=outcome, by=by) if story.outcome is None:
            return replace(story, outcome=outcome, by=by)
        case _:
            return story


def _end_of(fact: TransferEnded) -> ReferEnd:
    match fact.outcome:
        case "success":
            return "done"
        case "refused":
            return "barred"
        case "failure":
            return "failed" if fact.taken else "refused"
        case _:
            return "unknown"


def _referred(story: Story, end: ReferEnd, code: int | None) -> Story:
    """What is told first stands; only that it succeeded after all may come later."""
    if story.refer is None or (story.refer.end and end != "done"):
        return story
    return replace(story, refer=replace(story.refer, end=end, code=code))


def _untold(one: Attempt, at: datetime) -> Attempt:
    """The agent went while it told the human: the next one has to begin again."""
    return replace(one, stage="answered", since=at) if one.stage == "briefed" else one


def _placed(story: Story, fact: AttemptPlaced) -> Story:
    if story.attempt(fact.attempt_id):
        return story
    rings = story.waves[fact.wave] if fact.wave < len(story.waves) else ()
    its = [ring for ring in rings if ring.target_id == fact.target_id]
    new = Attempt(
        fact.attempt_id, fact.target_id, fact.wave, fact.ring_s, fact.at,
        voicemail_detection=all(ring.voicemail_detection for ring in its), routed=any(ring.routed for ring in its),
    )  # fmt: skip
    return replace(story, attempts=(*story.attempts, new))


def _turned_away(story: Story, attempt_id: str, trunk_id: str, at: datetime) -> Story:
    """The attempt begins again, by another trunk."""

    def again(one: Attempt) -> Attempt:
        if one.id != attempt_id or one.stage != "placed" or trunk_id in one.failed_trunks:
            return one
        return replace(one, since=at, failed_trunks=(*one.failed_trunks, trunk_id))

    return replace(story, attempts=tuple(again(one) for one in story.attempts))


_REFUSED: dict[Answer, AttemptOutcome] = {"declined": "declined", "silent": "silent", "machine": "machine"}
_ORDER: tuple[Stage, ...] = ("placed", "ringing", "answered", "briefed", "accepted", "refused", "joined", "ended")


def _moved(story: Story, attempt_id: str, stage: Stage, at: datetime, outcome: AttemptOutcome | None = None) -> Story:
    """Forwards only: an accept that comes after the end, or a ringing after the answer, is too late."""

    def moved(one: Attempt) -> Attempt:
        if one.id != attempt_id or not one.is_open or _ORDER.index(stage) <= _ORDER.index(one.stage):
            return one
        return replace(one, stage=stage, since=at, outcome=outcome or one.outcome)

    return replace(story, attempts=tuple(moved(one) for one in story.attempts))
