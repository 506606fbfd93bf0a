"""Facts: what the world told us about a call. Reported to `POST /internal/v1/facts`, as `reported_facts` says.

A fact is immutable and carries its own time; `seq` orders the facts of one source within one call.
Personal data (numbers, digits, words) travels only in the field `pii`. Durations are milliseconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Party = Literal["caller", "callee", "agent", "human", "carrier", "gateway"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(Strict):
    urgent: ClassVar[bool] = False  # somebody waits for it: it is sent at once, and not with others

    id: str = Field(max_length=128, description="evt_…; the same fact sent twice has the same id")
    call_id: str = Field(max_length=64)
    source: str = Field(max_length=100, description="process that saw it, for example node:01h…")
    seq: int = Field(ge=0)
    at: datetime


class NumbersPii(Strict):
    ani: str = Field(default="", description="calling number, as the switchboard stores it")
    dnis: str = Field(default="", description="called number")
    source_address: str = ""
    to_user: str = Field(default="", description="outbound: who the To header names, where it is not `dnis`")


class InviteReceived(Fact):
    """An INVITE was admitted, one that came in or one that is about to go out (the control plane writes this
    itself when it gives the verdict; a node sends it only for calls let through while the control plane was away)."""

    kind: Literal["invite_received"] = "invite_received"
    direction: Literal["inbound", "outbound"] = "inbound"
    livekit_trunk_id: str = ""
    sip_call_id: str
    transport: Literal["udp", "tcp", "tls"] = "udp"
    node: str = Field(default="", description="which SIP node has the leg")
    admitted_by: Literal["control_plane", "loss_policy"] = "control_plane"
    asked_by: str = Field(default="", max_length=100, description="outbound: who wanted the call")
    pii: NumbersPii = NumbersPii()


class InviteRefused(Fact):
    """An INVITE got a final refusal; the call is over. `slug` is a termination slug."""

    kind: Literal["invite_refused"] = "invite_refused"
    direction: Literal["inbound", "outbound"] = "inbound"
    sip_call_id: str
    transport: Literal["udp", "tcp", "tls"] = "udp"
    node: str = ""
    sip_code: int = Field(ge=300, le=699)
    slug: str
    ended_by: Party = "gateway"
    pii: NumbersPii = NumbersPii()


class ChallengeMet(Fact):
    """A caller whom nobody vouched for well enough pressed the key, or knew the PIN, and was let on."""

    kind: Literal["challenge_met"] = "challenge_met"
    by: Literal["press_key", "pin"]


class LegJoined(Fact):
    """The SIP leg is a participant of the room; an agent is expected from now on."""

    kind: Literal["leg_joined"] = "leg_joined"
    leg_id: str = Field(description="LiveKit's SIP call id, SCL_…")
    room: str
    livekit_rule_id: str = ""
    pii: dict[str, str] = Field(default_factory=dict, description="identity")


class LegAnswered(Fact):
    """200 OK was sent, or came for a call out. `setup_ms`: milliseconds since the INVITE, or since the call out was
    asked for, by step name (auth, admission, ringing, rules, joined, agent_audio, answered; out: admission, joined,
    resolved, ringing, early_media, answered)."""

    urgent: ClassVar[bool] = True

    kind: Literal["leg_answered"] = "leg_answered"
    codec: str
    setup_ms: dict[str, float] = {}


class FirstAudio(Fact):
    """The first audible packet to the caller left. `after_invite_ms` since the INVITE."""

    kind: Literal["first_audio"] = "first_audio"
    after_invite_ms: float


class DigitPii(Strict):
    digit: str = Field(pattern=r"^[0-9*#A-D]?$", description="empty: one of a long run, which may be a card's number")


class DigitPressed(Fact):
    """A key that is no secret, told when its run is over: `at` is when it was pressed."""

    kind: Literal["digit_pressed"] = "digit_pressed"
    transport: Literal["rfc4733", "info", "in_band"] = "rfc4733"
    duration_ms: int = 0
    pii: DigitPii


class DialSent(Fact):
    """The INVITE of a call out has left; from now on the far end may know of it."""

    kind: Literal["dial_sent"] = "dial_sent"
    sip_call_id: str
    transport: Literal["udp", "tcp", "tls"] = "udp"


class DialProgress(Fact):
    """The far end of a call out gave a sign before it answered; told once per status."""

    kind: Literal["dial_progress"] = "dial_progress"
    sip_code: int = Field(ge=180, lt=400)
    early_media: bool = Field(default=False, description="it sends sound before the answer")


class DialFailed(Fact):
    """A call out ended without an answer: the last word about its leg, in place of `LegLeft`.

    `carrier` are the far end's own words (reason phrase, Reason and Warning headers), without numbers."""

    urgent: ClassVar[bool] = True

    kind: Literal["dial_failed"] = "dial_failed"
    ended_by: Party
    slug: str
    sip_code: int | None = Field(default=None, description="None when nothing was sent or nothing answered")
    carrier: str = Field(default="", max_length=300)
    retry_after_s: int | None = None


