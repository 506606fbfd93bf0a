"""Attributes by which participants of a room say what they are, and who may hear them. Pure.

They are set in the tokens that we sign; whoever may change attributes of its own is not believed more for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.calls.leg_commands import MOST_HEARD

CALL_ID = "gateway.callID"  # of the call in our record; whoever changes it gains nothing, commands are signed for one
ASKED_BY = "gateway.askedBy"  # whoever asks LiveKit for a call out may say who it is
HEARD_BY = "gateway.heard_by"  # identities with commas between them: no other leg hears this participant, ever
SUPERVISES = "gateway.supervises"  # listen, whisper or barge
AGENT_ID = "gateway.agentID"  # who is to talk with the caller
CALLER_TRUST = "gateway.callerTrust"  # A, B, C, failed, unsigned, unchecked: how the caller stands
CALLER_LABEL = "gateway.callerLabel"  # a sentence about that, where the terms want it seen
CONSENT = "gateway.consent"  # compliance.consent.plan.DisclosurePlan as JSON: what the caller is told, and asked
DISCLOSURE = "gateway.disclosure"  # limited or none: what the agent may tell this caller; absent: everything
CAPTURE = "gateway.capture"  # JSON: id, field, keys, of; while the phone's keys are captured and nobody may know them
CAPTURE_FIRST = "gateway.captureFirst"  # a name in the agent's captures: what this caller keys in once greeted
SUPERVISOR = "supervisor"  # a gateway.role


def identities_in(text: str) -> frozenset[str] | None:
    """Names with commas between them, of an attribute; None for what cannot be read. An empty text names nobody."""
    names = [name.strip() for name in text.split(",")] if text else []
    return frozenset(names) if all(names) and len(names) <= MOST_HEARD else None


def may_hear(attributes: Mapping[str, str], listener: str) -> bool:
    """Is a leg with the identity `listener` among those who may hear a participant with these attributes?

    Who says nothing is heard by all; what cannot be read is heard by nobody.
    """
    if HEARD_BY not in attributes:
        return True
    named = identities_in(attributes[HEARD_BY])
    return bool(listener) and named is not None and listener in named
