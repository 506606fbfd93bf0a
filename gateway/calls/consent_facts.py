"""What is recorded about what a caller was told, and answered, about machines and recording. The worker reports it.

Offsets are milliseconds since the answer. The sentences are the gateway's own and hold nothing personal; what the
caller said does, and is in `pii`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gateway.calls.facts import Fact, Strict

Saying = Literal["ai", "notice", "ask", "again", "given", "refused", "revoked"]
Given = Literal["not_needed", "staying", "key", "voice"]
Refused = Literal["key", "voice", "silence"]
Revoked = Literal["key", "voice", "api"]


class AnswerPii(Strict):
    text: str = Field(default="", max_length=400, description="what was understood, or the key")


class DisclosurePlayed(Fact):
    """A sentence went to the caller. Only one that was played whole counts as having been said."""

    urgent: ClassVar[bool] = True

    kind: Literal["disclosure_played"] = "disclosure_played"
    saying: Saying
    text: str = Field(max_length=400)
    language: str = Field(max_length=8)
    version: int = Field(description="of the sentence")
    audio_sha256: str = Field(max_length=64, description="of the samples that were played, 16-bit little-endian")
    offset_ms: int = Field(ge=0)
    played_ms: int = Field(ge=0)
    whole: bool
    rules: tuple[str, ...] = Field(default=(), max_length=64, description="the rules that applied, with versions")


class OfConsent(Fact):
    """A step towards, or away from, being allowed to record."""

    urgent: ClassVar[bool] = True

    offset_ms: int = Field(default=0, ge=0)
    rules: tuple[str, ...] = Field(default=(), max_length=64)
    pii: AnswerPii = AnswerPii()


class ConsentGiven(OfConsent):
    """`not_needed`: no possible place asks for anything. `staying`: was told, and stayed on."""

    kind: Literal["consent_given"] = "consent_given"
    method: Given


class ConsentRefused(OfConsent):
    kind: Literal["consent_refused"] = "consent_refused"
    method: Refused


class ConsentRevoked(OfConsent):
    """Taken back, or refused after all, at any time of the call."""

    kind: Literal["consent_revoked"] = "consent_revoked"
    method: Revoked
    key_id: str = Field(default="", max_length=100, description="api: of whom")


ReportedConsentFact = DisclosurePlayed | ConsentGiven | ConsentRefused | ConsentRevoked
