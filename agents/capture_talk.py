"""The agent's side of a capture of keys: asks for it, is silent and deaf while it goes on, says what came of it.

Its node tells the room how far a capture is by an attribute of the caller's participant, whoever began it; what came of
it the control plane tells.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Protocol

from livekit import rtc
from livekit.agents import AgentSession

from agents.capture_words import CaptureResult, note_for_model, words_after
from agents.channel import Keypad
from agents.profile import CaptureChoice
from agents.speech.brain import ScriptedBrain
from gateway.calls.participants import CAPTURE
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

RESULT_WITHIN_S = 10.0  # of the end of the shield
SHIELD_GOES_WITHIN_S = 10.0  # of the result

_log = get_logger(__name__)


class Ask(Protocol):
    """The control plane, about the captures of this call. `agents.control_plane.ControlPlane` is one."""

    async def capture(self, call_id: str, choice: str, request: str) -> tuple[str, str]:
        """The capture's id when it has begun, and why not in words otherwise; one of them is empty."""
        ...

    async def capture_result(self, call_id: str, capture_id: str) -> CaptureResult | None:
        """Waits a while for its end; None when nobody can tell."""
        ...


class CaptureTalk:
    """`paused_otherwise`: somebody else wants the agent to be silent, whatever becomes of a capture."""

    def __init__(
        self, room: rtc.Room, caller: rtc.RemoteParticipant, call_id: str, session: AgentSession[None], keypad: Keypad,
        ask: Ask,
    ) -> None:  # fmt: skip
        self._room, self._caller, self._call_id = room, caller, call_id
        self._session, self._keypad, self._ask = session, keypad, ask
        self._following = ""  # the capture that is under way
        self._shield_down = asyncio.Event()
        self._tasks = TaskSet()
        self.paused_otherwise: Callable[[], bool] = lambda: False

    def start(self) -> None:
        """Heeds captures that others begin, and one that is under way already."""
        self._room.on("participant_attributes_changed", self._changed)
        self._heed()

    async def close(self) -> None:
        self._room.off("participant_attributes_changed", self._changed)
        await self._tasks.close()

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None:
        """None: it has begun, and the caller is asked for digits. Else why not. `said`: the caller knows it already."""
        if not said:
            await self._session.say(choice.say, allow_interruptions=False)
        capture_id, refused = await self._ask.capture(self._call_id, choice.name, request)
        if refused:
            return refused
        self._follow(capture_id)
        return None

    def _changed(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        if participant.identity == self._caller.identity and CAPTURE in changed:
            self._heed()

    def _heed(self) -> None:
        if capture_id := capture_in(self._caller.attributes.get(CAPTURE, "")):
            self._follow(capture_id)
        else:
            self._shield_down.set()

    def _follow(self, capture_id: str) -> None:
        """From here on the agent says nothing, and nothing that it could hear counts. Again is nothing."""
        if capture_id == self._following:
            return
        before, self._following = self._following, capture_id
        self._shield_down.clear()
        self._keypad.heeded = False
        self._session.input.set_audio_enabled(False)
        if not before:
            self._tasks.start(self._see_through(), name="agent:capture")

    async def _see_through(self) -> None:
        await self._session.interrupt(force=True)
        result, told = CaptureResult(), ""
        while told != self._following:  # another may have begun meanwhile
            told = self._following
            result = await self._result(told)
            try:
                async with asyncio.timeout(SHIELD_GOES_WITHIN_S):
                    await self._shield_down.wait()
            except TimeoutError:
                _log.warning("capture_shield_stays", call_id=self._call_id)
        self._following = ""
        if self.paused_otherwise():
            return
        self._keypad.heeded = True
        self._session.input.set_audio_enabled(True)
        await self._go_on(result)

    async def _result(self, capture_id: str) -> CaptureResult:
        """However long the caller takes; but not for ever once the shield is down."""
        asking = asyncio.ensure_future(self._ask_until_over(capture_id))
        down = asyncio.ensure_future(self._shield_down.wait())
        try:
            await asyncio.wait([asking, down], return_when=asyncio.FIRST_COMPLETED)
            done, _ = await asyncio.wait([asking], timeout=RESULT_WITHIN_S)
            return asking.result() if done else CaptureResult()
        finally:
            asking.cancel()
            down.cancel()

    async def _ask_until_over(self, capture_id: str) -> CaptureResult:
        while True:
            result = await self._ask.capture_result(self._call_id, capture_id)
            if result is not None and result.outcome is not None:
                return result

    async def _go_on(self, result: CaptureResult) -> None:
        if isinstance(self._session.llm, ScriptedBrain):
            self._session.say(words_after(result))
            return
        agent = self._session.current_agent
        context = agent.chat_ctx.copy()
        context.add_message(role="system", content=note_for_model(result))
        await agent.update_chat_ctx(context)
        self._session.generate_reply(instructions=f"Tell the caller in your words: {words_after(result)}")


def capture_in(attribute: str) -> str:
    """The id in the attribute; "" for none, and for what cannot be read."""
    try:
        said = json.loads(attribute) if attribute else {}
    except ValueError:
        return ""
    name = said.get("id") if isinstance(said, dict) else None
    return name if isinstance(name, str) else ""
