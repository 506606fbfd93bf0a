"""Offer and answer for one audio stream (RFC 3264, 8866): codecs by name, payload types as the offerer has them. Pure.

`choose` reads an offer and `read_answer` an answer; `sdp_write` writes both; `sdp_session` keeps a leg's own half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.sip.wire.sdp_crypto import Crypto, choose_crypto
from gateway.sip.wire.sdp_media import (
    CODECS,
    COMFORT_NOISE,
    DIRECTIONS,
    EVENTS,
    EVENTS_OFFERED,
    NOWHERE,
    Direction,
    MediaChoice,
    MediaPolicy,
    names_of,
)
from gateway.sip.wire.sdp_text import MediaText, SdpRefused, SessionText, number_of, read
from gateway.sip.wire.sdp_write import write_answer, write_offer
from gateway.sip.wire.uri import sendable

__all__ = [
    "MediaChoice", "MediaPolicy", "SdpRefusal", "SdpRefused", "choose", "read_answer", "read_offer", "write_answer",
    "write_offer",
]  # fmt: skip

SHORTEST_MS, LONGEST_MS = 10, 60
PLAIN = ("RTP/AVP", "RTP/AVPF")
SECURE = ("RTP/SAVP", "RTP/SAVPF")
ANY_CODEC = MediaPolicy()


@dataclass(frozen=True)
class SdpRefusal:
    """Why an offer cannot be used; the SIP answer is 488 (RFC 3261 §21.4.26)."""

    reason: str


def choose(offer: bytes, policy: MediaPolicy = ANY_CODEC) -> MediaChoice | SdpRefusal:
    """The first codec of the peer's list that we may use, on its first usable audio stream."""
    try:
        return read_offer(offer, policy)
    except SdpRefused as refused:
        return SdpRefusal(str(refused))


def read_offer(body: bytes, policy: MediaPolicy = ANY_CODEC) -> MediaChoice:
    """The same for callers that catch SdpRefused."""
    return _settle(body, policy)


def read_answer(
    body: bytes,
    policy: MediaPolicy = ANY_CODEC,
    *,
    local_key: bytes | None = None,
    offered_event_pt: int | None = EVENTS_OFFERED,
) -> MediaChoice:
    """What the other side chose of our offer; `local_key` and `offered_event_pt` were in it. Raises SdpRefused."""
    # We offer keys only where they are required: in another answer they mean nothing.
    encryption = "require" if policy.encryption == "require" else "none"
    offered = replace(policy, encryption=encryption)
    choice = _settle(body, offered)
    if choice.stream != 0:
        raise SdpRefused("the answer does not take the stream that was offered")
    choice = replace(choice, offered_event_pt=offered_event_pt)
    return replace(choice, local_key=local_key) if choice.crypto else choice


def _settle(body: bytes, policy: MediaPolicy) -> MediaChoice:
    session = read(body)
    streams = [(place, media) for place, media in enumerate(session.media) if media.kind == "audio" and media.port]
    reasons: list[str] = []
    for place, media in streams:
        try:
            return _settle_stream(place, media, session, policy)
        except SdpRefused as refused:
            reasons.append(str(refused))
    raise SdpRefused(reasons[0] if reasons else "no audio is offered")


def _settle_stream(place: int, media: MediaText, session: SessionText, policy: MediaPolicy) -> MediaChoice:
    crypto = _crypto(media, policy)
    names = names_of(media)
    allowed = [number for number in media.payload_types if CODECS.get(names.get(number, "")) in policy.codecs]
    if not allowed:
        raise SdpRefused(f"none of {', '.join(policy.codecs)} is offered")
    host = media.host or session.host
    if host != NOWHERE and not sendable(host, media.port):
        raise SdpRefused("the media address cannot be sent to")
    rtcp_host, rtcp_port = _rtcp(media, host)
    return MediaChoice(
        codec=CODECS[names[allowed[0]]], payload_type=allowed[0], remote_host=host, remote_port=media.port,
        telephone_event_pt=_first(media, names, EVENTS), comfort_noise_pt=_first(media, names, COMFORT_NOISE),
        ptime_ms=_clamped(media.number("ptime")) or 20, maxptime_ms=_clamped(media.number("maxptime")),
        direction=_direction(media, session), protocol=media.protocol, crypto=crypto, stream=place,
        rtcp_mux=media.has("rtcp-mux"), rtcp_host=rtcp_host, rtcp_port=rtcp_port,
    )  # fmt: skip


def _crypto(media: MediaText, policy: MediaPolicy) -> Crypto | None:
    """The peer's key. Keys in a plain profile are an offer to encrypt as well (RFC 8643)."""
    if media.protocol not in PLAIN + SECURE:
        raise SdpRefused("no RTP audio that we speak is offered")
    if policy.encryption == "none" and media.protocol in SECURE:
        raise SdpRefused("only encrypted audio is offered, and it is not allowed here")
    crypto = choose_crypto(media.values("crypto")) if policy.encryption != "none" else None
    if crypto is None and (media.protocol in SECURE or policy.encryption == "require"):
        raise SdpRefused("no usable SRTP key is offered")
    return crypto


def _first(media: MediaText, names: dict[int, str], name: str) -> int | None:
    return next((number for number in media.payload_types if names.get(number) == name), None)


def _clamped(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else min(LONGEST_MS, max(SHORTEST_MS, milliseconds))


def _direction(media: MediaText, session: SessionText) -> Direction:
    for attribute in (*media.attributes, *session.attributes):
        for direction in DIRECTIONS:
            if attribute.lower() == direction:
                return direction
    return "sendrecv"


def _rtcp(media: MediaText, host: str) -> tuple[str, int]:
    """Where the peer reads RTCP (RFC 3605): what it says, else the port above; port 0 = nowhere."""
    if media.has("rtcp-mux"):
        return host, media.port
    for value in media.values("rtcp"):
        parts = value.split()
        port = number_of(parts[0]) if parts else None
        named = parts[3] if len(parts) == 4 else host
        if sendable(named, port):
            return named, port or 0
    return host, media.port + 1 if media.port < 65535 else 0
