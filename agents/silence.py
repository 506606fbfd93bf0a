"""Nobody says anything: the agent asks whether somebody is still there, and after a while ends the call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from livekit import rtc
from livekit.agents import AgentSession, UserStateChangedEvent

from agents.profile import AgentProfile
from agents.speech.dialogue import FAREWELL
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

ASKED_AT_MOST = 2

_log = get_logger(__name__)


class SilenceWatch:
    """From `start` on. What the caller says or keys begins the time anew; while the agent is made deaf, for a human or
    for keys that nobody may hear, none passes."""

    def __init__(
        self, session: AgentSession[None], room: rtc.Room, profile: AgentProfile,
        hang_up: Callable[[str], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._session, self._room, self._profile, self._hang_up = session, room, profile, hang_up
        self._asked = 0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = TaskSet()

    def start(self) -> None:
        self._session.on("user_state_changed", self._user_changed)
        self._session.on("agent_state_changed", self._again)
        self._room.on("sip_dtmf_received", self._keyed)
        self._again()

    async def close(self) -> None:
        if self._timer is not None:  # it has been started
            self._timer.cancel()
            self._session.off("user_state_changed", self._user_changed)
            self._session.off("agent_state_changed", self._again)
            self._room.off("sip_dtmf_received", self._keyed)
        await self._tasks.close()

    def _user_changed(self, changed: UserStateChangedEvent) -> None:
        if changed.new_state == "speaking":
            self._asked = 0
        self._again()

    def _keyed(self, key: rtc.SipDTMF) -> None:
        self._asked = 0
        self._again()

    def _again(self, changed: object = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._profile.silence_s, self._over)

    def _over(self) -> None:
        busy = self._session.user_state == "speaking" or self._session.agent_state in ("speaking", "thinking")
        if busy or not self._session.input.audio_enabled or self._session.current_speech is not None:
            self._again()
            return
        self._asked += 1
        if self._asked <= ASKED_AT_MOST:
            self._session.say(self._profile.silence_say)
            self._again()
        elif self._profile.allow_hangup:
            _log.info("caller_silent", asked=ASKED_AT_MOST)
            self._tasks.start(self._end(), name="agent:silence")

    async def _end(self) -> None:
        speech = self._session.say(FAREWELL)
        await speech
        if not speech.interrupted:
            await self._hang_up("completed")
