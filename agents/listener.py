"""What goes through an agent's ears and its model, in this order: nods, numbers, a late answer."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Any

from livekit import rtc
from livekit.agents import Agent, APIConnectOptions, FlushSentinel, ModelSettings, StopResponse, llm, stt
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from agents.backchannel import without_backchannels
from agents.late_voice import in_time
from agents.patience import Chunk, Model, Patience
from agents.speech import own_voice
from agents.speech.brain import ScriptedBrain
from agents.speech.dialogue import KEYPAD
from agents.speech.voice_brain import VoiceBrain
from agents.spoken_numbers import SpokenNumbers, without_numbers

AT_ONCE = APIConnectOptions(max_retry=0)  # who is busy (429) is not asked again while somebody else can answer
_SPOKEN_KEYPAD = KEYPAD.rstrip(":")


class Listener(Agent):
    """`heard` sees a turn of the caller's first, and may keep it; `numbers` takes out what nobody may read; `over()`
    is what the agent says just now, to which a listener may nod; `other` is a model that stands in."""

    def __init__(
        self,
        heard: Callable[[str], bool],
        numbers: SpokenNumbers,
        over: Callable[[], str | None],
        patience: Patience,
        other: llm.LLM | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._heard, self._numbers, self._over = heard, numbers, over
        self._patience, self._other = patience, other

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        brain = self._voice_brain
        if self._heard(new_message.text_content or ""):
            if brain:
                brain.nobody_may_have_it()
            raise StopResponse
        if brain:
            brain.turn_is_over(new_message.id, as_sound=self._numbers.may_leave_as_sound)

    @property
    def _voice_brain(self) -> VoiceBrain | None:
        return self.session.llm if isinstance(self.session.llm, VoiceBrain) else None

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent | str]:
        found = Agent.default.stt_node(self, self._kept(audio), model_settings)
        heard = without_backchannels(self._understood(found), self._over, self._go_on)
        async for event in self._numbers.events(heard):
            yield as_speech(event)

    async def _kept(self, audio: AsyncIterable[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
        """The same sound, which a model that hears for itself may get when the turn is over."""
        async for frame in audio:
            if brain := self._voice_brain:
                brain.sound.hear(frame, speaking=self.session.user_state == "speaking")
            yield frame

    async def _understood(self, events: AsyncIterable[stt.SpeechEvent | str]) -> AsyncIterator[stt.SpeechEvent | str]:
        async for event in events:
            if (brain := self._voice_brain) and not isinstance(event, str) and is_final(event):
                brain.sound.understood(event.alternatives[0].text if event.alternatives else "")
            yield event

    async def tts_node(self, text: AsyncIterable[str], model_settings: ModelSettings) -> AsyncIterator[rtc.AudioFrame]:
        """What a model says with a voice of its own is not said again by our mouth, which may be late."""

        def mouth(part: AsyncIterable[str]) -> AsyncIterable[rtc.AudioFrame]:
            return in_time(part, lambda words: Agent.default.tts_node(self, words, model_settings))

        async for frame in own_voice.said(text, mouth):
            yield frame

    def _go_on(self) -> None:
        """livekit-agents has paused the speech, and would wait `FALSE_START_S` before it takes it up again."""
        activity = self.session._activity
        if activity is not None and activity._paused_speech is not None:
            activity._start_false_interruption_timer(0.0)

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """The model has its turn when no number stands open, and reads what is known by then."""
        await self._numbers.settled()
        self._numbers.correct(chat_ctx.items)
        models: list[Model] = [lambda: Agent.default.llm_node(self, chat_ctx, tools, model_settings)]
        if (other := self._other) is not None:
            first = self.session.llm
            if isinstance(first, llm.LLM):
                models = [lambda: answer_of(first, chat_ctx, tools, model_settings, AT_ONCE)]
            models.append(lambda: answer_of(other, chat_ctx, tools, model_settings))
        turn = sum(isinstance(item, llm.ChatMessage) and item.role == "user" for item in chat_ctx.items)
        scripted = isinstance(self.session.llm, ScriptedBrain)
        async for chunk in models[0]() if scripted else self._patience.hear(models, turn):
            yield chunk if isinstance(chunk, FlushSentinel) else without_numbers(chunk)


def is_final(event: stt.SpeechEvent) -> bool:
    return event.type == stt.SpeechEventType.FINAL_TRANSCRIPT


def as_speech(event: stt.SpeechEvent | str) -> stt.SpeechEvent | str:
    """Words that a recogniser writes as keys are written: nobody keys anything in by saying so."""
    if isinstance(event, str):
        return event.replace(KEYPAD, _SPOKEN_KEYPAD)
    for one in event.alternatives:
        one.text = one.text.replace(KEYPAD, _SPOKEN_KEYPAD)
    return event


async def answer_of(
    model: llm.LLM, chat_ctx: llm.ChatContext, tools: list[llm.Tool], settings: ModelSettings,
    options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
) -> AsyncIterator[Chunk]:  # fmt: skip
    """Raises APIError."""
    choice = settings.tool_choice
    async with model.chat(chat_ctx=chat_ctx, tools=tools, tool_choice=choice, conn_options=options) as stream:
        async for chunk in stream:
            yield chunk
