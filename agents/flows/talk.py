"""The flows of one call: what is expected of the caller, and how far a language model has come.

The scripted brain works out by itself where a flow stands (agents/flows/replay.py), and says here what it asks for. A
model is led: it passes answers on, and the gateway reads, confirms and carries out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from livekit import agents as lk_agents
from livekit.agents import AgentSession, RunContext, llm

from agents.channel import Keypad
from agents.flows import told
from agents.flows.choice import FlowChoice
from agents.flows.expected import Expected
from agents.flows.fields import FlowField
from agents.flows.machine import End, Standing, Step, arguments, asked_for, begin, question, step
from agents.flows.tools import ask_field, model_tools
from agents.flows.values import KEY_IT, Answer
from agents.profile import AgentProfile, TransferChoice
from agents.skills.tools import PROFILE_TOOLS, profile_tool
from agents.speech.brain import ScriptedBrain
from agents.speech.dialogue import FAREWELL, KEYPAD, keypad_text, parameters_of
from agents.tool_choice import ASK_FIELD
from gateway.kernel.ids import new_id

MOST_BEGUN = 10


class FlowCall(Protocol):
    """The call, as flows see it. `agents.conversation.Conversation` is one."""

    def expect_digits(self, count: int) -> None: ...

    def digits_used(self) -> None: ...

    async def hang_up(self, reason: str) -> None: ...

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None: ...


class FlowTalk:
    """`keypad` is followed for keys that begin a flow, None where there is none; `taken` is a key that means something
    else on this call."""

    def __init__(
        self, profile: AgentProfile, call: FlowCall, session: AgentSession[None], expected: Expected,
        keypad: Keypad | None = None, taken: str = "",
    ) -> None:  # fmt: skip
        self._profile, self._call, self._session, self._expected = profile, call, session, expected
        self._flows = {one.name: one for one in profile.flows}
        self._by_key = {one.key: one for one in profile.flows if one.key not in ("", taken)}
        self._now, self._began = datetime.now(UTC), 0
        self._under_way: tuple[FlowChoice, Standing] | None = None
        self._asked_after = ""  # the caller's last words before the question
        self._armed = False
        self._own: Mapping[str, llm.Tool] = {}
        if keypad and self._by_key:
            self._others, keypad.on_free_key = keypad.on_free_key, self._pressed

    @property
    def _scripted(self) -> bool:
        return isinstance(self._session.llm, ScriptedBrain)

    def tools(self, own: Mapping[str, llm.Tool]) -> dict[str, llm.Tool]:
        """`own` of the profile, and those of the flows. What only a flow uses is offered to no model: it would fill it
        in as it likes."""
        if not self._flows:
            return dict(own)
        self._own = own
        named = set[str]().union(*(one.tools for one in self._flows.values()))
        if self._scripted:
            ours = {name: profile_tool(name, self._call) for name in sorted(named & PROFILE_TOOLS.keys())}
            return {**own, **ours, ASK_FIELD: ask_field(self._ask)}
        free = {entry.tool for entry in self._profile.dialogue}
        offered = {name: tool for name, tool in own.items() if name not in named or name in free}
        return offered | model_tools(self._flows, self._begin, self._fill, self._confirm)

    # -- what is expected -------------------------------------------------------------------------------------

    def heard(self, words: str) -> bool:
        """The caller has answered: keys count again when the next question is asked. Keeps no turn."""
        if self._armed:
            self._armed = False
            self._call.digits_used()
        if self._scripted:
            self._expected.expect(None)
        return False

    def is_early(self, digits: str) -> bool:
        """Nothing was keyed in, while the caller is saying the answer: that is no turn. Asks for keys anew."""
        if digits or not self._armed or self._session.user_state != "speaking":
            return False
        self._call.expect_digits(1 if self._expected.field is None else self._expected.field.keys)
        return True

    def _expect(self, flow: FlowChoice, field: FlowField) -> None:
        self._expected.expect(field, self._today(flow))
        self._armed = field.keys > 0
        if self._armed:
            self._call.expect_digits(field.keys)
        else:
            self._call.digits_used()

    def _today(self, flow: FlowChoice) -> date:
        return self._now.astimezone(ZoneInfo(flow.zone)).date()

    def _ask(self, flow: str, at: Standing) -> None:
        """What the scripted brain asks for from now on."""
        if chosen := self._flows.get(flow):
            self._expect(chosen, asked_for(chosen, at))

    def _pressed(self, digit: str) -> None:
        flow = None if self._armed or self._under_way else self._by_key.get(digit)
        if flow is None:
            self._others(digit)
        elif self._scripted:
            self._session.generate_reply(user_input=keypad_text(digit))
        else:
            wish = f"The caller has pressed the key for {flow.name}: call begin_flow with it."
            self._session.generate_reply(user_input=keypad_text(digit), instructions=wish)

    # -- a model's way through --------------------------------------------------------------------------------

    async def _begin(self, name: str, context: RunContext[None]) -> str:
        flow = self._flows.get(name)
        if flow is None:
            return told.no_such(list(self._flows))
        if self._began >= MOST_BEGUN:
            return told.TOO_OFTEN
        self._began += 1
        return await self._led(flow, begin(flow), context)

    async def _fill(self, name: str, value: str, context: RunContext[None]) -> str:
        if self._under_way is None:
            return told.NO_FLOW
        flow, at = self._under_way
        asked = asked_for(flow, at)
        if at.confirming:
            return told.READ_BACK
        if name != asked.name:
            return told.wrong_field(asked)
        answer = self._from_caller(context)
        if answer is not None and answer.how == "keys":  # what was keyed in, whatever the model makes of it
            return await self._answered(flow, at, answer, context)
        if asked.by == "digits":
            return told.NOT_ANSWERED if answer is None else f"Nothing was taken: {KEY_IT} {question(flow, at)}"
        return await self._answered(flow, at, Answer(value, "model"), context)

    async def _confirm(self, context: RunContext[None]) -> str:
        """By the caller's own words: what a model thinks they meant is not asked."""
        if self._under_way is None:
            return told.NO_FLOW
        flow, at = self._under_way
        if not at.confirming:
            return told.NOT_READ_BACK
        answer = self._from_caller(context)
        return told.NOT_ANSWERED if answer is None else await self._answered(flow, at, answer, context)

    async def _answered(self, flow: FlowChoice, at: Standing, answer: Answer, context: RunContext[None]) -> str:
        return await self._led(flow, step(flow, at, answer, self._today(flow)), context)

    async def _led(self, flow: FlowChoice, now: Step, context: RunContext[None]) -> str:
        """What the model is told of it. Raises StopResponse where it has nothing to say."""
        if now.standing is None:
            self._under_way, self._armed = None, False
            self._expected.expect(None)
            self._call.digits_used()
            return await self._end(now, now.end or End(), context)
        self._under_way, self._asked_after = (flow, now.standing), _last_words(context)[0]
        asked = asked_for(flow, now.standing)
        self._expect(flow, asked)
        if not now.standing.confirming:
            return told.to_ask(now.say, asked, taken=now.taken)
        await context.wait_for_playout()
        self._session.say(now.say)
        raise lk_agents.StopResponse

    async def _end(self, now: Step, end: End, context: RunContext[None]) -> str:
        if end.tool:
            return await self._use(now, end, context)
        if not (end.transfer or end.hang_up):
            return told.over(now.say)
        await context.wait_for_playout()
        if now.say or end.hang_up:
            await self._session.say(now.say or FAREWELL, allow_interruptions=False)
        if end.hang_up:
            await self._call.hang_up("completed")
            raise lk_agents.StopResponse
        choice = next(one for one in self._profile.transfers if one.name == end.transfer)
        if refused := await self._call.transfer(choice, "", new_id("evt"), said=bool(now.say)):
            return told.not_transferred(refused)
        raise lk_agents.StopResponse

    async def _use(self, now: Step, end: End, context: RunContext[None]) -> str:
        """The gateway itself uses the tool, with what it has read. Raises ToolError."""
        if now.say:
            self._session.say(now.say)
        given = arguments(end, parameters_of(self._profile, end.tool))
        tool: Any = self._own.get(end.tool)
        answer = await (tool(given, context) if tool else PROFILE_TOOLS[end.tool][0](str(given.get("digits", ""))))
        return told.worked(end.tool, str(answer), end.after)

    def _from_caller(self, context: RunContext[None]) -> Answer | None:
        """What the caller has said or keyed in since the question; None: nothing."""
        which, text = _last_words(context)
        if not which or which == self._asked_after:
            return None
        if text.startswith(KEYPAD):
            return Answer(text.removeprefix(KEYPAD).strip(), "keys")
        return Answer(text)


def _last_words(context: RunContext[None]) -> tuple[str, str]:
    """Of the caller: the message's id and text."""
    for item in reversed(context.session.history.items):
        if isinstance(item, llm.ChatMessage) and item.role == "user":
            return item.id, item.text_content or ""
    return "", ""
