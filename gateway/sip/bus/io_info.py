"""What a SIP node asks livekit-server: which trunk, which rule, and here is how the call goes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration
from livekit.protocol.room import RoomConfiguration
from livekit.protocol.sip import SIPCallInfo, SIPTransport, SIPUri

from gateway.sip.bus.psrpc import PsrpcClient
from gateway.sip.bus.psrpc_pb2 import (
    ACCEPT,
    REQUEST_PIN,
    EvaluateSIPDispatchRulesRequest,
    EvaluateSIPDispatchRulesResponse,
    GetSIPTrunkAuthenticationRequest,
    GetSIPTrunkAuthenticationResponse,
    SIPCall,
    UpdateSIPCallStateRequest,
)

# Newer protocol versions move these methods to `IOInfoSIP`; this is the only place that names the service.
SERVICE = "IOInfo"


@dataclass(frozen=True)
class Party:
    """A SIP URI as the switchboard wants to see it."""

    user: str
    host: str
    port: int = 0


@dataclass(frozen=True)
class CallAsked:
    """The facts of an INVITE from which LiveKit finds trunk and rule."""

    livekit_call_id: str
    sip_call_id: str
    source_ip: str
    caller: Party
    called: Party
    transport: str = "udp"
    via: list[Party] = field(default_factory=list)


@dataclass(frozen=True)
class TrunkFound:
    """`trunk_id` is empty when no trunk matched; with `username` the caller must prove the password."""

    trunk_id: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    realm: str = ""
    drop: bool = False


@dataclass(frozen=True)
class RuleFound:
    """Where a call goes. `include_headers`: 0 none, 1 X- headers, 2 all (livekit.SIPHeaderOptions)."""

    room: str
    identity: str
    name: str
    metadata: str
    attributes: dict[str, str]
    rule_id: str
    trunk_id: str
    headers_to_attributes: dict[str, str]
    attributes_to_headers: dict[str, str]
    include_headers: int
    room_preset: str
    room_config: RoomConfiguration
    ringing_timeout_s: float | None
    max_duration_s: float | None


@dataclass(frozen=True)
class PinWanted:
    """A rule takes the call once the caller has said its PIN."""


def _uri(party: Party, transport: str) -> bytes:
    code = {
        "udp": SIPTransport.SIP_TRANSPORT_UDP,
        "tcp": SIPTransport.SIP_TRANSPORT_TCP,
        "tls": SIPTransport.SIP_TRANSPORT_TLS,
    }
    return SIPUri(
        user=party.user,
        host=party.host,
        ip=party.host if _is_ip(party.host) else "",
        port=party.port,
        transport=code.get(transport, SIPTransport.SIP_TRANSPORT_AUTO),
    ).SerializeToString()


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _sip_call(asked: CallAsked) -> SIPCall:
    """LiveKit accepts the From host as a source address, which any caller may write: it is left empty."""
    call = SIPCall(
        lk_call_id=asked.livekit_call_id,
        source_ip=asked.source_ip,
        address=_uri(asked.called, asked.transport),
        to=_uri(asked.called, asked.transport),
        via=[_uri(party, asked.transport) for party in asked.via],
        sip_call_id=asked.sip_call_id,
    )
    setattr(call, "from", _uri(Party(asked.caller.user, ""), asked.transport))
    return call


def _seconds(raw: bytes) -> float | None:
    seconds = Duration.FromString(raw).ToTimedelta().total_seconds() if raw else 0.0
    return seconds or None


class IoInfo:
    def __init__(self, bus: PsrpcClient) -> None:
        self._bus = bus

    async def trunk_for(self, asked: CallAsked) -> TrunkFound:
        """Raises Unavailable."""
        raw = await self._bus.call("GetSIPTrunkAuthentication", GetSIPTrunkAuthenticationRequest(call=_sip_call(asked)))
        found = GetSIPTrunkAuthenticationResponse.FromString(raw)
        return TrunkFound(found.sip_trunk_id, found.username, found.password, found.realm, found.drop)

    async def rule_for(
        self, asked: CallAsked, trunk_id: str, extra: dict[str, str], pin: str = ""
    ) -> RuleFound | PinWanted | None:
        """The rule's room and participant; None when no rule takes the call, or this PIN. Raises Unavailable."""
        raw = await self._bus.call(
            "EvaluateSIPDispatchRules",
            EvaluateSIPDispatchRulesRequest(
                sip_trunk_id=trunk_id, extra_attributes=extra, call=_sip_call(asked),
                calling_number=asked.caller.user, called_number=asked.called.user, pin=pin,
            ),
        )  # fmt: skip
        found = EvaluateSIPDispatchRulesResponse.FromString(raw)
        if found.result == REQUEST_PIN:
            return None if pin else PinWanted()
        if found.result != ACCEPT or not found.room_name:
            return None
        return RuleFound(
            room=found.room_name,
            identity=found.participant_identity,
            name=found.participant_name,
            metadata=found.participant_metadata,
            attributes=dict(found.participant_attributes),
            rule_id=found.sip_dispatch_rule_id,
            trunk_id=found.sip_trunk_id or trunk_id,
            headers_to_attributes=dict(found.headers_to_attributes),
            attributes_to_headers=dict(found.attributes_to_headers),
            include_headers=found.include_headers,
            room_preset=found.room_preset,
            room_config=RoomConfiguration.FromString(found.room_config),
            ringing_timeout_s=_seconds(found.ringing_timeout),
            max_duration_s=_seconds(found.max_call_duration),
        )

    async def tell_state(self, call: SIPCallInfo) -> None:
        """Reports the state of a call; open-source servers throw it away. Raises Unavailable."""
        request = UpdateSIPCallStateRequest(call_info=call.SerializeToString())
        await self._bus.call("UpdateSIPCallState", request)
