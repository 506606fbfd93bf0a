"""What a SIP node asks before a call goes on, and what it is told: `POST /internal/v1/admissions`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from compliance.caller_trust.evidence import TrustEvidence
from compliance.consent.plan import DisclosurePlan
from gateway.calls.facts import NumbersPii, Strict
from trunks.media import MediaTerms


class InvitePii(Strict):
    """What an INVITE says about its caller besides: what carriers write into it, and for whom the request is. Looked at
    for the verdict, and not kept."""

    headers: list[tuple[str, str]] = Field(default=[], max_length=24, description="those of `TRUST_HEADERS`")
    request_user: str = Field(default="", max_length=256, description="user of the Request-URI")


class AdmissionAsked(Strict):
    call_id: str = Field(description="call_…, made by the node")
    direction: Literal["inbound", "outbound"]
    sip_call_id: str
    transport: Literal["udp", "tcp", "tls"] = "udp"
    node: str
    livekit_trunk_id: str = Field(default="", description="ST_…; empty when LiveKit knows no trunk for it")
    pii: NumbersPii
    invite_pii: InvitePii = InvitePii()
    identity_headers: list[str] = Field(default_factory=list, max_length=8)
    purpose: Literal["call", "transfer"] = Field(
        default="call", description="transfer: may `pii.dnis` be named in a REFER of the call `call_id`, which is on"
    )
    transfer_id: str = Field(default="", max_length=64, description="xfer_…, made by the node; one per REFER")
    asked_by: str = Field(default="", max_length=100, description="outbound and transfer: who wants it")
    max_duration_s: float | None = Field(default=None, description="outbound: as long as was asked for")


class Check(Strict):
    """One reason for or against; every check that ran is stored."""

    name: str
    passed: bool
    reason: str
    by: str = Field(default="", description="id of the entry, or name of the list, that decided it")


class LegPolicy(Strict):
    """What the node must know about this call without asking again."""

    max_duration_s: int = Field(default=4 * 3600, ge=1)
    agent_wait_s: float = Field(default=8.0, description="no agent by then: the fallback")
    fallback_prompt: str = Field(default="sorry_call_back", description="name of a shipped prompt")
    on_control_plane_loss: Literal["accept", "reject"] = "reject"
    media: MediaTerms = MediaTerms()


class AdmissionVerdict(Strict):
    verdict: Literal["accept", "reject", "redirect", "pending"]
    checks: list[Check] = []
    attributes: dict[str, str] = Field(default_factory=dict, description="gateway.* for the participant")
    policy: LegPolicy = LegPolicy()
    sip_code: int | None = None
    slug: str = ""
    sentence: str = Field(default="", description="the reason in plain words")
    retry_after_s: int | None = None
    token: str = Field(default="", description="for `pending`: ask again with it, at most 2 s")
    contacts: list[str] = Field(default_factory=list, description="for `redirect`")
    challenge: Literal["", "press_key", "pin"] = Field(default="", description="for `accept`: answer, and ask first")
    reasons: list[str] = Field(default=[], max_length=16, description="Reason headers of the refusal (RFC 9410)")
    phrase: str = Field(default="", description="reason phrase of the refusal, where it is not the usual one")
    caller_trust: TrustEvidence | None = None
    disclosure: DisclosurePlan | None = Field(default=None, description="what the caller is told before all else")
    identity_pii: list[str] = Field(default=[], max_length=2, description="Identity headers for a call out; not kept")
