"""A speech-to-speech model in the place of a text model.

livekit-agents would hand it the line and let it talk; then what we promise about consent, numbers and what was heard
would be the model's to keep. Here it is asked like any other model, once for each turn: the conversation in words as
the record has it, the sound of the last turn where that may leave (turn_sound.py), and then an answer. Whatever holds
for a text model holds for it: patience, another model that stands in, tools, flows, transfers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Callable
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr
from livekit.agents.voice.generation import INSTRUCTIONS_MESSAGE_ID

from agents.speech.own_voice import Voiced
from agents.speech.turn_sound import TurnSound

LONGEST_ID = 32  # of an item, in OpenAI's protocol
_PLAIN_ID = re.compile(r"[\w-]+")


class VoiceBrain(llm.LLM):
    """Of one call. `make` opens the way to the model; `own_voice`: it speaks itself. Close it after the session."""

    def __init__(self, make: Callable[[], llm.RealtimeModel], *, own_voice: bool) -> None:
        super().__init__()
        self._make, self.own_voice = make, own_voice
        self.sound = TurnSound()
        self._turn: tuple[str, list[rtc.AudioFrame]] = ("", [])
        self._line: _Line | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def provider(self) -> str:
        return "speech-to-speech"

    def prewarm(self, *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Connects; nothing is said yet."""
        self._open()

    def turn_is_over(self, message_id: str, *, as_sound: bool) -> None:
        """The caller's message goes to the model as sound if it may."""
        frames = self.sound.take()
        self._turn = (message_id, frames if as_sound else [])

    def nobody_may_have_it(self) -> None:
        """What was said until now was not meant for the model."""
        self.sound.drop()
        self._turn = ("", [])

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        once = APIConnectOptions(max_retry=0, timeout=conn_options.timeout)  # who asks has patience of its own
        return _Answer(self, chat_ctx, tools or [], once, tool_choice)

    def sound_of(self, message_id: str) -> list[rtc.AudioFrame]:
        return self._turn[1] if self._turn[0] == message_id else []

    def turns(self) -> asyncio.Lock:
        return self._one_at_a_time

    def line(self) -> _Line:
        return self._open()

    async def aclose(self) -> None:
        if self._line is not None:
            await self._line.aclose()

    def _open(self) -> _Line:
        """A connection that died is not mended but made anew: the next turn tells everything again."""
        if self._line is None or self._line.failed.done():
            self._line = _Line(self._make())
        return self._line


class _Line:
    """One connection to the model. `failed` has its error once it is of no use any more."""

    def __init__(self, model: llm.RealtimeModel) -> None:
        self._model = model
        self.session = model.session(turn_detection_disabled=model.capabilities.can_disable_turn_detection)
        self.failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self.session.on("error", self._on_error)
        self._closing: asyncio.Future[None] | None = None
        self._instructions, self._tools = "", [""]

    def _on_error(self, error: llm.RealtimeModelError) -> None:
        if not self.failed.done():
            self.failed.set_result(error.error)
            self._begin_to_close()  # the next turn opens another

    async def aclose(self) -> None:
        """Again is nothing."""
        await self._begin_to_close()

    def _begin_to_close(self) -> asyncio.Future[None]:
        self._closing = self._closing or asyncio.ensure_future(self._close())
        return self._closing

    async def _close(self) -> None:
        with contextlib.suppress(llm.RealtimeError, APIError):  # what it died of is known
            await self.session.aclose()
        await self._model.aclose()

    async def tell(self, context: llm.ChatContext, tools: list[llm.Tool], sound: list[rtc.AudioFrame]) -> None:
        """What the model has to know now; what it knew otherwise it forgets. `sound`: of the last message."""
        if (instructions := _instructions(context)) != self._instructions:
            await self.session.update_instructions(instructions)
            self._instructions = instructions
        if (named := [one.id for one in tools]) != self._tools:
            await self.session.update_tools(tools)
            self._tools = named
        await self.session.update_chat_ctx(_in_words(context, but_the_last=bool(sound)))
        for frame in sound:
            self.session.push_audio(frame)
        if sound:
            self.session.commit_audio()


def _instructions(context: llm.ChatContext) -> str:
    found = context.get_by_id(INSTRUCTIONS_MESSAGE_ID)
    return (found.text_content or "") if isinstance(found, llm.ChatMessage) else ""


def _in_words(context: llm.ChatContext, *, but_the_last: bool) -> llm.ChatContext:
    """As items of a realtime session: with ids that it takes."""
    items = context.items[:-1] if but_the_last else context.items
    return llm.ChatContext([_with_short_id(item) for item in items if item.id != INSTRUCTIONS_MESSAGE_ID])


def _with_short_id(item: llm.ChatItem) -> llm.ChatItem:
    if len(item.id) <= LONGEST_ID and _PLAIN_ID.fullmatch(item.id):
        return item
    return item.model_copy(update={"id": "i" + hashlib.sha256(item.id.encode()).hexdigest()[: LONGEST_ID - 1]})


class _Answer(llm.LLMStream):
    """Raises APIConnectionError when the connection dies before the answer is whole."""

    def __init__(
        self, brain: VoiceBrain, chat_ctx: llm.ChatContext, tools: list[llm.Tool], conn_options: APIConnectOptions,
        tool_choice: NotGivenOr[llm.ToolChoice],
    ) -> None:  # fmt: skip
        super().__init__(brain, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._brain = brain
        self._tool_choice: NotGivenOr[llm.ToolChoice] = tool_choice
        self._id = ""

    async def _run(self) -> None:
        async with self._brain.turns():
            line = self._brain.line()
            answering = asyncio.ensure_future(self._answer(line))
            try:
                await asyncio.wait([answering, line.failed], return_when=asyncio.FIRST_COMPLETED)
                if line.failed.done():
                    _ = answering.done() and answering.exception()
                    raise APIConnectionError("the connection to the model broke off", retryable=False)
                answering.result()
            except llm.RealtimeError as error:
                raise APIConnectionError("the model does not answer", retryable=False) from error
            finally:
                if not answering.done():
                    answering.cancel()
                    line.session.interrupt()
                    await asyncio.wait([answering])

    async def _answer(self, line: _Line) -> None:
        items = self._chat_ctx.items
        sound = self._brain.sound_of(items[-1].id) if items else []
        await line.tell(self._chat_ctx, self._tools, sound)
        created = await line.session.generate_reply(tool_choice=self._tool_choice)
        self._id = created.response_id or "reply"
        await asyncio.gather(self._words(created), self._calls(created))

    async def _words(self, created: llm.GenerationCreatedEvent) -> None:
        async for message in created.message_stream:
            async for text in message.text_stream:
                delta = llm.ChoiceDelta(role="assistant")
                delta.content = Voiced(text, message.audio_stream) if self._brain.own_voice else text
                self._event_ch.send_nowait(llm.ChatChunk(id=self._id, delta=delta))

    async def _calls(self, created: llm.GenerationCreatedEvent) -> None:
        async for call in created.function_stream:
            asked = llm.FunctionToolCall(name=call.name, arguments=call.arguments, call_id=call.call_id)
            delta = llm.ChoiceDelta(role="assistant", tool_calls=[asked])
            self._event_ch.send_nowait(llm.ChatChunk(id=self._id, delta=delta))
