"""The facts that processes may report, and the batch they come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from gateway.calls.capture_facts import ReportedCaptureFact
from gateway.calls.consent_facts import ReportedConsentFact
from gateway.calls.dial_facts import ReportedDialFact
from gateway.calls.facts import (
    AgentJoined,
    AgentLost,
    AgentMissing,
    AudioSet,
    CallLost,
    ChallengeMet,
    DialFailed,
    DialProgress,
    DialSent,
    DigitPressed,
    FallbackPlayed,
    FirstAudio,
    HangupAsked,
    InviteReceived,
    InviteRefused,
    LegAnswered,
    LegHeld,
    LegJoined,
    LegLeft,
    NumbersSpoken,
    ProvidersUsed,
    Strict,
    ToolCalled,
    TransferAsked,
    TransferEnded,
    TurnMeasured,
    Utterance,
)
from gateway.calls.recording_facts import ReportedRecordingFact
from gateway.calls.transfer_facts import ConsultAnswered

AnyFact = Annotated[
    InviteReceived
    | InviteRefused
    | ChallengeMet
    | LegJoined
    | LegAnswered
    | FirstAudio
    | DigitPressed
    | DialSent
    | DialProgress
    | DialFailed
    | TransferAsked
    | TransferEnded
    | LegHeld
    | AudioSet
    | LegLeft
    | AgentJoined
    | AgentMissing
    | AgentLost
    | HangupAsked
    | Utterance
    | NumbersSpoken
    | TurnMeasured
    | ToolCalled
    | ProvidersUsed
    | FallbackPlayed
    | CallLost
    | ReportedCaptureFact
    | ReportedConsentFact
    | ReportedDialFact
    | ConsultAnswered
    | ReportedRecordingFact,
    Field(discriminator="kind"),
]
parse_fact: TypeAdapter[AnyFact] = TypeAdapter(AnyFact)


class FactBatch(Strict):
    """Body of `POST /internal/v1/facts`; at most 500 facts. Answered 202 `{"stored": n, "repeated": m}`."""

    facts: list[AnyFact] = Field(max_length=500)
