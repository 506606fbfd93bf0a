"""Caller trust of an inbound trunk, or of a dispatch rule in its place: what follows from each verdict.

Shipped, nothing follows: calls go on as they did, and the record shows who vouched for them. A refusal is worth having
only where a carrier signs all its calls.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

# how a caller stands: vouched for (A full, B partial, C gateway attestation), by a forged or broken signature, by
# nobody, or by a signature that could not be looked at (its certificate did not come)
Standing = Literal["A", "B", "C", "failed", "unsigned", "unchecked"]
Carrier = Literal["none", "generic", "twilio", "telnyx", "bandwidth", "plivo"]
CARRIERS: tuple[Carrier, ...] = get_args(Carrier)
Disclosure = Literal["full", "limited", "none"]
RefusalCode = Literal[403, 428, 436, 437, 438, 603, 608]
Target = Annotated[str, Field(max_length=255, pattern=r"^(agt_[0-9a-z]{26}|sips?:[!-~]+)?$")]


def carrier_named(name: str) -> Carrier:
    """`none` for one that this release does not know."""
    known: dict[str, Carrier] = {one: one for one in CARRIERS}
    return known.get(name, "none")


class Consequence(BaseModel):
    """allow; label: agent and operators see it; challenge: answer, and let on who presses the key or knows the PIN;
    send: to another agent (agt_…) or by 302 to a SIP URI; refuse: before the answer, with a Reason (RFC 9410)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: Literal["allow", "label", "challenge", "send", "refuse"] = "allow"
    by: Literal["key", "pin"] = Field(default="key", description="challenge: a key that is read out, or the trust PIN")
    to: Target = Field(default="", description="send: agt_… or sip:…")
    sip_code: RefusalCode | None = Field(
        default=None, description="refuse; default: the check's own code, else 603. 603 goes out as Network Blocked"
    )

    @model_validator(mode="after")
    def _whole(self) -> Consequence:
        if (self.do == "send") != bool(self.to):
            raise ValueError("`to` belongs to `send`, and `send` needs it")
        if self.sip_code is not None and self.do != "refuse":
            raise ValueError("`sip_code` belongs to `refuse`")
        if self.by == "pin" and self.do != "challenge":
            raise ValueError("`by` belongs to `challenge`")
        return self


class Disclosures(BaseModel):
    """What the agent may tell this caller; full: all it knows; limited: nothing about a person or an account; none:
    only that it cannot help without further proof. `none`: nobody vouches, or the check failed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    A: Disclosure = "full"
    B: Disclosure = "full"
    C: Disclosure = "full"
    none: Disclosure = "full"


class CallerTrustTerms(BaseModel):
    """One consequence for each way a caller can stand. `decides`: whose verdict counts when both have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decides: Literal["own", "carrier"] = "own"
    A: Consequence = Consequence()
    B: Consequence = Consequence()
    C: Consequence = Consequence()
    failed: Consequence = Consequence()
    unsigned: Consequence = Consequence()
    unchecked: Consequence = Consequence()
    may_disclose: Disclosures = Disclosures()

    @property
    def needs_pin(self) -> bool:
        return any(one.by == "pin" for one in self.consequences)

    @property
    def consequences(self) -> tuple[Consequence, ...]:
        return (self.A, self.B, self.C, self.failed, self.unsigned, self.unchecked)
