"""What is recorded about a transfer: the caller goes on with a human. In the log of the caller's call.

Each attempt to reach a human is a call out with a record of its own; here stands what it means for the caller.
The control plane states these itself, but for `ConsultAnswered`, which the agent reports.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gateway.calls.facts import Fact, Party, Strict

Mode = Literal["cold", "warm"]
AttemptOutcome = Literal[
    "connected", "busy", "no_answer", "declined", "unreachable", "blocked", "machine", "silent", "left", "cancelled",
    "agent_lost", "unknown",
]  # fmt: skip
TransferOutcome = Literal[
    "connected", "busy", "no_answer", "declined", "unreachable", "blocked", "machine", "silent", "cancelled",
    "caller_left", "unknown",
]  # fmt: skip
Answer = Literal["accepted", "declined", "silent", "machine"]
AnsweredBy = Literal["key", "voice", "screen", "none"]
LastResort = Literal["agent", "callback", "goodbye"]
By = Literal["bridge", "refer"]  # through us, or the far end alone


class Ring(Strict):
    """One human to be rung, for so long. `voicemail_detection`: what answers may be a machine. `routed`: by whichever
    trunk the routes name."""

    target_id: str
    ring_s: int
    voicemail_detection: bool = True
    routed: bool = False


class OfTransfer(Fact):
    transfer_id: str = Field(max_length=64, description="xfer_…")


class TransferBegan(OfTransfer):
    """Somebody who may has asked for it. `waves`: who is rung at the same time, one wave after the other.

    `replaces`: the attempt whose human the caller is with so far. `last_resort`: what the caller gets when nobody is
    reached: the agent again, the promise of a call back, or a polite end. `asked`: a digest of the request, by which
    the same one is known. `pii`: `note`, for the human.
    """

    kind: Literal["transfer_began"] = "transfer_began"
    mode: Mode
    target_id: str
    asked_by: str = Field(max_length=100, description="the agent's id, a key's id")
    waves: tuple[tuple[Ring, ...], ...]
    replaces: str = ""
    refers: bool = Field(default=False, description="the caller's own phone is asked first (REFER)")
    last_resort: LastResort = "agent"
    asked: str = Field(default="", max_length=64)
    pii: dict[str, str] = Field(default={}, repr=False)


class CallerParked(OfTransfer):
    """From now on the caller hears music or ringback, and nobody hears the caller."""

    kind: Literal["caller_parked"] = "caller_parked"


class AttemptPlaced(OfTransfer):
    """Recorded before anything is dialled: whoever finds it never dials this attempt again."""

    kind: Literal["attempt_placed"] = "attempt_placed"
    attempt_id: str
    target_id: str
    wave: int
    ring_s: int


class TrunkFailed(OfTransfer):
    """The trunk did not take the attempt's call, and it is known that nothing rang. Recorded before another trunk is
    tried: whoever finds it recorded never dials for it."""

    kind: Literal["trunk_failed"] = "trunk_failed"
    attempt_id: str
    trunk_id: str
    sip_code: int | None = None


class AttemptMoved(OfTransfer):
    """`ringing` at the human's phone, `answered` by somebody or something, `briefed`: the agent has begun to tell."""

    kind: Literal["attempt_moved"] = "attempt_moved"
    attempt_id: str
    stage: Literal["ringing", "answered", "briefed"]


class ConsultAnswered(OfTransfer):
    """What the human said to the caller's wish, by key, by voice or on a screen; or that nobody said anything."""

    urgent: ClassVar[bool] = True

    kind: Literal["consult_answered"] = "consult_answered"
    attempt_id: str
    answer: Answer
    by: AnsweredBy = "none"


class AttemptEnded(OfTransfer):
    """The human's leg is gone, or will be: this attempt cannot succeed any more."""

    kind: Literal["attempt_ended"] = "attempt_ended"
    attempt_id: str
    outcome: AttemptOutcome
    sip_code: int | None = None


class TransferJoined(OfTransfer):
    """Caller and human hear each other."""

    kind: Literal["transfer_joined"] = "transfer_joined"
    attempt_id: str


class TransferCancelled(OfTransfer):
    """Whoever may has taken it back."""

    kind: Literal["transfer_cancelled"] = "transfer_cancelled"
    asked_by: str = Field(max_length=100)


class TransferSettled(OfTransfer):
    """The end of the transfer, once. Unless `connected`, the caller is with the agent again, or has heard the last
    resort, or has left."""

    kind: Literal["transfer_settled"] = "transfer_settled"
    outcome: TransferOutcome
    by: By = "bridge"
    callback_wanted: bool = Field(default=False, description="the caller was promised a call back")


class HumanLeft(OfTransfer):
    """The human that a caller was transferred to is gone. `handed_back`: the agent goes on."""

    kind: Literal["human_left"] = "human_left"
    by: Party
    handed_back: bool = False


TransferFact = (
    TransferBegan
    | CallerParked
    | AttemptPlaced
    | TrunkFailed
    | AttemptMoved
    | ConsultAnswered
    | AttemptEnded
    | TransferJoined
    | TransferCancelled
    | TransferSettled
    | HumanLeft
)
