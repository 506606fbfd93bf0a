"""What offer and answer are about: codecs, directions, a trunk's rules, and what both sides settled on. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from gateway.sip.wire.sdp_crypto import Crypto
from gateway.sip.wire.sdp_text import MediaText, number_of

Codec = Literal["PCMU", "PCMA", "G722"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
Encryption = Literal["none", "allow", "require"]

# Payload types with a fixed meaning (RFC 3551 §6). G.722's clock is written as 8000, its audio has 16000 (§4.5.2).
STATIC: dict[int, str] = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000", 13: "CN/8000"}
NUMBERS: dict[Codec, int] = {"PCMU": 0, "PCMA": 8, "G722": 9}
CODECS: dict[str, Codec] = {f"{codec}/8000": codec for codec in get_args(Codec)}
EVENTS = "TELEPHONE-EVENT/8000"  # the events of a clock rate belong to the codecs of that rate (RFC 4733 §2.5.1.2)
COMFORT_NOISE = "CN/8000"
EVENTS_OFFERED = 101
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
NOWHERE = "0.0.0.0"  # the hold of RFC 2543


@dataclass(frozen=True)
class MediaPolicy:
    """A trunk's rules: `codecs` it may use, in the order of our offers; an answer keeps the offerer's order."""

    codecs: tuple[Codec, ...] = ("PCMU", "PCMA", "G722")
    encryption: Encryption = "none"
    comfort_noise: bool = False  # invite the peer's silence suppression in our offers
    digits: bool = True  # telephone events in our offers


@dataclass(frozen=True)
class MediaChoice:
    """What both sides settled on. `direction` is the peer's; ports and payload types are numbers on the wire."""

    codec: Codec
    payload_type: int
    remote_host: str
    remote_port: int
    telephone_event_pt: int | None = None
    offered_event_pt: int | None = None  # in our offer; what comes may carry it when their answer has another number
    ptime_ms: int = 20  # what the peer would like, within 10..60
    direction: Direction = "sendrecv"
    comfort_noise_pt: int | None = None
    maxptime_ms: int | None = None
    protocol: str = "RTP/AVP"
    rtcp_mux: bool = False
    rtcp_host: str = ""
    rtcp_port: int = 0
    crypto: Crypto | None = None  # the peer's key
    local_key: bytes | None = field(default=None, repr=False)  # ours, once it is settled too
    stream: int = 0  # which m= line

    @property
    def on_hold(self) -> bool:
        """The peer wants no audio from us now."""
        return self.direction in ("sendonly", "inactive") or self.remote_host == NOWHERE

    @property
    def sample_rate(self) -> int:
        """Of the codec's audio: 16000 for G.722, whatever its clock says."""
        return 16000 if self.codec == "G722" else 8000

    @property
    def send_ptime_ms(self) -> int:
        """20, or 10 for a peer that asks for it: any receiver takes both (RFC 3551 §4.2)."""
        longest = self.maxptime_ms or 20
        return 10 if longest < 20 or self.ptime_ms == 10 else 20


def names_of(media: MediaText) -> dict[int, str]:
    """Payload type → NAME/RATE in capitals; a channel count of one is dropped."""
    names = {number: STATIC[number] for number in media.payload_types if number in STATIC}
    for value in media.values("rtpmap"):
        text, _, name = value.partition(" ")
        if (number := number_of(text)) is not None:
            names[number] = name.strip().upper().removesuffix("/1")
    return names


def mirrored(offered: Direction, willing: Direction = "sendrecv") -> Direction:
    """The direction of our answer: what the offer leaves open and we want (RFC 3264 §6.1)."""
    sends = offered in ("sendrecv", "recvonly") and willing in ("sendrecv", "sendonly")
    hears = offered in ("sendrecv", "sendonly") and willing in ("sendrecv", "recvonly")
    if sends:
        return "sendrecv" if hears else "sendonly"
    return "recvonly" if hears else "inactive"
