"""What a step or a whole rehearsal expects, as it is written."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.calls.facts import Party
from gateway.rest.written import Written


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _as_list(written: object) -> object:
    return [written] if isinstance(written, str) else written


def _as_says(written: object) -> object:
    return {"all": written} if isinstance(written, str | list) else written


def _as_tool(written: object) -> object:
    return {"name": written} if isinstance(written, str) else written


Pattern = Annotated[str, Field(max_length=1000), AfterValidator(_is_pattern)]
Phrases = Annotated[list[str], Field(max_length=20), BeforeValidator(_as_list)]


class Says(Written):
    """Words of the agent, without regard to case. A text or a list alone is `all`."""

    all: Phrases = []
    any: Phrases = []
    none: Phrases = []
    matches: Pattern = ""
    nothing: bool = Field(default=False, description="the agent says nothing at all")


class ToolUsed(Written):
    """A name alone will do. `arguments`: at least these."""

    name: str = Field(min_length=1, max_length=64)
    arguments: dict[str, Any] = {}


class Expected(Written):
    """After one step, until the next."""

    says: Annotated[Says | None, BeforeValidator(_as_says)] = None
    tool: Annotated[ToolUsed | None, BeforeValidator(_as_tool)] = None
    transfer: str = Field(default="", description="the name that the agent's profile has for the place")
    capture: str = Field(default="", description="the name that the agent's profile has for it")
    within_s: float | None = Field(
        default=None, gt=0, le=60, description="from the caller's last word to the first sound of the answer; by voice"
    )

    @property
    def anything(self) -> bool:
        return bool(self.model_fields_set)


class Recorded(Written):
    """An event that the record of the call has, with at least these fields in its body."""

    kind: str = Field(min_length=1, max_length=64, examples=["consent_given"])
    body: dict[str, Any] = {}
    times: int | None = Field(default=None, ge=0, le=1000, description="exactly so often; else at least once")

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, written: Any) -> Any:
        return {"kind": written} if isinstance(written, str) else written


class Ending(Written):
    """Of the whole call."""

    by: Party | Literal[""] = Field(default="", description="who hung up")
    outcome: str = Field(default="", description="a slug, as in the call's record: completed, max_duration …")
    record: list[Recorded] = Field(default=[], max_length=20)
    not_in_record: Phrases = Field(default=[], description="texts that stand nowhere in it")
    judge: Phrases = Field(default=[], description="questions that a model answers with yes or no")
