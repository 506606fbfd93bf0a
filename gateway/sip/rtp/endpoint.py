"""One side of the audio of one call: a bound port, frames in, frames out on the shared clock."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, cast

from gateway.kernel.errors import BadInput, Unavailable
from gateway.kernel.logs import get_logger
from gateway.sip.rtp import rtcp
from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.digits import DigitReceiver
from gateway.sip.rtp.frames import FrameQueue
from gateway.sip.rtp.g711 import CodecName, Samples
from gateway.sip.rtp.packet import parse
from gateway.sip.rtp.ports import PortPool
from gateway.sip.rtp.source_lock import Address, SourceLock
from gateway.sip.rtp.stream import Incoming, Outgoing

DATAGRAM = 2048
AUDIBLE = 250  # of 32767; a decoder's silence is not quite zero
BATCH = 32  # packets read in one turn of the loop, so that a flood does not starve the rest

_log = get_logger(__name__)


class MediaTarget(Protocol):
    """What offer and answer settled; `gateway.sip.wire.sdp.MediaChoice` is one."""

    @property
    def codec(self) -> str: ...
    @property
    def payload_type(self) -> int: ...
    @property
    def telephone_event_pt(self) -> int | None: ...
    @property
    def remote_host(self) -> str: ...
    @property
    def remote_port(self) -> int: ...
    @property
    def direction(self) -> str: ...
    @property
    def on_hold(self) -> bool: ...


def _address_of(target: MediaTarget) -> Address:
    """The peer's address; raises BadInput unless it is an IP literal and a port."""
    try:
        host = str(ipaddress.ip_address(target.remote_host))
    except ValueError as error:
        raise BadInput("the media address is not an IP address", code="sdp.address") from error
    if not 0 < target.remote_port < 65536:
        raise BadInput("the media port is out of range", code="sdp.port")
    return host, target.remote_port


@dataclass
class _Flow:
    """Exists from `start` on."""

    lock: SourceLock
    incoming: Incoming
    outgoing: Outgoing
    heard_at: float
    report_at: float
    muted: bool  # the peer holds: it wants nothing
    watched: bool  # the peer owes us audio: its silence counts


