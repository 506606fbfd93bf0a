"""What LiveKit asks of a SIP node (service `SIPInternal`): dial out, and transfer a leg; as values of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration
from livekit.protocol.sip import SIPMediaConfig, SIPNamedDest, SIPRequestDest, SIPStatus, SIPTransport, SIPUri

from gateway.sip.bus.psrpc_pb2 import InternalCreateSIPParticipantRequest, InternalTransferSIPParticipantRequest
from gateway.sip.bus.serving import RpcRefused

SERVICE = "SIPInternal"
DIAL, TRANSFER = "CreateSIPParticipant", "TransferSIPParticipant"

_TRANSPORTS: dict[int, str] = {
    SIPTransport.SIP_TRANSPORT_AUTO: "",
    SIPTransport.SIP_TRANSPORT_UDP: "udp",
    SIPTransport.SIP_TRANSPORT_TCP: "tcp",
    SIPTransport.SIP_TRANSPORT_TLS: "tls",
}


@dataclass(frozen=True)
class Destination:
    """A SIP URI somebody asked for in place of the usual one; empty parts are the usual ones."""

    user: str = ""
    host: str = ""
    port: int = 0
    raw: str = ""
    display_name: str = ""


@dataclass(frozen=True)
class DialAsked:
    """`CreateSIPParticipant` as it came. Times in seconds, None where nothing was said; `transport` "" is automatic;
    `display_name` None shows the number; `include_headers`: 0 none, 1 X- headers, 2 all."""

    leg_id: str
    trunk_id: str
    address: str
    from_host: str
    transport: str
    from_number: str
    call_to: str
    username: str
    password: str = field(repr=False)
    room: str
    identity: str
    name: str
    metadata: str
    attributes: Mapping[str, str]
    token: str = field(repr=False)
    livekit_url: str
    dtmf: str = field(repr=False)
    play_dialtone: bool
    headers: Mapping[str, str]
    headers_to_attributes: Mapping[str, str]
    attributes_to_headers: Mapping[str, str]
    include_headers: int
    ringing_timeout_s: float | None
    max_duration_s: float | None
    wait_until_answered: bool
    display_name: str | None
    request_uri: Destination
    from_header: Destination
    to_header: Destination
    media: SIPMediaConfig


@dataclass(frozen=True)
class TransferAsked:
    """`TransferSIPParticipant` as it came; `transfer_to` is a sip:, sips: or tel: URI, perhaps in angle brackets."""

    leg_id: str
    transfer_to: str
    play_dialtone: bool
    headers: Mapping[str, str]
    ringing_timeout_s: float | None


def dial_asked(raw: bytes) -> DialAsked:
    """Raises DecodeError."""
    asked = InternalCreateSIPParticipantRequest.FromString(raw)
    return DialAsked(
        leg_id=asked.sip_call_id,
        trunk_id=asked.sip_trunk_id,
        address=asked.address,
        from_host=asked.hostname,
        transport=_TRANSPORTS.get(asked.transport, ""),
        from_number=asked.number,
        call_to=asked.call_to,
        username=asked.username,
        password=asked.password,
        room=asked.room_name,
        identity=asked.participant_identity,
        name=asked.participant_name,
        metadata=asked.participant_metadata,
        attributes=dict(asked.participant_attributes),
        token=asked.token,
        livekit_url=asked.ws_url,
        dtmf=asked.dtmf,
        play_dialtone=asked.play_dialtone,
        headers=dict(asked.headers),
        headers_to_attributes=dict(asked.headers_to_attributes),
        attributes_to_headers=dict(asked.attributes_to_headers),
        include_headers=asked.include_headers,
        ringing_timeout_s=_seconds(asked.ringing_timeout),
        max_duration_s=_seconds(asked.max_call_duration),
        wait_until_answered=asked.wait_until_answered,
        display_name=asked.display_name if asked.HasField("display_name") else None,
        request_uri=_destination(SIPRequestDest.FromString(asked.sip_request_uri)),
        from_header=_destination(SIPNamedDest.FromString(asked.sip_from_header)),
        to_header=_destination(SIPNamedDest.FromString(asked.sip_to_header)),
        media=SIPMediaConfig.FromString(asked.media),
    )


def transfer_asked(raw: bytes) -> TransferAsked:
    """Raises DecodeError."""
    asked = InternalTransferSIPParticipantRequest.FromString(raw)
    return TransferAsked(
        leg_id=asked.sip_call_id,
        transfer_to=asked.transfer_to,
        play_dialtone=asked.play_dialtone,
        headers=dict(asked.headers),
        ringing_timeout_s=_seconds(asked.ringing_timeout),
    )


def refused_with_status(psrpc_code: str, sip_code: int, reason: str) -> RpcRefused:
    """The refusal that livekit-api shows as SipCallError with `sip_code` and `reason`."""
    status = SIPStatus(code=sip_code, status=reason)  # pyright: ignore[reportArgumentType]
    return RpcRefused(psrpc_code, f"sip status {sip_code}: {reason}", status)


def _destination(asked: SIPRequestDest | SIPNamedDest) -> Destination:
    name = asked.display_name if isinstance(asked, SIPNamedDest) else ""
    uri: SIPUri = asked.values
    return Destination(uri.user, uri.host or uri.ip, uri.port, asked.raw, name)


def _seconds(raw: bytes) -> float | None:
    seconds = Duration.FromString(raw).ToTimedelta().total_seconds() if raw else 0.0
    return seconds if seconds > 0 else None
