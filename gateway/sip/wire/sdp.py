"""Offer and answer for one audio stream (RFC 3264, 4566): codecs by name, payload types as the offerer has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gateway.sip.wire.uri import sendable

Codec = Literal["PCMU", "PCMA"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
STATIC: dict[int, str] = {0: "PCMU/8000", 8: "PCMA/8000"}
CODECS: dict[str, Codec] = {"PCMU/8000": "PCMU", "PCMA/8000": "PCMA"}
EVENTS = "TELEPHONE-EVENT/8000"
MIRRORED: dict[str, Direction] = {"sendonly": "recvonly", "recvonly": "sendonly"}
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


@dataclass(frozen=True)
class SdpRefusal:
    """Why an offer cannot be used; the SIP answer is 488 (RFC 3261 §21.4.26)."""

    reason: str


class SdpRefused(ValueError):
    """The same inside this module, and for an answer that cannot be used."""


@dataclass(frozen=True)
class MediaChoice:
    """What both sides settled on. `direction` is the peer's; ports and payload types are numbers on the wire."""

    codec: Codec
    payload_type: int
    remote_host: str
    remote_port: int
    telephone_event_pt: int | None = None
    ptime_ms: int = 20
    direction: Direction = "sendrecv"

    @property
    def on_hold(self) -> bool:
        """The peer wants no audio from us now."""
        return self.direction in ("sendonly", "inactive") or self.remote_host == "0.0.0.0"


@dataclass
class _Media:
    kind: str
    port: int
    protocol: str
    payload_types: list[int]
    line: str
    host: str = ""
    attributes: list[str] = field(default_factory=list)


@dataclass
class _Session:
    host: str = ""
    attributes: list[str] = field(default_factory=list)
    media: list[_Media] = field(default_factory=list)


def _read(body: bytes) -> _Session:
    session = _Session()
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        kind, _, value = line.partition("=")
        if kind == "m":
            session.media.append(_read_media(value))
        elif kind == "c":
            _set_host(session, value)
        elif kind == "a":
            (session.media[-1] if session.media else session).attributes.append(value.strip())
    return session


def _read_media(value: str) -> _Media:
    parts = value.split()
    if len(parts) < 4:
        raise SdpRefused("an m= line with too few parts")
    port = parts[1].split("/")[0]
    types = [number for number in map(_number, parts[3:]) if number is not None and number < 128]
    if (number := _number(port)) is None or number > 65535:
        raise SdpRefused("a media port that is none")
    return _Media(parts[0].lower(), number, parts[2].upper(), types, value.strip())


def _number(text: str) -> int | None:
    """Up to five ASCII digits."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _set_host(session: _Session, value: str) -> None:
    parts = value.split()
    if len(parts) == 3:
        (session.media[-1] if session.media else session).host = parts[2].split("/")[0]


def _names(media: _Media) -> dict[int, str]:
    """Payload type → NAME/RATE in capitals; a channel count of one is dropped."""
    names = {number: STATIC[number] for number in media.payload_types if number in STATIC}
    for attribute in media.attributes:
        if attribute.lower().startswith("rtpmap:"):
            text, _, name = attribute[7:].strip().partition(" ")
            if (number := _number(text)) is not None:
                names[number] = name.strip().upper().removesuffix("/1")
    return names


def choose(offer: bytes) -> MediaChoice | SdpRefusal:
    """The first codec of the peer's list that we speak, on its first usable audio stream."""
    try:
        return read_answer(offer)
    except SdpRefused as refused:
        return SdpRefusal(str(refused))


def read_answer(body: bytes) -> MediaChoice:
    """What the other side chose of our offer. Raises SdpRefused."""
    session = _read(body)
    usable = [m for m in session.media if m.kind == "audio" and m.port and m.protocol == "RTP/AVP"]
    if not usable:
        raise SdpRefused("no plain RTP audio is offered")
    media = usable[0]
    names = _names(media)
    pick = next((number for number in media.payload_types if names.get(number) in CODECS), None)
    if pick is None:
        raise SdpRefused("neither PCMU nor PCMA is offered")
    host = media.host or session.host
    if host != "0.0.0.0" and not sendable(host, media.port):
        raise SdpRefused("the media address cannot be sent to")
    events = next((number for number in media.payload_types if names.get(number) == EVENTS), None)
    return MediaChoice(
        codec=CODECS[names[pick]], payload_type=pick, remote_host=host, remote_port=media.port,
        telephone_event_pt=events, ptime_ms=_ptime(media), direction=_direction(media, session),
    )  # fmt: skip


def _ptime(media: _Media) -> int:
    for attribute in media.attributes:
        if attribute.lower().startswith("ptime:") and (ptime := _number(attribute[6:])) is not None:
            return min(60, max(10, ptime))
    return 20


def _direction(media: _Media, session: _Session) -> Direction:
    for attribute in (*media.attributes, *session.attributes):
        if attribute.lower() in DIRECTIONS:
            return attribute.lower()  # type: ignore[return-value]
    return "sendrecv"


def write_answer(
    choice: MediaChoice, offer: bytes, local_host: str, local_port: int, session_id: int, version: int
) -> bytes:
    """The answer: the offer's streams in their order, all but the chosen one with port 0."""
    taken = False
    lines = _head(local_host, session_id, version)
    for media in _read(offer).media:
        if not taken and media.kind == "audio" and media.port and media.protocol == "RTP/AVP":
            taken = True
            lines += _audio(choice, local_port)
        else:
            kind, _, *rest = media.line.split()
            lines.append(f"m={' '.join([kind, '0', *rest])}")
    return _joined(lines)


def write_offer(local_host: str, local_port: int, *, session_id: int = 1, version: int = 1) -> bytes:
    """PCMU and PCMA with telephone events on 101."""
    first = MediaChoice("PCMU", 0, local_host, local_port, telephone_event_pt=101)
    lines = _audio(first, local_port)
    lines[0] = f"m=audio {local_port} RTP/AVP 0 8 101"
    lines.insert(2, "a=rtpmap:8 PCMA/8000")
    return _joined(_head(local_host, session_id, version) + lines)


def _head(host: str, session_id: int, version: int) -> list[str]:
    family = "IP6" if ":" in host else "IP4"
    return ["v=0", f"o=- {session_id} {version} IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0"]


def _audio(choice: MediaChoice, port: int) -> list[str]:
    types = [choice.payload_type, *([choice.telephone_event_pt] if choice.telephone_event_pt is not None else [])]
    lines = [
        f"m=audio {port} RTP/AVP {' '.join(map(str, types))}",
        f"a=rtpmap:{choice.payload_type} {choice.codec}/8000",
    ]
    if choice.telephone_event_pt is not None:
        lines += [
            f"a=rtpmap:{choice.telephone_event_pt} telephone-event/8000",
            f"a=fmtp:{choice.telephone_event_pt} 0-15",
        ]
    return [*lines, "a=ptime:20", f"a={MIRRORED.get(choice.direction, choice.direction)}"]


def _joined(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()
