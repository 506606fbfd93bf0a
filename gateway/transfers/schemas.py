"""Transfer targets as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.kernel.errors import BadInput
from gateway.rest.written import Written
from gateway.sip.transfer_target import target_of
from gateway.sip.wire.uri import parse_uri
from gateway.transfers.target import LONGEST_RING_S, SHORTEST_RING_S, USUAL_RING_S, Kind, Strategy
from trunks.schemas import E164, Ids, Name


def _sip_uri(text: str) -> str:
    """As it will be sent: what the URI says beside user, host, port and transport is left out."""
    try:
        written = target_of(text, "uri").uri
    except BadInput as error:
        raise ValueError(f"{error.detail}; write sip:user@host") from error
    if not written.startswith("sip:"):
        raise ValueError("it is not a sip: URI; a number is a target of kind phone, and TLS is the trunk's transport")
    if parse_uri(text.strip("<> ")).parameters.get("transport", "udp").lower() not in ("udp", "tcp", "tls"):
        raise ValueError("its transport is none of udp, tcp and tls")
    return written


def _identity(text: str) -> str:
    if text.lower().startswith(("sip_", "agent-", "tgt_", "xfer_")):
        raise ValueError("identities that begin with sip_, agent-, tgt_ and xfer_ belong to phones, agents and calls")
    return text


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


SipAddress = Annotated[str, AfterValidator(_sip_uri), Field(max_length=255, examples=["sip:2000@pbx.example"])]
Identity = Annotated[
    str, AfterValidator(_identity), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@\-]{0,63}$", examples=["ana"])
]
Skill = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]{0,31}$", examples=["billing"])]
Skills = Annotated[list[Skill], Field(max_length=20), AfterValidator(_once)]
AgentIds = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100), AfterValidator(_once)]
TrunkId = Annotated[str, Field(min_length=1, max_length=40)]
RingSeconds = Annotated[int, Field(ge=SHORTEST_RING_S, le=LONGEST_RING_S)]

KIND = "phone: needs number; sip: uri and trunk_id; operator: identity; team: members"
NUMBER = "kind phone: E.164, where the trunk's countries allow it"
URI = "kind sip: what is dialled by the trunk, as far as it allows"
TRUNK = "kinds phone and sip: the outbound trunk it is called by; null, for a phone: whichever the routes name"
IDENTITY = "kind operator: of the person in a browser, in LiveKit; each once"
MEMBERS = "kind team: targets that are no teams, in the order in which they are rung"
STRATEGY = "kind team: whom to ring next, or all of them at the same time"
SKILLS = "a transfer that asks for a skill rings only those who have it"
RING = "how long it rings there; of a team its members' own counts"
VOICEMAIL = "what answers is told from a machine before the caller is joined"
AGENTS = "the agents that may send callers here; empty: none may"
OPERATORS = "operators and administrators may send callers here"


class TargetAsked(Written):
    name: Name
    kind: Kind = Field(description=KIND)
    enabled: bool = True
    number: E164 | None = Field(default=None, description=NUMBER)
    uri: SipAddress | None = Field(default=None, description=URI)
    trunk_id: TrunkId | None = Field(default=None, description=TRUNK)
    identity: Identity | None = Field(default=None, description=IDENTITY)
    members: Ids | None = Field(default=None, description=MEMBERS)
    strategy: Strategy | None = Field(default=None, description=STRATEGY + "; default: in_order")
    skills: Skills = Field(default=[], description=SKILLS)
    ring_s: RingSeconds = Field(default=USUAL_RING_S, description=RING)
    voicemail_detection: bool = Field(default=True, description=VOICEMAIL)
    allowed_agents: AgentIds = Field(default=[], description=AGENTS)
    operators_may_send: bool = Field(default=True, description=OPERATORS)


class TargetChange(Written):
    name: Name | None = None
    enabled: bool | None = None
    number: E164 | None = Field(default=None, description=NUMBER)
    uri: SipAddress | None = Field(default=None, description=URI)
    trunk_id: TrunkId | None = Field(default=None, description=TRUNK)
    identity: Identity | None = Field(default=None, description=IDENTITY)
    members: Ids | None = Field(default=None, description="replaces all of them")
    strategy: Strategy | None = Field(default=None, description=STRATEGY)
    skills: Skills | None = Field(default=None, description="replaces all of them")
    ring_s: RingSeconds | None = Field(default=None, description=RING)
    voicemail_detection: bool | None = Field(default=None, description=VOICEMAIL)
    allowed_agents: AgentIds | None = Field(default=None, description="replaces all of them; empty: none may")
    operators_may_send: bool | None = Field(default=None, description=OPERATORS)


class TargetShown(BaseModel):
    """What a kind does not have is null; `number` and `uri` are for a key without the scope calls:pii as well."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: Kind
    name: str
    enabled: bool
    number: str | None
    uri: str | None
    trunk_id: str | None
    identity: str | None
    members: list[str] | None
    strategy: Strategy | None
    skills: list[str]
    ring_s: int
    voicemail_detection: bool
    allowed_agents: list[str]
    operators_may_send: bool
    created_at: datetime
    updated_at: datetime
