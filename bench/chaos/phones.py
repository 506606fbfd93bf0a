"""The phones on both sides: a caller, and humans who do what the plan says; all they notice is what is judged."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from bench.chaos.plan import Transfer
from bench.chaos.sounds import Ears
from bench.tone_levels import FRAME, tone
from gateway.kernel.errors import GatewayError
from gateway.kernel.tasks import TaskSet
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import read_answer, write_offer
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, OutgoingCall, UserAgent

HOST = "127.0.0.1"
CALLER_HZ, DESK_HZ = 500.0, (700.0, 900.0, 1100.0)
SILENCE: Samples = np.zeros(FRAME, np.int16)
TICK_S = 0.1
HUMS_ON_S = 2.0  # after the last sign of the other, so that whoever begins is heard
BEGINS_FOR_S = 10.0  # after a yes
RINGING_PAUSES_S = 5.0  # between two rings, at most
DEAD_AIR_S = 6.0  # without one packet: the line is dead, and a person hangs up
PATIENCE_S = 25.0  # a human hears nobody at all
PRESSES_AGAIN_S = 4.0


def frames_of(hertz: float) -> Samples:
    return tone(hertz, 6000, FRAME)


class Caller:
    """Waits for whoever comes, hums while waiting and while a human is heard, asks something when it falls silent."""

    def __init__(self, pool: PortPool, number: str, question: Samples) -> None:
        self.number = number
        self.ears = Ears(*DESK_HZ)
        self._agent = UserAgent(HOST, 0, on_invite=lambda call: call.reject(480))
        self._rtp = RtpEndpoint(pool)
        self._rtp.on_frame = self.ears.hear
        self._rtp.pull = self._speak
        self._question = [question[at : at + FRAME] for at in range(0, len(question) - FRAME + 1, FRAME)]
        self._hum = frames_of(CALLER_HZ)
        self._saying: deque[Samples] = deque()
        self.asks = False  # from now on, when it is silent
        self.asked_at = self.agent_answered_at = 0.0
        self.line: OutgoingCall | None = None
        self.answered_at = self.ended_at = 0.0
        self.hung_up = False  # by itself

    async def dial(self, uri: str) -> None:
        """Raises CallFailed."""
        await self._agent.start()
        self.line = await self._agent.call(
            uri, offer_sdp=write_offer(HOST, self._rtp.local_port), from_user=self.number
        )
        self.line.on_bye = self._ended
        self.line.on_lost = self._ended
        self._rtp.start(read_answer(await self.line.answered()))
        self.answered_at = time.monotonic()

    @property
    def sip_call_id(self) -> str:
        return self.line.sip_call_id if self.line else ""

    def _ended(self) -> None:
        self.ended_at = self.ended_at or time.monotonic()

    async def press(self, digits: str) -> None:
        await self._rtp.send_digits(digits)

    async def hang_up(self) -> None:
        if self.line and not self.ended_at:
            self.hung_up = True
            self._ended()
            await self.line.hangup()

    async def close(self) -> None:
        await self.hang_up()
        self._rtp.close()
        await self._agent.stop()

    @property
    def line_is_dead(self) -> bool:
        return time.monotonic() - max(self.ears.last_at, self.answered_at) > DEAD_AIR_S

    def _speak(self) -> Samples:
        now, last = time.monotonic(), self.ears.last
        waits = max(last.get("music", 0), last.get("ringback", 0))
        rings = now - last.get("ringback", 0) < RINGING_PAUSES_S
        if rings or now - max(waits, last.get("tone", 0)) < HUMS_ON_S:
            self._saying.clear()
            return self._hum
        if self._saying:
            return self._saying.popleft()
        if self.asked_at and self.ears.since("voice", self.asked_at) > 20:
            self.agent_answered_at, self.asked_at = now, 0.0
        quiet_since = max(waits, last.get("voice", 0), last.get("tone", 0), last.get("prompt", 0))
        if self.asks and now - max(quiet_since, self.asked_at) > 4:
            self._saying.extend(self._question)
            self.asked_at = now + len(self._question) * 0.02
        return SILENCE


@dataclass
class HumanCall:
    """One call to a human. Times are monotonic seconds, 0 for what has not happened."""

    sip_call_id: str
    began_at: float
    ears: Ears = field(default_factory=lambda: Ears(CALLER_HZ))
    answered_at: float = 0.0
    told_at: float = 0.0  # the first word of the agent
    pressed_at: float = 0.0
    joined_at: float = 0.0  # the caller is heard
    ended_at: float = 0.0
    gave_up: str = ""  # why the human hung up, whom nobody talked to


class Desk:
    """A human with a phone at a port of its own, who counts every call that comes."""

    def __init__(self, pool: PortPool, number: str, hertz: float) -> None:
        self.number = number
        self._pool, self._hum = pool, frames_of(hertz)
        self._agent = UserAgent(HOST, 0, on_invite=self._invited)
        self._tasks = TaskSet()
        self._plan: Transfer | None = None
        self._manner = "never answers"
        self.calls: list[HumanCall] = []
        self.lets_go = asyncio.Event()  # a joined one hangs up
        self.hands_back = asyncio.Event()

    @property
    def port(self) -> int:
        return self._agent.port

    async def start(self) -> None:
        await self._agent.start()

    async def stop(self) -> None:
        await self._tasks.close()
        await self._agent.stop()

    def ready_for(self, plan: Transfer, place: int) -> None:
        self._plan, self._manner = plan, plan.manners[place]
        self.calls = []
        self.lets_go, self.hands_back = asyncio.Event(), asyncio.Event()

    def _invited(self, call: IncomingCall) -> None:
        one = HumanCall(call.sip_call_id, time.monotonic())
        self.calls.append(one)
        ended = asyncio.Event()

        def over() -> None:
            one.ended_at = one.ended_at or time.monotonic()
            ended.set()

        call.on_cancelled = call.on_bye = call.on_lost = call.on_ack_timeout = over
        self._tasks.start(self._take(call, one, ended), name="desk:call")

    async def _take(self, call: IncomingCall, one: HumanCall, ended: asyncio.Event) -> None:
        plan = self._plan
        if plan is None or self._manner in ("declines", "busy"):
            call.reject(603 if self._manner == "declines" else 486)
            one.ended_at = time.monotonic()
            return
        call.ring()
        if self._manner == "never answers" or await _within(ended, plan.answers_after_s):
            await ended.wait()
            return
        rtp = RtpEndpoint(self._pool)
        try:
            media = MediaSession(HOST, rtp.local_port, session_id=1)
            call.answer(media.answer(call.offer or b""))
            assert media.choice is not None
            rtp.on_frame = one.ears.hear
            rtp.pull = lambda: self._speak(one)
            rtp.start(media.choice)
            one.answered_at = time.monotonic()
            await self._talk(plan, one, rtp, ended)
            if not one.ended_at:
                one.ended_at = time.monotonic()
                await call.hangup()
        finally:
            rtp.close()

    def _speak(self, one: HumanCall) -> Samples:
        """Whoever has said yes begins: would each wait for the other's hum, a join that takes long could leave both
        silent for ever."""
        now = time.monotonic()
        said_yes = one.pressed_at and self._manner != "refuses"
        begins = said_yes and now - one.pressed_at < BEGINS_FOR_S
        return self._hum if begins or now - one.ears.last.get("tone", 0) < HUMS_ON_S else SILENCE

    async def _talk(self, plan: Transfer, one: HumanCall, rtp: RtpEndpoint, ended: asyncio.Event) -> None:
        """Until one of both hangs up, or the human has had enough."""
        while not await _within(ended, TICK_S):
            now, ears = time.monotonic(), one.ears
            if not one.joined_at and ears.tone_since(now - 3):
                one.joined_at = now
            if one.joined_at:
                if self.lets_go.is_set() or now - max(ears.last.get("tone", 0), ears.last.get("voice", 0)) > PATIENCE_S:
                    return
                if self.hands_back.is_set():
                    self.hands_back.clear()
                    await _press(rtp, "**")
            elif ears.since("voice", now - 3) > 25:
                one.told_at = one.told_at or now
                if self._manner == "leaves" and now - one.told_at > plan.presses_after_s:
                    return
                if now - max(one.pressed_at + PRESSES_AGAIN_S, one.told_at + plan.presses_after_s) > 0:
                    one.pressed_at = now
                    await _press(rtp, "2" if self._manner == "refuses" else "1")
            if now - max(ears.last_at, one.answered_at) > DEAD_AIR_S:
                one.gave_up = "dead air"
            elif now - max(one.answered_at, ears.last.get("voice", 0), ears.last.get("tone", 0)) > PATIENCE_S:
                one.gave_up = "nobody spoke"
            if one.gave_up:
                return


async def _press(rtp: RtpEndpoint, digits: str) -> None:
    try:
        await rtp.send_digits(digits)
    except GatewayError:
        return  # the line has just ended


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
