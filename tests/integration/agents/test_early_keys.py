"""A key that is pressed while the question is still being spoken answers that question."""

from __future__ import annotations

import asyncio
import time

from livekit import rtc
from livekit.agents import Agent, AgentSession, llm
from livekit.agents.voice import io

from agents.flows.expected import Expected
from agents.flows.talk import FlowTalk
from agents.skills.tools import tools_for
from agents.speech.brain import ScriptedBrain
from agents.speech.engines import Flite
from agents.speech.mouth import EmbeddedMouth
from agents.speech.phrasebook import RATE
from agents.turns import broken_off
from tests.unit.agents.flows.examples import appointment, profile
from tests.unit.agents.obeying import CallDouble


class EndlessLine(io.AudioOutput):
    """Plays until it is interrupted; `began` counts what has begun."""

    def __init__(self) -> None:
        capabilities = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="endless", capabilities=capabilities, sample_rate=RATE)
        self.changed, self.began, self._playing = asyncio.Condition(), 0, False

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._playing:
            self._playing = True
            self.on_playback_started(created_at=time.time())
            async with self.changed:
                self.began += 1
                self.changed.notify_all()

    def flush(self) -> None:
        super().flush()

    def clear_buffer(self) -> None:
        if self._playing:
            self._playing = False
            self.on_playback_finished(playback_position=0.3, interrupted=True)

    async def plays(self, number: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: self.began >= number)


async def test_a_key_in_the_middle_of_the_first_question_is_its_answer() -> None:
    agent, call, line = profile(appointment()), CallDouble(), EndlessLine()
    session: AgentSession[None] = AgentSession(llm=ScriptedBrain(agent), vad=None, tts=EmbeddedMouth(None, Flite()))
    session.output.audio = line
    flows = FlowTalk(agent, call, session, Expected())
    await session.start(Agent(instructions="Ask.", tools=tools_for(agent, call, flows.tools({}))), record=False)
    try:
        session.generate_reply(user_input="book an appointment")
        for number, key in enumerate(("1", "24112099")):
            await line.plays(number + 1)
            session.interrupt()
            await broken_off(session)
            session.generate_reply(user_input=f"keypad: {key}")
        await line.plays(3)
        session.interrupt()
        await broken_off(session)
        said = [item.text_content or "" for item in session.history.items if isinstance(item, llm.ChatMessage)]
        assert said[-1].startswith("That is too late.") and "Which day would suit you?" in said
    finally:
        await session.aclose()
