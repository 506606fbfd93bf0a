"""A second agent takes over a conversation that the first one could not finish."""

from __future__ import annotations

from collections.abc import Sequence

from livekit.agents import llm
from livekit.agents.utils import shortuuid
from pydantic import BaseModel, ConfigDict, Field

from agents.honest import BACK_AGAIN, words_after
from agents.profile import AgentProfile, DialogueEntry
from agents.speech.dialogue import ASK_DIGITS, plain
from gateway.calls.takeover import Standing
from gateway.calls.transfer_facts import LastResort

HANDED_BACK = "Since then a human colleague has talked with the caller, and handed the caller back to you."
RESUMED = "Sorry, we were cut off for a moment. Please go on."


class PastTurn(BaseModel):
    model_config = ConfigDict(extra="ignore")

    speaker: str
    text: str


class Conversation(BaseModel):
    """`GET /internal/v1/calls/{id}/conversation`."""

    model_config = ConfigDict(extra="ignore")

    call_id: str
    turns: list[PastTurn] = []
    agents_so_far: int = 0
    transfer: Standing = "none"
    last_resort: LastResort = "agent"
    consent: str = Field(default="", description='how it stands with being recorded; "": nobody has told or asked yet')


def chat_context(profile: AgentProfile, turns: Sequence[PastTurn], transfer: Standing = "none") -> llm.ChatContext:
    """What was said, as the brain remembers it, an open question for digits included."""
    context = llm.ChatContext.empty()
    for turn in turns:
        context.add_message(role="user" if turn.speaker == "caller" else "assistant", content=turn.text)
    if transfer == "handed_back":
        context.add_message(role="system", content=HANDED_BACK)
    if asked := open_question(profile, turns):
        call = shortuuid("call_")
        arguments = f'{{"count": {asked.ask_digits}, "intent": "{asked.intent}"}}'
        context.insert(llm.FunctionCall(call_id=call, name=ASK_DIGITS, arguments=arguments))
        context.insert(llm.FunctionCallOutput(call_id=call, name=ASK_DIGITS, output="", is_error=False))
    return context


def open_question(profile: AgentProfile, turns: Sequence[PastTurn]) -> DialogueEntry | None:
    """The entry whose digits the last line of the agent asked for; that line may have been cut off."""
    last = next((plain(turn.text) for turn in reversed(turns) if turn.speaker == "agent"), "")
    if not last:
        return None
    asking = (entry for entry in profile.dialogue if entry.ask_digits)
    return next((entry for entry in asking if plain(entry.say) in last or plain(entry.say).startswith(last)), None)


def first_words(asked: DialogueEntry | None, transfer: Standing = "none") -> str:
    """Honest and short; an open question is asked again. Nothing while the caller cannot hear."""
    match transfer:
        case "under_way":
            return ""
        case "handed_back":
            return BACK_AGAIN
        case "none" | "connected" | "caller_left":
            return f"{RESUMED} {asked.say}" if asked else RESUMED
        case outcome:
            return words_after(outcome)
