"""A call out between its room and its phone: ringback and early sound, the answer, keys, the end of the agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from livekit import rtc

from gateway.calls.facts import AgentLost, FirstAudio, LegHeld
from gateway.kernel.errors import BadInput, NotFound, Overloaded, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.agent_care import AgentCare
from gateway.sip.agent_watch import Lost
from gateway.sip.attributes import HELD
from gateway.sip.call_state import CallState
from gateway.sip.earpiece import Earpiece
from gateway.sip.endings import Ending, ending
from gateway.sip.key_facts import KeyFacts
from gateway.sip.line import PhoneLine
from gateway.sip.ringback import Ringback
from gateway.sip.room import RoomLink
from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.digit_merger import Way
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import Samples
from gateway.sip.services import NodeServices
from gateway.sip.steps import Steps

DIGIT_TONE_MS, DIGIT_GAP_MS = 250, 250  # what livekit-sip sends for a key out of the room
AGENT_WAIT_S = 8.0
STATUSES_WAITING = 16

_log = get_logger(__name__)


class OutboundLeg:
    """Listens to its RoomLink (RoomListener) and its PhoneLine (LineListener); says `end` once it is over."""

    room: RoomLink
    state: CallState

    def __init__(
        self, call_id: str, rtp: RtpEndpoint, services: NodeServices, steps: Steps, end: Callable[[Ending], None],
        *, own_number: str = "",
    ) -> None:  # fmt: skip
        self.answered = False
        self.tone: Callable[[], Samples] | None = None  # for the phone, in place of the room
        self.earpiece = Earpiece(own_number)
        self.keys = KeyFacts(call_id, services.facts)
        self._line: PhoneLine | None = None
        self._call_id, self._rtp, self._services, self._steps, self._end = call_id, rtp, services, steps, end
        self._care = AgentCare(self._agent_lost, self._nobody_left, self._is_looked_after)
        self._tasks = TaskSet()
        self._statuses: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue(maxsize=STATUSES_WAITING)
        self._limit: asyncio.TimerHandle | None = None
        self._stop_ringback: Callable[[], None] | None = None
        rtp.on_first_audible = self._on_first_audible

    # --- setting up -------------------------------------------------------------------------

    def joined(self, *, ringback_for: str | None) -> None:
        """In the room; with a number, the tone of its country is heard there until there is something better."""
        self.state.joined()
        self._tasks.start(self._tell_statuses(), name="leg:status")
        if ringback_for is not None:
            tone = Ringback(ringback_for)
            self._stop_ringback = MediaClock.shared().subscribe(lambda: self.room.caller_said(tone.next_frame()))

    @property
    def line(self) -> PhoneLine:
        """The phone that was dialled last. Raises NotFound before."""
        if self._line is None:
            raise NotFound("nobody has been dialled yet", code="call.not_dialled")
        return self._line

    @line.setter
    def line(self, line: PhoneLine) -> None:
        self._line = line

    def tell(self, status: str, others: dict[str, str] | None = None) -> None:
        """`sip.callStatus` for the room; what is told first is there first."""
        try:
            self._statuses.put_nowait((status, others or {}))
        except asyncio.QueueFull:
            _log.warning("status_dropped_room_slow")

    async def _tell_statuses(self) -> None:
        while True:
            status, others = await self._statuses.get()
            await self.room.set_status(status, others)

    async def answer(self, sdp: bytes, *, max_duration_s: float, keys: str, attributes: dict[str, str]) -> None:
        """200 OK came. `keys` are pressed before the call counts as active. Raises SdpRefused, BadInput."""
        self.line.take(sdp)
        self.answered = True
        self.silence()
        loop = asyncio.get_running_loop()
        self._limit = loop.call_later(max_duration_s, self._end, ending("max_duration"))
        self._care.start(AGENT_WAIT_S, due=False)  # whoever wants this call is there already
        self.state.answered(self.line.codec)
        self._tasks.start(self._begin(keys, attributes), name="leg:begin")

    async def _begin(self, keys: str, attributes: dict[str, str]) -> None:
        if keys:
            self.tell("automation", attributes)
            await self._press(keys)
        self.tell("active", attributes)

    def silence(self) -> None:
        """No more ringback."""
        if self._stop_ringback:
            self._stop_ringback()
            self._stop_ringback = None

    # --- the phone --------------------------------------------------------------------------

    def line_said(self, frame: Samples) -> None:
        self.silence()  # the far end's own sound, be it early
        self.room.caller_said(frame)

    def line_wants(self) -> Samples | None:
        """The far end hears nothing of the room before it answers."""
        if not self.answered:
            return None
        of_room = self.room.mix()  # also while nobody hears it, or it would be heard late
        return self.tone() if self.tone else self.earpiece.next_frame(of_room)

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        self.room.press(digit)
        self.keys.pressed(digit, way, duration_ms)

    def line_held(self, held: bool) -> None:
        self._services.facts.record(LegHeld, self._call_id, held=held, by="callee")
        self._tasks.start(self.room.set_attributes({HELD: "true" if held else ""}), name="leg:held")

    def line_over(self, slug: str) -> None:
        if self.answered:
            self._end(ending(slug))

    def _on_first_audible(self) -> None:
        self._services.facts.record(FirstAudio, self._call_id, after_invite_ms=round(self._steps.since_invite_ms(), 1))

    async def _press(self, keys: str) -> None:
        try:
            await self.line.press(keys, DIGIT_TONE_MS, DIGIT_GAP_MS)
        except (Unavailable, Overloaded, BadInput) as error:
            _log.warning("digit_not_sent", call_id=self._call_id, code=error.code)

    # --- the room ---------------------------------------------------------------------------

    def audio_published(self) -> None:
        """Whoever speaks, the far end answers when it likes."""

    def agent_heard(self, identity: str) -> None:
        self._care.heard(identity)

    def agent_alive(self, identity: str) -> None:
        self._care.alive(identity)

    def participant_left(self, identity: str, *, is_agent: bool) -> None:
        self._care.left(identity, is_agent=is_agent)

    def hangup_asked(self, reason: str) -> None:
        self._end(ending(reason if self.answered else "dial_cancelled", "agent"))

    def digit_asked(self, digit: str) -> None:
        if self.answered:
            self._tasks.start(self._press(digit), name="leg:press")

    def room_back(self) -> None:
        self._care.connection_back()

    def room_joined_anew(self) -> None:
        """While it rings, whoever wants the call may still be there; the answer has to come in its time anyway."""
        if self.answered and not self._care.had_company:  # whoever deleted the room meant the end: nobody comes back
            self.room_gone("room_closed")

    def room_gone(self, slug: str) -> None:
        taken_out = slug == "room_closed" and not self.answered
        self._end(ending("dial_cancelled" if taken_out else slug))

    def _is_looked_after(self) -> bool:
        """Without an agent: by a person, or by whoever has it listen to music and may still come."""
        return self.room.has_company() or self.earpiece.passes_time

    def _agent_lost(self, lost: Lost) -> None:
        _log.warning("agent_lost", call_id=self._call_id, reason=lost.reason)
        self._services.facts.record(AgentLost, self._call_id, identity=lost.identity, reason=lost.reason)

    def _nobody_left(self) -> None:
        """Nobody is to sit on a line that has no other end."""
        self._end(ending("agent_gone"))

    # --- the end ----------------------------------------------------------------------------

    @property
    def stats(self) -> dict[str, float]:
        return {**self._rtp.stats, **self.room.stats}

    async def close(self, reason: rtc.DisconnectReason.ValueType) -> None:
        """Frees the port at once, leaves the room."""
        if self._limit:
            self._limit.cancel()
        self.silence()
        self._care.stop()
        self._rtp.close()
        self.state.ended()
        await self._tasks.close()
        await self.room.leave(reason)