class TransferPii(Strict):
    target: str = ""


class TransferAsked(Fact):
    """Somebody wants the call to go on elsewhere (REFER)."""

    kind: Literal["transfer_asked"] = "transfer_asked"
    transfer_id: str
    asked_by: str = ""
    pii: TransferPii = TransferPii()


class TransferEnded(Fact):
    """What became of a transfer. `unknown`: nobody told us in time; the far end may still carry it out. `refused`: by
    us. `taken`: the far end accepted the REFER; a failure is then that of the target."""

    kind: Literal["transfer_ended"] = "transfer_ended"
    transfer_id: str
    outcome: Literal["success", "failure", "unknown", "refused"]
    taken: bool = False
    sip_code: int | None = None
    carrier: str = Field(default="", max_length=300)


class LegHeld(Fact):
    """Music on one side, silence on the other: the phone's side held the call, or we did, or it is over."""

    kind: Literal["leg_held"] = "leg_held"
    held: bool
    by: Party


class AudioSet(Fact):
    """A command about the leg's audio was carried out, or not: then `problem` says why."""

    urgent: ClassVar[bool] = True

    kind: Literal["audio_set"] = "audio_set"
    command_id: str = Field(max_length=64)
    problem: str = Field(default="", max_length=300)


class LegLeft(Fact):
    """The SIP leg is gone. Exactly one per leg; a call out that was never answered has `DialFailed` instead."""

    kind: Literal["leg_left"] = "leg_left"
    ended_by: Party
    slug: str
    sip_code: int | None = None
    rtp: dict[str, float] = Field(default_factory=dict, description="packets, lost, late, jitter_ms …")


class AgentJoined(Fact):
    kind: Literal["agent_joined"] = "agent_joined"
    identity: str
    resumed: bool = Field(default=False, description="it took over a conversation")


class AgentMissing(Fact):
    """No agent in the room after `waited_ms`; found by the watchdog."""

    kind: Literal["agent_missing"] = "agent_missing"
    waited_ms: float


class AgentLost(Fact):
    """The agent left, or stopped giving signs of life, while the caller was still there."""

    kind: Literal["agent_lost"] = "agent_lost"
    identity: str
    reason: Literal["left", "silent"]


class HangupAsked(Fact):
    """The agent (or an operator) ends the call politely; `reason` is a termination slug."""

    kind: Literal["hangup_asked"] = "hangup_asked"
    asked_by: Party
    reason: str = "completed"


class WordsPii(Strict):
    text: str


class Utterance(Fact):
    """Somebody said something. Times are of the speech itself."""

    kind: Literal["utterance"] = "utterance"
    speaker: Literal["caller", "agent", "human"]
    started_at: datetime
    ended_at: datetime
    interrupted: bool = False
    pii: WordsPii


class NumbersSpoken(Fact):
    """Between these moments somebody spoke a number that nobody may keep: the recording is to be silent there."""

    urgent: ClassVar[bool] = True

    kind: Literal["numbers_spoken"] = "numbers_spoken"
    begin: datetime
    end: datetime


class TurnMeasured(Fact):
    """One turn's stages, ms: wire_in, stt, llm_first_token, tts_first_audio, wire_out, total
    (end of the caller's speech → first audio of the reply); absent where unknown."""

    kind: Literal["turn_measured"] = "turn_measured"
    turn: int
    stages: dict[str, float]


class ToolCalled(Fact):
    """`host`: who was asked, with what the caller had said or keyed in; "" for nobody outside the worker."""

    kind: Literal["tool_called"] = "tool_called"
    name: str
    ok: bool = True
    host: str = Field(default="", max_length=255)


class ProvidersUsed(Fact):
    """Who gets the caller's sound (stt), the words (llm) and the agent's words (tts): a host, or "local"."""

    kind: Literal["providers_used"] = "providers_used"
    stt: str = Field(max_length=255)
    llm: str = Field(max_length=255)
    tts: str = Field(max_length=255)


class FallbackPlayed(Fact):
    """Nobody came: the node answered, played the rule's prompt and hung up."""

    kind: Literal["fallback_played"] = "fallback_played"
    prompt: str


class CallLost(Fact):
    """The sweeper found that nothing carries this call any more."""

    kind: Literal["call_lost"] = "call_lost"
    slug: str = Field(description="node_lost, room_lost, gateway_restarted")
