"""RTP and RTCP of one call between `start` and `close`, without sockets: datagrams in and out, frames in and out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gateway.kernel.errors import BadInput
from gateway.sip.rtp import rtcp
from gateway.sip.rtp.digits import DigitReceiver, Pressed
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.incoming import Incoming, Kind
from gateway.sip.rtp.outgoing import Outgoing
from gateway.sip.rtp.packet import parse
from gateway.sip.rtp.reception import Reception
from gateway.sip.rtp.source_lock import Address, SourceLock
from gateway.sip.rtp.srtp import PeerKey, Srtp

SUPPRESSED_FACTOR = 10  # a peer that said it falls silent may be silent for so much longer
NOWHERE = "0.0.0.0"
Dropped = Literal["malformed", "foreign", "wrong_payload_type"]


class MediaTarget(Protocol):
    """What offer and answer settled; `gateway.sip.wire.sdp.MediaChoice` is one."""

    @property
    def codec(self) -> str: ...
    @property
    def payload_type(self) -> int: ...
    @property
    def telephone_event_pt(self) -> int | None: ...
    @property
    def offered_event_pt(self) -> int | None: ...
    @property
    def comfort_noise_pt(self) -> int | None: ...
    @property
    def send_ptime_ms(self) -> int: ...
    @property
    def remote_host(self) -> str: ...
    @property
    def remote_port(self) -> int: ...
    @property
    def rtcp_host(self) -> str: ...
    @property
    def rtcp_port(self) -> int: ...
    @property
    def rtcp_mux(self) -> bool: ...
    @property
    def crypto(self) -> PeerKey | None: ...
    @property
    def local_key(self) -> bytes | None: ...
    @property
    def direction(self) -> str: ...
    @property
    def on_hold(self) -> bool: ...


@dataclass
class Heard:
    """What one datagram, or one tick, brought."""

    frames: list[Samples] = field(default_factory=list)
    pressed: Pressed | None = None


NOTHING = Heard()


class Flow:
    """`now` is monotonic seconds everywhere. Raises BadInput for a target that cannot be one."""

    def __init__(self, target: MediaTarget, signalling_host: str, now: float, frame_rate: int) -> None:
        self.lock = SourceLock(address_of(target), signalling_host)
        self.incoming = Incoming(target.codec, frame_rate)
        self.outgoing = Outgoing(target.codec, target.payload_type, target.telephone_event_pt)
        self.reception = Reception(self.incoming, self.outgoing, target.codec)
        self.digits = DigitReceiver()
        self.counts = {"foreign": 0, "malformed": 0, "wrong_payload_type": 0, "unauthenticated": 0, "replayed": 0}
        self.report_at = now + rtcp.INTERVAL_S
        self._srtp: Srtp | None = None
        self._settle(target, now)

    def retarget(self, target: MediaTarget, now: float) -> None:
        """A re-INVITE moved the peer, held or resumed, or changed codec, payload types or keys."""
        address = address_of(target)
        if target.codec != self.reception.codec:
            self.incoming.use(target.codec)
            self.outgoing.use(target.codec, target.payload_type)
        self.outgoing.payload_type = target.payload_type
        self.outgoing.event_payload_type = target.telephone_event_pt
        self.lock.retarget(address)
        self._settle(target, now)

    def _settle(self, target: MediaTarget, now: float) -> None:
        self._secure(target)
        self.reception.codec = target.codec
        self.outgoing.ptime_ms = target.send_ptime_ms
        self.outgoing.noise_payload_type = target.comfort_noise_pt
        self._kinds: dict[int, Kind] = {target.payload_type: "audio"}
        if target.comfort_noise_pt is not None:
            self._kinds[target.comfort_noise_pt] = "noise"
        for number in (target.offered_event_pt, target.telephone_event_pt):
            if number is not None and target.telephone_event_pt is not None:
                self._kinds.setdefault(number, "event")
        self.mux = target.rtcp_mux
        self._named_rtcp = (target.rtcp_host, target.rtcp_port)
        self.muted = target.on_hold  # the peer holds: it wants nothing
        self.watched = target.direction == "sendrecv"  # the peer owes us audio: its silence counts
        self.heard_at = now

    def _secure(self, target: MediaTarget) -> None:
        self._srtp = Srtp(target.crypto, target.local_key or b"", self._srtp) if target.crypto else None

    def heard(self, datagram: bytes, source: Address, now: float, arrived: float | None = None) -> Heard:
        """One datagram from the RTP port, RTCP left out; it may have `arrived` earlier than it is read."""
        if self._srtp and self.lock.might_admit(source):
            opened = self._srtp.unprotect(datagram)
            if opened is None:
                return NOTHING
            datagram = opened
        packet = parse(datagram)
        if packet is None:
            self.counts["malformed"] += 1
            return NOTHING
        kind = self._kinds.get(packet.payload_type)
        if not self.lock.admits(source, payload_type_known=kind is not None, now=now):
            self.counts["foreign"] += 1
            return NOTHING
        if kind is None:
            self.counts["wrong_payload_type"] += 1
            return NOTHING
        self.heard_at = now
        pressed = self.digits.take(packet) if kind == "event" else None
        frames = self.incoming.take(packet, kind, now, arrived)
        self.outgoing.suppress = self.outgoing.suppress or kind == "noise"
        return Heard(frames, pressed)

    def heard_rtcp(self, datagram: bytes, source: Address, now: float, wall: float) -> None:
        if not (self.lock.might_admit(source) or source == self._named_rtcp):
            self.counts["foreign"] += 1
            return
        if self._srtp:
            opened = self._srtp.unprotect_rtcp(datagram)
            if opened is None:
                return
            datagram = opened
        if not self.reception.take(datagram, now, wall):
            self.counts["malformed"] += 1

    def datagrams(self, frame: Samples | None) -> list[bytes]:
        """What goes to `lock.target` on this tick."""
        if self.muted:
            self.outgoing.pass_over()
            return []
        sent = self.outgoing.datagrams(frame)
        return [self._srtp.protect(datagram) for datagram in sent] if self._srtp else sent

    def report(self, cname: str, now: float, wall: float, *, bye: bool = False) -> tuple[bytes, Address] | None:
        """The report that is due, and where it goes; None if the peer has no place for it."""
        self.report_at = now + rtcp.INTERVAL_S
        datagram = self.reception.report(cname, now, wall, bye=bye)
        to = self.rtcp_target
        if to[0] in ("", NOWHERE) or not 0 < to[1] < 65536:
            return None
        return (self._srtp.protect_rtcp(datagram) if self._srtp else datagram), to

    @property
    def rtcp_target(self) -> Address:
        """Where the peer said; behind a NAT beside where its audio comes from."""
        host, port = self.lock.target
        if self.mux:
            return host, port
        if (host, port) == self.lock.negotiated and self._named_rtcp[1]:
            return self._named_rtcp
        return host, port + 1

    def is_silent(self, now: float, after_s: float) -> bool:
        """True once the peer owed us audio for `after_s` and sent nothing."""
        allowed = after_s * (SUPPRESSED_FACTOR if self.incoming.suppresses else 1)
        return self.watched and now - self.heard_at > allowed

    @property
    def figures(self) -> dict[str, float]:
        heard, playout = self.incoming, self.incoming.playout
        counts = dict(self.counts)
        if self._srtp:
            counts |= {"unauthenticated": self._srtp.unauthenticated, "replayed": self._srtp.replayed}
        return {
            **counts, "digits_dropped": self.digits.dropped, "received": heard.packets, "sent": self.outgoing.packets,
            "lost": max(0, playout.lost), "late": playout.late, "duplicates": playout.duplicates,
            "restarts": playout.restarts, "concealed": heard.concealed, **self.reception.figures,
        }  # fmt: skip


def address_of(target: MediaTarget) -> Address:
    """The peer's address; raises BadInput unless it is an IP literal and a port."""
    try:
        host = str(ipaddress.ip_address(target.remote_host))
    except ValueError as error:
        raise BadInput("the media address is not an IP address", code="sdp.address") from error
    if not 0 < target.remote_port < 65536:
        raise BadInput("the media port is out of range", code="sdp.port")
    return host, target.remote_port
