"""What an agent is: its words, its small dialogue, its limits. Served to workers as JSON, edited over REST."""

from __future__ import annotations

from pydantic import Field

from gateway.rest.written import Written


class DialogueEntry(Written):
    """One thing a caller may want: the phrases that mean it, and what follows."""

    intent: str = Field(min_length=1, max_length=64)
    phrases: list[str] = Field(
        min_length=1, max_length=32, description="what the caller may say; the embedded ears listen for these"
    )
    say: str = Field(min_length=1, max_length=1000)
    tool: str | None = Field(default=None, description="a tool to run; with ask_digits it gets the digits")
    ask_digits: int | None = Field(default=None, ge=1, le=32, description="how many digits `say` asks for")


class AgentContent(Written):
    """A profile without its id: the part a user writes."""

    name: str = Field(min_length=1, max_length=100)
    greeting: str = Field(min_length=1, max_length=1000)
    instructions: str = Field(
        default="", max_length=20_000, description="for a language model; the scripted brain ignores it"
    )
    dialogue: list[DialogueEntry] = Field(default_factory=list, max_length=100)
    fallback_say: str = Field(default="Sorry, I did not understand that.", max_length=1000)
    farewell_phrases: list[str] = Field(default_factory=lambda: ["goodbye"], max_length=32)
    max_turn_wait_s: float = Field(default=1.2, ge=0.2, le=1.2, description="longest wait for the caller's turn to end")
    allow_hangup: bool = Field(default=True, description="the agent may end the call")


class AgentProfile(AgentContent):
    """The profile as a worker gets it: `GET /internal/v1/agent-profiles/{agent_id}`."""

    id: str
