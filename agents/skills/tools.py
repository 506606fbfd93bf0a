"""What an agent can do besides talking. The brain, scripted or a model, calls these by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from livekit import agents as lk_agents
from livekit.agents import RunContext, function_tool, llm

from agents.profile import AgentProfile, CaptureChoice, TransferChoice
from agents.skills.numbers import digit_words, in_words
from agents.speech.dialogue import CAPTURE, TRANSFER
from agents.tool_text import legible
from gateway.kernel.errors import SetupError

NOTHING_MORE: Mapping[str, llm.Tool] = MappingProxyType({})
MOST_DIGITS = 32  # as many as a profile may ask for
DEMO_BALANCE = 42  # dollars, whatever the account


class UsesDigits(Protocol):
    def digits_used(self) -> None: ...


class CallControl(UsesDigits, Protocol):
    """The call as tools see it."""

    def expect_digits(self, count: int) -> None: ...

    async def hang_up(self, reason: str) -> None: ...

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None:
        """None: the caller hears music now. Else why not, in words."""
        ...

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None:
        """None: the caller is asked to key it in, unseen. Else why not, in words."""
        ...


Tool = Callable[[str], Awaitable[str]]


async def account_balance(digits: str) -> str:
    """Demo: every account has the same balance."""
    if not digits.isdecimal():
        return "That is not an account number. Ask for it again."
    return f"You entered {digit_words(digits)}. Your balance is {in_words(DEMO_BALANCE)} dollars."


PROFILE_TOOLS: dict[str, tuple[Tool, str]] = {
    "account_balance": (account_balance, "Tell the balance of the account with this number."),
}
"""Tools that a profile may name: a function of the digits, and what a model is told about it."""


def tools_for(
    profile: AgentProfile, call: CallControl, more: Mapping[str, llm.Tool] = NOTHING_MORE
) -> list[llm.Tool | llm.Toolset]:
    """The tools of one call, `more` of this one alone; raises SetupError if the profile names one that does not
    exist."""
    names = {entry.tool for entry in profile.dialogue if entry.tool} - more.keys()
    if unknown := sorted(names - set(PROFILE_TOOLS)):
        raise SetupError(
            f"the agent profile names unknown tools: {', '.join(unknown)}",
            todo=f"use one of: {', '.join(sorted(PROFILE_TOOLS))}",
        )
    tools: list[llm.Tool | llm.Toolset] = [profile_tool(name, call) for name in sorted(names)]
    tools += more.values()
    tools.append(_ask_digits(call))
    if profile.allow_hangup:
        tools.append(_hang_up(call))
    if profile.transfers:
        tools.append(_transfer(profile, call))
    if profile.captures:
        tools.append(_capture(profile, call))
    return tools


def profile_tool(name: str, call: UsesDigits) -> llm.Tool:
    """One of `PROFILE_TOOLS`."""
    run, description = PROFILE_TOOLS[name]

    async def tool(digits: str = "") -> str:
        call.digits_used()
        return await run(digits)

    return function_tool(tool, name=name, description=description)


def _ask_digits(call: CallControl) -> llm.Tool:
    async def ask_digits(count: int, intent: str = "") -> str | None:
        if not 1 <= count <= MOST_DIGITS:
            return f"Nothing is waited for: ask for 1 to {MOST_DIGITS} digits."
        call.expect_digits(count)
        return None

    return function_tool(
        ask_digits,
        name="ask_digits",
        description=(
            "Call this when you ask the caller to key in digits. "
            "The digits arrive as the caller's next message, as `keypad: 1234`."
        ),
    )


def _hang_up(call: CallControl) -> llm.Tool:
    async def hang_up(context: RunContext[None]) -> None:
        await context.wait_for_playout()
        if context.speech_handle.interrupted:
            raise lk_agents.StopResponse  # the caller has something more to say
        await call.hang_up("completed")

    return function_tool(
        hang_up, name="hang_up", description="End the call, after you have said goodbye in the same turn."
    )


def _capture(profile: AgentProfile, call: CallControl) -> llm.Tool:
    choices = {one.name: one for one in profile.captures}
    when = " ".join(f"{name}: {one.when}" for name, one in choices.items())

    async def capture(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
        """What it returns has happened: nothing began. Had it begun, the agent would have nothing to say now."""
        choice = choices.get(str(raw_arguments.get("what")))
        if choice is None:
            return f"Nothing was begun: there is no such thing. Choices: {', '.join(choices)}."
        await context.wait_for_playout()
        said = any(isinstance(item, llm.ChatMessage) and item.text_content for item in context.speech_handle.chat_items)
        if refused := await call.capture(choice, context.function_call.call_id, said=said):
            return f"Nothing was begun: {refused} Do not ask for the digits; tell the caller the truth."
        raise lk_agents.StopResponse

    schema = {
        "name": CAPTURE,
        "description": (
            "Have the caller key in what nobody may see or hear, you included. The gateway itself asks for the digits: "
            "never ask for them yourself, neither spoken nor by keypad. You are told what came of it, and a token that "
            f"stands for what was keyed in. Choices: {when}"
        ),
        "parameters": {
            "type": "object",
            "properties": {"what": {"type": "string", "enum": list(choices)}},
            "required": ["what"],
            "additionalProperties": False,
        },
    }
    return function_tool(capture, raw_schema=schema)


def _transfer(profile: AgentProfile, call: CallControl) -> llm.Tool:
    choices = {one.name: one for one in profile.transfers}
    when = " ".join(f"{name}: {one.when}" for name, one in choices.items())

    async def transfer(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
        """What it returns has happened: nothing began. Had it begun, the agent would have nothing more to say now."""
        choice = choices.get(str(raw_arguments.get("to")))
        if choice is None:
            return f"Nothing was begun: there is no such place. Places: {', '.join(choices)}."
        await context.wait_for_playout()
        said = any(isinstance(item, llm.ChatMessage) and item.text_content for item in context.speech_handle.chat_items)
        reason = legible(str(raw_arguments.get("reason") or ""))
        if refused := await call.transfer(choice, reason, context.function_call.call_id, said=said):
            return f"Nothing was begun: {refused} Tell the caller the truth."
        raise lk_agents.StopResponse

    schema = {
        "name": TRANSFER,
        "description": (
            "Put the caller through to a human. Say in the same turn what you do; the caller then hears music. "
            f"You are told when nobody was reached. Places: {when}"
        ),
        "parameters": {
            "type": "object",
            "properties": {
                "to": {"type": "string", "enum": list(choices)},
                "reason": {"type": "string", "description": "what the caller wants, in one sentence, for the human"},
            },
            "required": ["to"],
            "additionalProperties": False,
        },
    }
    return function_tool(transfer, raw_schema=schema)
