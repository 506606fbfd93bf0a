"""What an agent is: its words, its small dialogue, its limits. Served to workers as JSON, edited over REST."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from agents.flows.check import OWN_PARAMETERS, faults_in_profile
from agents.flows.choice import MOST_FLOWS, FlowChoice, refuse
from agents.tool_choice import MOST_TOOLS, ToolChoice, check_tools
from compliance.capture.spec import MOST_FIELDS, CaptureSpec, FieldAsked, Kind
from gateway.rest.written import Written

ONE_MOMENT = "One moment please, I will put you through to somebody."
STILL_THERE = "Are you still there?"
BY_KEYPAD = "I will take that by keypad. Nobody can see or hear what you type."


class DialogueEntry(Written):
    """One thing a caller may want: the phrases that mean it, and what follows."""

    intent: str = Field(min_length=1, max_length=64)
    phrases: list[str] = Field(
        min_length=1, max_length=32, description="what the caller may say; the embedded ears listen for these"
    )
    say: str = Field(min_length=1, max_length=1000)
    tool: str | None = Field(default=None, description="a tool to run; with ask_digits it gets the digits")
    ask_digits: int | None = Field(default=None, ge=1, le=32, description="how many digits `say` asks for")
    personal: bool = Field(
        default=False, description="about a person or an account: not for callers who may be told only the rest"
    )


class TransferChoice(Written):
    """A place this agent may send callers to, and when. The target has to name the agent as well."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["billing"], description="what a model calls it")
    target_id: str = Field(max_length=40, examples=["tgt_01jd3h8z8kf4b9r2m5x7w6c1va"])
    when: str = Field(default="The caller asks for a human.", min_length=1, max_length=300, description="for a model")
    phrases: list[str] = Field(
        default_factory=lambda: ["speak to a human", "talk to somebody"],
        max_length=32,
        description="what the caller may say; the embedded ears listen for these",
    )
    key: str = Field(default="", pattern=r"^[0-9*#]?$", description="pressed at any time when no digits are asked for")
    mode: Literal["warm", "cold"] = "warm"
    say: str = Field(default=ONE_MOMENT, min_length=1, max_length=1000, description="before the music begins")


class CaptureChoice(Written):
    """What this agent may have callers key in with nobody seeing it, and when (docs/capture.md)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["card"], description="what a model calls it")
    fields: list[Kind | FieldAsked] = Field(
        min_length=1, max_length=MOST_FIELDS, examples=[["card_number", "expiry", "cvv"]]
    )
    when: str = Field(
        default="The caller wants to pay by card.", min_length=1, max_length=300, description="for a model"
    )
    phrases: list[str] = Field(
        default_factory=lambda: ["pay by card"],
        max_length=32,
        description="what the caller may say; the embedded ears listen for these",
    )
    say: str = Field(
        default=BY_KEYPAD,
        min_length=1,
        max_length=1000,
        description="before it; the gateway itself asks for the digits",
    )
    talk: bool = Field(default=False, description="the room goes on hearing the caller, without the tones")
    show_expiry: bool = Field(default=False, description="the agent is told month and year")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _ = self.spec
        return self

    @property
    def spec(self) -> CaptureSpec:
        """Raises ValidationError."""
        return CaptureSpec.model_validate(self.model_dump(include={"fields", "talk", "show_expiry"}))


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
    silence_s: float = Field(default=20, ge=5, le=300, description="nobody says anything for so long: the agent asks")
    silence_say: str = Field(default=STILL_THERE, min_length=1, max_length=300, description="twice; then it hangs up")
    allow_hangup: bool = Field(default=True, description="the agent may end the call")
    transfers: list[TransferChoice] = Field(default_factory=list, max_length=20)
    captures: list[CaptureChoice] = Field(default_factory=list, max_length=20)
    tools: list[ToolChoice] = Field(default_factory=list, max_length=MOST_TOOLS)
    flows: list[FlowChoice] = Field(default_factory=list, max_length=MOST_FLOWS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what in ("name", "key"):
            for entries in ("transfers", "flows"):
                given = [value for one in getattr(self, entries) if (value := getattr(one, what))]
                if len(given) > len(set(given)):
                    raise ValueError(f"two entries of {entries} have the same {what}")
        if both := {one.key for one in self.flows if one.key} & {one.key for one in self.transfers}:
            raise ValueError(f"key {min(both)} begins a transfer and a flow")
        names = [one.name for one in self.captures]
        if len(names) > len(set(names)):
            raise ValueError("two entries of captures have the same name")
        check_tools(self.tools, ((one.tool, one.ask_digits is not None) for one in self.dialogue if one.tool))
        return self

    @model_validator(mode="after")
    def _flows_fit(self) -> Self:
        tools = {one.name: one.parameters for one in self.tools}
        unsaid = {one.name for one in self.tools if one.http and not one.http.answer_path}
        transfers = {one.name for one in self.transfers}
        refuse(list(faults_in_profile(self.flows, OWN_PARAMETERS | tools, unsaid, transfers, self.allow_hangup)))
        return self


class AgentProfile(AgentContent):
    """The profile as a worker gets it: `GET /internal/v1/agent-profiles/{agent_id}`."""

    id: str
    version: int = Field(default=0, ge=0, description="which of its versions the call is held with; 0: not known")
