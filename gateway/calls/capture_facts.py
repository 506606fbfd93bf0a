"""What is recorded about the capture of digits that nobody may see: that it began, how far it is, what came of it.

No fact has a digit but the last four of a card. `CaptureAsked` and `CaptureCancelled` are the control plane's own; the
rest is reported by the SIP node that has the phone.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from compliance.capture.spec import CaptureSpec, Kind
from gateway.calls.facts import Fact, Strict

# taken: there is a token. invalid: three wrong tries. failed: by us, or by what we need, and `problem` says it
Outcome = Literal["taken", "cancelled", "invalid", "timed_out", "hung_up", "refused_by_tokeniser", "failed"]


class OfCapture(Fact):
    capture_id: str = Field(max_length=64, description="cap_…")


class CaptureAsked(OfCapture):
    """Somebody who may wants the caller to key something in. Nothing has begun yet."""

    kind: Literal["capture_asked"] = "capture_asked"
    asked_by: str = Field(max_length=100, description="the agent's id, a key's id")
    name: str = Field(default="", max_length=64, description="what the agent's profile calls it")
    spec: CaptureSpec


class CaptureBegan(OfCapture):
    """The shield is up: from now on keys go nowhere but into the capture. The acknowledgement of the command."""

    urgent: ClassVar[bool] = True

    kind: Literal["capture_began"] = "capture_began"
    fields: tuple[Kind, ...] = Field(max_length=16)
    talk: bool = False


class CaptureProgress(OfCapture):
    """A key, or a field is asked for: 4 of 16."""

    kind: Literal["capture_progress"] = "capture_progress"
    field: Kind
    keys: int = Field(ge=0, le=64)
    of: int | None = Field(default=None, ge=1, le=64, description="when that is known")
    attempt: int = Field(default=1, ge=1, le=9)


class CapturePii(Strict):
    """`token` stands for what was keyed in, at the tokeniser's."""

    token: str = Field(default="", max_length=500)
    last4: str = Field(default="", pattern="^([0-9]{4})?$")


class CaptureEnded(OfCapture):
    """The last word, once. `field`: where it came to nothing. Expiry only if it was to be shown."""

    urgent: ClassVar[bool] = True

    kind: Literal["capture_ended"] = "capture_ended"
    outcome: Outcome
    field: Kind | None = None
    problem: str = Field(default="", max_length=300, description="why it failed; no word of whoever called")
    brand: str = Field(default="", max_length=40)
    expiry_month: int | None = Field(default=None, ge=1, le=12)
    expiry_year: int | None = Field(default=None, ge=2000, le=2199)
    pii: CapturePii = CapturePii()


class CaptureCancelled(OfCapture):
    """Somebody who may has taken it back; the node is told."""

    kind: Literal["capture_cancelled"] = "capture_cancelled"
    asked_by: str = Field(max_length=100)


CaptureFact = CaptureAsked | CaptureCancelled
ReportedCaptureFact = CaptureBegan | CaptureProgress | CaptureEnded
