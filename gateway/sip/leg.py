"""A leg in its room: the phone on one side, the room on the other, until one of them goes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from gateway.calls.admission import LegPolicy
from gateway.calls.facts import AgentLost, FallbackPlayed, FirstAudio, LegAnswered, LegHeld
from gateway.kernel.errors import BadInput, NotFound, Overloaded, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip import prompts
from gateway.sip.agent_care import AgentCare
from gateway.sip.agent_watch import Lost
from gateway.sip.attributes import HELD
from gateway.sip.call_state import CallState
from gateway.sip.dial_headers import of_attributes
from gateway.sip.earpiece import Earpiece
from gateway.sip.endings import Ending, ending
from gateway.sip.key_facts import KeyFacts
from gateway.sip.line import PhoneLine
from gateway.sip.room import RoomLink
from gateway.sip.rtp.digit_merger import Way
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import Samples
from gateway.sip.services import NodeServices
from gateway.sip.steps import Steps
from gateway.sip.wire.calls import Headers
from gateway.sip.wire.sdp import SdpRefused
from gateway.sip.wire.ua import IncomingCall

DIGIT_TONE_MS, DIGIT_GAP_MS = 250, 250  # what livekit-sip sends for a key out of the room

_log = get_logger(__name__)


class LiveLeg:
    """Listens to its RoomLink (RoomListener), its RtpEndpoint and its dialog; says `end` once it is over."""

    room: RoomLink
    state: CallState
    attributes_to_headers: Mapping[str, str]

    def __init__(
        self, call_id: str, call: IncomingCall, rtp: RtpEndpoint, line: PhoneLine, policy: LegPolicy,
        services: NodeServices, steps: Steps, end: Callable[[Ending], None], *, own_number: str = "",
    ) -> None:  # fmt: skip
        self.answered = call.is_answered  # a caller that had to say a PIN
        self.is_in_room = False
        self.falling_back = False
        self.ending = False  # somebody has ended it; nothing may begin any more
        self.tone: Callable[[], Samples] | None = None  # for the phone, in place of the room
        self.earpiece = Earpiece(own_number)
        self.keys = KeyFacts(call_id, services.facts)
        self._call_id = call_id
        self._call = call
        self._rtp = rtp
        self.line = line
        line.listener = self
        rtp.on_first_audible = self._on_first_audible
        self._services = services
        self._steps = steps
        self._end = end
        self._policy = policy
        self._care = AgentCare(self._agent_lost, self._nobody_came, self._is_looked_after)
        self._tasks = TaskSet()
        self._max_duration_s = 0.0
        self._limit: asyncio.TimerHandle | None = None
        self._prompt: deque[Samples] = deque()
        self._prompt_done = asyncio.Event()

    # --- setting up -------------------------------------------------------------------------

    def joined(self, *, max_duration_s: float, agent_wait_s: float) -> None:
        """In the room, ringing; an agent is due."""
        self.is_in_room = True
        self.state.joined()
        self._max_duration_s = max_duration_s
        if self.answered:
            self._went_on()
        self._care.start(agent_wait_s, due=True)
        if "agent_audio" in self._steps.done:  # it was faster than our own join
            self._answer()

    def audio_published(self) -> None:
        self._steps("agent_audio")
        if self.is_in_room:
            self._answer()

    def agent_heard(self, identity: str) -> None:
        self._care.heard(identity)

    def _answer(self) -> None:
        if self.answered or self.ending:
            return
        self.answered = True
        try:
            sdp = self.line.describe(self._call.offer)
        except (SdpRefused, BadInput):
            self._end(ending("no_codec"))
            return
        self._call.answer(sdp, self.extra_headers())
        self._steps("answered")
        self._went_on()

    def extra_headers(self) -> Headers:
        """For the 200, BYE and REFER, from the participant's attributes as the trunk maps them."""
        return of_attributes(self.attributes_to_headers, self.room.attributes)

    def _went_on(self) -> None:
        """Answered, and in the room."""
        self._limit = asyncio.get_running_loop().call_later(self._max_duration_s, self._end, ending("max_duration"))
        self._services.facts.record(LegAnswered, self._call_id, codec=self.line.codec, setup_ms=dict(self._steps.done))
        self._tasks.start(self.room.set_status("active"), name="leg:active")
        self.state.answered(self.line.codec)

    # --- the phone --------------------------------------------------------------------------

    def line_said(self, frame: Samples) -> None:
        self.room.caller_said(frame)

    def line_wants(self) -> Samples:
        of_room = self.room.mix()  # also while nobody hears it, or it would be heard late
        if not self._prompt:
            return self.tone() if self.tone else self.earpiece.next_frame(of_room)
        frame = self._prompt.popleft()
        if not self._prompt:
            self._prompt_done.set()
        return frame

    def _on_first_audible(self) -> None:
        self._services.facts.record(FirstAudio, self._call_id, after_invite_ms=round(self._steps.since_invite_ms(), 1))

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        self.room.press(digit)
        self.keys.pressed(digit, way, duration_ms)

    def line_held(self, held: bool) -> None:
        self._services.facts.record(LegHeld, self._call_id, held=held, by="caller")
        self._tasks.start(self.room.set_attributes({HELD: "true" if held else ""}), name="leg:held")

    def line_over(self, slug: str) -> None:
        self._end(ending(slug))

    # --- the room ---------------------------------------------------------------------------

    def agent_alive(self, identity: str) -> None:
        self._care.alive(identity)

    def participant_left(self, identity: str, *, is_agent: bool) -> None:
        self._care.left(identity, is_agent=is_agent)

    def hangup_asked(self, reason: str) -> None:
        self._end(ending(reason, "agent"))

    def digit_asked(self, digit: str) -> None:
        if self.answered:
            self._tasks.start(self._press(digit), name="leg:press")

    async def _press(self, digit: str) -> None:
        try:
            await self.line.press(digit, DIGIT_TONE_MS, DIGIT_GAP_MS)
        except (Unavailable, Overloaded) as error:
            _log.warning("digit_not_sent", call_id=self._call_id, code=error.code)

    def room_back(self) -> None:
        self._care.connection_back()

    def room_joined_anew(self) -> None:
        """Others come back to it as well, or an agent is missed, as ever."""

    def room_gone(self, slug: str) -> None:
        if self.falling_back:  # its last words come from here, and need no room
            return
        if slug == "room_lost" and self.answered:  # nobody has ended the call: the caller is told so
            self._nobody_came(slug)
        else:
            self._end(ending(slug))

    # --- nobody is stranded -----------------------------------------------------------------

    def _is_looked_after(self) -> bool:
        """Without an agent: by a person, or by whoever has it listen to music and may still come."""
        return self.room.has_company() or self.earpiece.passes_time

    def _agent_lost(self, lost: Lost) -> None:
        _log.warning("agent_lost", call_id=self._call_id, reason=lost.reason)
        self._services.facts.record(AgentLost, self._call_id, identity=lost.identity, reason=lost.reason)

    def give_up(self) -> None:
        """Nobody will come any more. Again is nothing."""
        if not (self.falling_back or self.ending):
            self._nobody_came()

    def _nobody_came(self, slug: str = "no_agent") -> None:
        self.falling_back = True
        self._tasks.start(self._fall_back(slug), name="leg:fallback")

    async def _fall_back(self, slug: str) -> None:
        """Answers if need be, says that nobody can come, hangs up."""
        name = self._policy.fallback_prompt
        try:
            frames = prompts.frames_of(name)
        except NotFound:
            _log.warning("prompt_missing", call_id=self._call_id, prompt=name)
            name = prompts.DEFAULT
            frames = prompts.frames_of(name)
        self._prompt.extend(frames)
        self._answer()
        await self._prompt_done.wait()
        self._services.facts.record(FallbackPlayed, self._call_id, prompt=name)
        self._end(ending(slug))

    # --- the end ----------------------------------------------------------------------------

    @property
    def stats(self) -> dict[str, float]:
        return {**self._rtp.stats, **self.room.stats}

    async def close(self) -> None:
        """Frees the port at once, leaves the room."""
        if self._limit:
            self._limit.cancel()
        self._care.stop()
        self._rtp.close()
        self.state.ended()
        await self._tasks.close()
        await self.room.leave()
