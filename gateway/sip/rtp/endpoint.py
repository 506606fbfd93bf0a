"""One side of the audio of one call: a bound port, frames in, frames out on the shared clock."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from types import TracebackType

from gateway.kernel.errors import Unavailable
from gateway.sip.rtp.arrival import receive
from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.flow import Flow, Heard, MediaTarget
from gateway.sip.rtp.frames import FrameQueue
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples
from gateway.sip.rtp.ports import PortPool
from gateway.sip.rtp.rtcp_read import is_rtcp
from gateway.sip.rtp.source_lock import Address
from gateway.sip.rtp.tone_watch import ToneWatch

AUDIBLE = 250  # of 32767; a decoder's silence is not quite zero
BATCH = 32  # packets read in one turn of the loop, so that a flood does not starve the rest


class RtpEndpoint:
    """Holds its port from construction to `close`; audio flows after `start`.

    Frames are int16, 20 ms, whatever codec is spoken on the wire: those heard at `frame_rate` (8000 or 16000), those
    given at either.
    Set `on_frame(samples, arrived_at)`: monotonic seconds; `on_digit(digit, duration_ms)` for telephone events;
    `on_tone(digit, duration_ms)` for keys heard as tones, after `watch_tones` or `hide_tones`; `on_silence()`: nothing
    heard for `silence_after_s`. Give frames by `send`, or set `pull`, which is asked on every tick. Audio may also come
    from `signalling_host`, where the SIP comes from; set it before `start` at the latest.
    """

    def __init__(
        self,
        pool: PortPool,
        *,
        clock: MediaClock | None = None,
        silence_after_s: float | None = None,
        signalling_host: str = "",
        frame_rate: int = SAMPLE_RATE,
    ) -> None:
        self.frame_rate = frame_rate
        self._pool = pool
        self.signalling_host = signalling_host
        self._clock = clock or MediaClock.shared()
        self._silence_after = silence_after_s
        self.on_frame: Callable[[Samples, float], None] | None = None
        self.on_digit: Callable[[str, int], None] | None = None
        self.on_tone: Callable[[str, int], None] | None = None
        self.on_silence: Callable[[], None] | None = None
        self.pull: Callable[[], Samples | None] | None = None
        self.on_first_audible: Callable[[], None] | None = None
        self._queue = FrameQueue()
        self._flow: Flow | None = None
        self._tones: ToneWatch | None = None
        self._watching = self._hiding = False
        self._leave_clock: Callable[[], None] | None = None
        self._unsent = 0
        self._closed = False
        self._pair = pool.take()
        self.local_port = self._pair.port

    def start(self, target: MediaTarget) -> None:
        """Opens the flow in both directions. Raises BadInput for an address that cannot be one."""
        if self._closed:
            raise Unavailable("the RTP endpoint is closed")
        self._flow = Flow(target, self.signalling_host, time.monotonic(), self.frame_rate)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pair.rtp.fileno(), self._read_rtp)
        loop.add_reader(self._pair.rtcp.fileno(), self._read_rtcp)
        self._leave_clock = self._clock.subscribe(self._tick)

    def retarget(self, target: MediaTarget) -> None:
        """A re-INVITE moved the peer, held or resumed, or changed codec, payload types or keys. Raises BadInput."""
        if self._flow is None:
            self.start(target)
        else:
            self._flow.retarget(target, time.monotonic())

    def watch_tones(self, on: bool = True) -> None:
        """Looks for keys in the caller's audio."""
        self._watching = on
        self._set_tones()

    def hide_tones(self, on: bool = True) -> None:
        """Looks for them, and lets no part of one through to `on_frame`, which hears 20 ms later meanwhile.

        Stays until it is taken back.
        """
        self._hiding = on
        self._set_tones()

    @property
    def tone_sounds(self) -> bool:
        """There was a key in the last frame that was watched."""
        return self._tones is not None and self._tones.sounding

    def _set_tones(self) -> None:
        if not (self._watching or self._hiding):
            self._tones = None
        elif self._tones is None:
            self._tones = ToneWatch(self.frame_rate, mute=self._hiding)
        else:
            self._tones.mute = self._hiding

    def send(self, frame: Samples) -> None:
        """Queues 20 ms; a full queue loses its oldest frame."""
        self._queue.put(frame)

    @property
    def takes_events(self) -> bool:
        """True if the other side understands keys as telephone events."""
        return self._flow is not None and self._flow.outgoing.event_payload_type is not None

    async def send_digits(self, digits: str, tone_ms: int = 100, gap_ms: int = 80) -> None:
        """Sends keys as telephone events; returns when the last is out. Raises Unavailable, BadInput, Overloaded."""
        if self._flow is None or not self.takes_events:
            raise Unavailable("the other side takes no telephone events", code="rtp.no_events")
        await self._flow.outgoing.type_digits(digits, tone_ms, gap_ms)

    async def send_tones(self, digits: str, tone_ms: int = 100, gap_ms: int = 80) -> None:
        """The same as tones in the audio, in the place of what is spoken meanwhile."""
        if self._flow is None:
            raise Unavailable("there is no audio yet", code="rtp.not_started")
        await self._flow.outgoing.type_tones(digits, tone_ms, gap_ms)

    def _read_rtp(self) -> None:
        for _ in range(BATCH):
            now = time.monotonic()
            try:
                datagram, source, arrived = receive(self._pair.rtp, now)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier packet; the socket lives
            if flow := self._flow:
                if flow.mux and is_rtcp(datagram):
                    flow.heard_rtcp(datagram, source, arrived, time.time() - (now - arrived))
                else:
                    self._tell(flow.heard(datagram, source, now, arrived), now)
            if self._closed:  # by what a key or a frame set off
                return

    def _tell(self, heard: Heard, now: float) -> None:
        if heard.pressed and self.on_digit:
            self.on_digit(heard.pressed.digit, heard.pressed.duration_ms)
        for frame in heard.frames:
            if self._tones:
                frame = self._watched(self._tones, frame)
            if self.on_frame and not self._closed:
                self.on_frame(frame, now)

    def _watched(self, tones: ToneWatch, frame: Samples) -> Samples:
        frame, pressed = tones.take(frame)
        if pressed and self.on_tone:
            self.on_tone(pressed.digit, pressed.duration_ms)
        return frame

    def _tick(self) -> None:
        if self._closed or (flow := self._flow) is None:
            return
        now = time.monotonic()
        for datagram in flow.datagrams(self._next_frame()):
            self._put(self._pair.rtp, datagram, flow.lock.target)
        frames = flow.incoming.tick(now)
        if frames:
            self._tell(Heard(frames), now)
        if now >= flow.report_at:
            self._report(flow)
        if self._silence_after is not None and flow.is_silent(now, self._silence_after):
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
            self._unsent += 1

    def _report(self, flow: Flow, *, bye: bool = False) -> None:
        cname = f"{flow.outgoing.ssrc:08x}@{self._pool.host}"
        if report := flow.report(cname, time.monotonic(), time.time(), bye=bye):
            self._put(self._pair.rtp if flow.mux else self._pair.rtcp, *report)

    def _read_rtcp(self) -> None:
        for _ in range(BATCH):
            now = time.monotonic()
            try:
                datagram, source, arrived = receive(self._pair.rtcp, now)
            except BlockingIOError:
                return
            except OSError:
                continue
            if self._flow:
                self._flow.heard_rtcp(datagram, source, arrived, time.time() - (now - arrived))

    @property
    def stats(self) -> dict[str, float]:
        """Counters of the call so far; times in milliseconds, losses in packets and percent, `mos` 1..4.5."""
        figures = {"unsent": self._unsent, "queue_dropped": self._queue.dropped}
        return {**figures, **(self._flow.figures if self._flow else {})}

    def close(self) -> None:
        """Says goodbye, stops the flow and frees the port; may be called twice."""
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
            if self._flow.outgoing.packets:
                self._report(self._flow, bye=True)
        self._pool.give_back(self._pair)

    def __enter__(self) -> RtpEndpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