class RtpEndpoint:
    """Holds its port from construction to `close`; audio flows after `start`.

    Set `on_frame(samples, arrived_at)`: int16[160] at 8 kHz, monotonic seconds; `on_digit(digit,
    duration_ms)`; `on_silence()`: nothing heard for `silence_after_s`. Give frames by `send`, or
    set `pull`, which is asked on every tick. Audio may also come from `signalling_host`, where the SIP comes from.
    """

    def __init__(
        self,
        pool: PortPool,
        *,
        clock: MediaClock | None = None,
        silence_after_s: float | None = None,
        signalling_host: str = "",
    ) -> None:
        self._pool = pool
        self._signalling_host = signalling_host
        self._clock = clock or MediaClock.shared()
        self._silence_after = silence_after_s
        self.on_frame: Callable[[Samples, float], None] | None = None
        self.on_digit: Callable[[str, int], None] | None = None
        self.on_silence: Callable[[], None] | None = None
        self.pull: Callable[[], Samples | None] | None = None
        self.on_first_audible: Callable[[], None] | None = None
        self._queue = FrameQueue()
        self._digits = DigitReceiver()
        self._flow: _Flow | None = None
        self._leave_clock: Callable[[], None] | None = None
        self._counts = {"foreign": 0, "malformed": 0, "wrong_payload_type": 0, "unsent": 0}
        self._closed = False
        self._pair = pool.take()
        self.local_port = self._pair.port

    def start(self, target: MediaTarget) -> None:
        """Opens the flow in both directions. Raises BadInput for an address that cannot be one."""
        if self._closed:
            raise Unavailable("the RTP endpoint is closed")
        codec, now = cast(CodecName, target.codec), time.monotonic()
        self._flow = _Flow(
            SourceLock(_address_of(target), self._signalling_host),
            Incoming(codec),
            Outgoing(codec, target.payload_type, target.telephone_event_pt),
            heard_at=now,
            report_at=now + rtcp.INTERVAL_S,
            muted=target.on_hold,
            watched=target.direction == "sendrecv",
        )
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pair.rtp.fileno(), self._read_rtp)
        loop.add_reader(self._pair.rtcp.fileno(), self._read_rtcp)
        self._leave_clock = self._clock.subscribe(self._tick)

    def retarget(self, target: MediaTarget) -> None:
        """A re-INVITE moved the peer, or changed codec or payload types."""
        if (flow := self._flow) is None:
            self.start(target)
            return
        flow.lock.retarget(_address_of(target))
        flow.incoming.codec = flow.outgoing.codec = cast(CodecName, target.codec)
        flow.outgoing.payload_type = target.payload_type
        flow.outgoing.event_payload_type = target.telephone_event_pt
        flow.muted, flow.watched = target.on_hold, target.direction == "sendrecv"
        flow.heard_at = time.monotonic()

    def send(self, frame: Samples) -> None:
        """Queues int16[160]; a full queue loses its oldest frame."""
        self._queue.put(frame)

    async def send_digits(self, digits: str, tone_ms: int = 100, gap_ms: int = 80) -> None:
        """Sends keys as telephone events; returns when the last one is out."""
        if self._flow is None or self._flow.outgoing.event_payload_type is None:
            raise Unavailable("the other side takes no telephone events", code="rtp.no_events")
        await self._flow.outgoing.type_digits(digits, tone_ms, gap_ms)

    def _read_rtp(self) -> None:
        for _ in range(BATCH):
            try:
                datagram, source = self._pair.rtp.recvfrom(DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier packet; the socket lives
            if self._flow:
                self._heard(self._flow, datagram, (source[0], source[1]))
            if self._closed:  # by what a key or a frame set off
                return

    def _heard(self, flow: _Flow, datagram: bytes, source: Address) -> None:
        packet, now = parse(datagram), time.monotonic()
        if packet is None:
            self._counts["malformed"] += 1
            return
        audible = packet.payload_type == flow.outgoing.payload_type
        event = packet.payload_type == flow.outgoing.event_payload_type
        if not flow.lock.admits(source, payload_type_known=audible or event, now=now):
            self._counts["foreign"] += 1
            return
        if not (audible or event):
            self._counts["wrong_payload_type"] += 1
            return
        flow.heard_at = now
        if event and (pressed := self._digits.take(packet)) and self.on_digit:
            self.on_digit(pressed.digit, pressed.duration_ms)
        self._deliver(flow.incoming.take(packet, audible=audible, now=now), now)

    def _deliver(self, frames: list[Samples], now: float) -> None:
        if self.on_frame:
            for frame in frames:
                self.on_frame(frame, now)

    def _tick(self) -> None:
        if self._closed or (flow := self._flow) is None:
            return
        now = time.monotonic()
        datagram = flow.outgoing.datagram(self._next_frame())
        if datagram is not None and not flow.muted:
            self._put(self._pair.rtp, datagram, flow.lock.target)
        self._deliver(flow.incoming.tick(now), now)
        if now >= flow.report_at:
            flow.report_at = now + rtcp.INTERVAL_S
            host, port = flow.lock.target
            if port < 65535:
                self._put(self._pair.rtcp, self._report(flow), (host, port + 1))
        if flow.watched and self._silence_after is not None and now - flow.heard_at > self._silence_after:
            flow.heard_at = now
            if self.on_silence:
                self.on_silence()

    def _next_frame(self) -> Samples | None:
        frame = self._queue.take()
        if frame is None and self.pull:
            frame = self.pull()
        if self.on_first_audible and frame is not None and int(frame.max()) > AUDIBLE:
            self.on_first_audible()
            self.on_first_audible = None
        return frame

    def _put(self, sock: socket.socket, datagram: bytes, to: Address) -> None:
        try:
            sock.sendto(datagram, to)
        except OSError:  # full buffer, no route, ICMP error of an earlier packet: audio does not wait
            self._counts["unsent"] += 1

    def _report(self, flow: _Flow) -> bytes:
        heard, sent = flow.incoming, flow.outgoing
        report = rtcp.Report(
            ssrc=sent.ssrc, timestamp=sent.timestamp, packets=sent.packets, octets=sent.octets,
            heard_ssrc=heard.ssrc, lost=heard.reorder.lost, highest_sequence=heard.highest_sequence,
            jitter=int(heard.jitter),
        )  # fmt: skip
        return rtcp.compound(report, f"{sent.ssrc:08x}@{self._pool.host}")

    def _read_rtcp(self) -> None:
        for _ in range(BATCH):
            try:
                self._pair.rtcp.recvfrom(DATAGRAM)  # read so that it does not pile up; SIP says when a call ends
            except BlockingIOError:
                return
            except OSError:
                continue

    @property
    def stats(self) -> dict[str, float]:
        """Counters of the call so far; times in milliseconds."""
        figures: dict[str, float] = dict(self._counts)
        figures["digits_dropped"] = self._digits.dropped
        figures["queue_dropped"] = self._queue.dropped
        if self._flow:
            heard, sent = self._flow.incoming, self._flow.outgoing
            figures |= {
                "received": heard.packets, "sent": sent.packets, "lost": heard.reorder.lost,
                "late": heard.reorder.late, "restarts": heard.reorder.restarts,
                "concealed": heard.concealer.concealed, "jitter_ms": round(heard.jitter / 8, 2),
            }  # fmt: skip
        return figures

    def close(self) -> None:
        """Stops the flow and frees the port; may be called twice."""
        if self._closed:
            return
        self._closed = True
        if self._leave_clock:
            self._leave_clock()
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._pair.rtp.fileno())
            loop.remove_reader(self._pair.rtcp.fileno())
        if self._flow:
            self._flow.outgoing.stop()
        self._pool.give_back(self._pair)

    def __enter__(self) -> RtpEndpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
