"""Facts that the control plane states itself; none of them is taken from outside.

The call core accepts them beside those of `gateway.calls.facts`; `RecordedFact` is the union.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gateway.calls.admission import AdmissionVerdict
from gateway.calls.capture_facts import CaptureFact
from gateway.calls.facts import Fact, NumbersPii
from gateway.calls.offer_facts import OfferFact
from gateway.calls.recording_facts import RecordingAsked
from gateway.calls.refer_facts import ReferFact
from gateway.calls.reported_facts import AnyFact
from gateway.calls.supervisor_facts import SupervisorFact
from gateway.calls.transfer_facts import TransferFact


class AdmissionDecided(Fact):
    """The verdict a node was given, with every check that ran and our own ids of what matched."""

    kind: Literal["admission_decided"] = "admission_decided"
    direction: Literal["inbound", "outbound"] = "inbound"
    sip_call_id: str
    transport: Literal["udp", "tcp", "tls"] = "udp"
    node: str = ""
    livekit_trunk_id: str = ""
    trunk_id: str = ""
    number_id: str = ""
    rule_id: str = ""
    agent_id: str = ""
    verdict: AdmissionVerdict
    pii: NumbersPii = NumbersPii()


class RouteFound(Fact):
    """Which trunk, rule and agent a call belongs to that was let through without the control plane."""

    kind: Literal["route_found"] = "route_found"
    trunk_id: str = ""
    number_id: str = ""
    rule_id: str = ""
    agent_id: str = ""


class TransferDecided(Fact):
    """The verdict on the target of a transfer; the call goes on either way."""

    kind: Literal["transfer_decided"] = "transfer_decided"
    transfer_id: str
    asked_by: str = ""
    verdict: AdmissionVerdict
    pii: NumbersPii = NumbersPii()


class EffectFailed(Fact):
    """An effect could not be carried out; `reason` is an error code, never a vendor's text."""

    kind: Literal["effect_failed"] = "effect_failed"
    effect: str
    reason: str


OwnFact = AdmissionDecided | RouteFound | TransferDecided | EffectFailed | RecordingAsked
RecordedFact = Annotated[
    AnyFact | OwnFact | TransferFact | OfferFact | ReferFact | SupervisorFact | CaptureFact, Field(discriminator="kind")
]
parse_recorded: TypeAdapter[RecordedFact] = TypeAdapter(RecordedFact)
