"""A flow of an agent: what is asked for in which order, and what becomes of it (docs/flows.md). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from agents.flows.check import Place, faults_within
from agents.flows.fields import NAME, FlowField
from agents.tool_text import filled
from gateway.rest.written import Written

MOST_FLOWS, MOST_STATES, MOST_FIELDS = 10, 30, 8
GAVE_UP = "Sorry, I could not take that down. How else can I help you?"
THANKS = "Thank you. How else can I help you?"
Scalar = bool | int | str


class FlowNext(Written):
    """What follows: another state, or the end. One of go, tool, transfer, hang_up and done."""

    field: str = Field(default="", max_length=32, description="only if this field is as the next three say")
    one_of: list[Scalar] = Field(default_factory=list, max_length=30, description="one of these")
    above: int | None = Field(default=None, description="an integer or an amount that is more than this")
    below: int | None = Field(default=None, description="less than this")
    go: str = Field(default="", max_length=32, description="a state")
    tool: str = Field(
        default="", max_length=32, description="a tool; it gets the fields that have its parameters' names"
    )
    transfer: str = Field(default="", max_length=32, description="one of the agent's transfers")
    hang_up: bool = Field(default=False, description="the call ends")
    done: bool = Field(default=False, description="the flow ends, and the conversation goes on")
    say: str = Field(default="", max_length=1000, description="said then; a tool is used after it")
    after: str = Field(default="", max_length=1000, description="said when the tool has worked, in place of its answer")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.go, self.tool, self.transfer, self.hang_up, self.done))) != 1:
            raise ValueError("write one of go, tool, transfer, hang_up and done")
        conditions = bool(self.one_of) + (self.above is not None or self.below is not None)
        if conditions != bool(self.field):
            raise ValueError("a condition has a field, and either one_of, or above and below")
        if self.after and not self.tool:
            raise ValueError("after is for a tool")
        return self


class FlowGiveUp(Written):
    """What happens when a question was asked too often. `say` goes before a transfer, or stands alone."""

    transfer: str = Field(default="", max_length=32, description="one of the agent's transfers")
    say: str = Field(default="", max_length=1000, description="default: an apology")


class FlowState(Written):
    """A step: words, then its fields one by one, then what follows."""

    name: str = Field(pattern=NAME)
    ask: str = Field(default="", max_length=1000, description="said first; asks for the first field")
    fields: list[FlowField] = Field(default_factory=list, max_length=MOST_FIELDS, description="asked for one by one")
    confirm: bool = Field(default=False, description="what was understood is read back, and needs a yes")
    read_back: str = Field(default="", max_length=1000, description="how: {day} is what was said; default: all of it")
    tries: int = Field(default=3, ge=1, le=10, description="how often each is asked for")
    give_up: FlowGiveUp = Field(default_factory=FlowGiveUp, description="what happens then")
    then: list[FlowNext] = Field(default_factory=list, max_length=20, description="the first that fits; default: done")

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if not self.ask and not (self.fields and self.fields[0].ask):
            raise ValueError("ask is missing")
        if lacking := [one.name for one in self.fields[1:] if not one.ask]:
            raise ValueError(f"{lacking[0]} needs an ask of its own: only the first field has the state's")
        if (self.confirm or self.read_back) and not self.fields:
            raise ValueError("there is nothing to confirm")
        return self


class FlowChoice(Written):
    """What this agent can take down step by step, and when."""

    name: str = Field(pattern=NAME, examples=["appointment"], description="what a model calls it")
    when: str = Field(min_length=1, max_length=300, description="for a model")
    phrases: list[str] = Field(default_factory=list, max_length=32, description="what the caller may say")
    key: str = Field(default="", pattern=r"^[0-9*#]?$", description="pressed at any time when no digits are asked for")
    zone: str = Field(default="UTC", max_length=64, description="the time zone of today and tomorrow")
    personal: bool = Field(
        default=False, description="about a person or an account: not for callers who may be told only the rest"
    )
    states: list[FlowState] = Field(min_length=1, max_length=MOST_STATES, description="it begins with the first")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        refuse(list(faults_within(self)))
        return self

    def state(self, name: str) -> FlowState:
        return next(one for one in self.states if one.name == name)

    @property
    def fields(self) -> list[FlowField]:
        return [field for state in self.states for field in state.fields]

    @property
    def tools(self) -> set[str]:
        """Names of those that it ends in."""
        return {rule.tool for state in self.states for rule in state.then if rule.tool}


def words_of(flows: Sequence[FlowChoice]) -> list[str]:
    """What is said as it is written: without the values that stand in braces."""
    states = [state for flow in flows for state in flow.states]
    texts = [text for one in states for text in (one.ask, one.read_back, one.give_up.say)]
    texts += [text for one in states for field in one.fields for text in (field.ask, field.again)]
    texts += [text for one in states for rule in one.then for text in (rule.say, rule.after)]
    return [filled(text, lambda _: "") for text in texts if text]


def refuse(faults: list[tuple[Place, str]]) -> None:
    """Raises ValidationError that names the place of each; nothing for none."""
    if faults:
        told = [InitErrorDetails(type=PydanticCustomError("flow", "{what}", {"what": what}), loc=place, input=None)
                for place, what in faults]  # fmt: skip
        raise ValidationError.from_exception_data("flow", told)
