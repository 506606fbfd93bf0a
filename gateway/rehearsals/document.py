"""A suite of rehearsals as it is written: which agent, and what each caller says, keys and expects."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gateway.rehearsals.expected import Ending, Expected
from gateway.rest.written import Written

MOST_REHEARSALS, MOST_STEPS = 500, 60
Human = Literal["connected", "busy", "no_answer", "declined"]
_ACTS = ("say", "interrupt", "mumble", "key", "wait", "hang_up", "listen")
_BY_VOICE = ("voice", "noise")
_KEYS = re.compile(r"^[0-9*#]+$")


def _as_keys(written: object) -> object:
    """`key: 0123` would have lost its zero."""
    if isinstance(written, int | float):
        raise ValueError('keys stand in quotes: key: "1234"')
    if isinstance(written, str) and not _KEYS.match(written):
        raise ValueError("keys are digits, * and #")
    return written


Keys = Annotated[str, Field(max_length=200), BeforeValidator(_as_keys)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class Step(Written):
    """One act of the caller, and what the agent does then; without an act: what the agent does by itself."""

    say: Words | None = None
    interrupt: Words | None = Field(default=None, description="said while the agent speaks")
    mumble: Words | None = Field(default=None, description="said so that nobody can understand it; by voice")
    key: Keys | None = None
    wait: float | None = Field(default=None, gt=0, le=300, description="seconds")
    hang_up: bool = False
    listen: bool = Field(default=False, description="does nothing; not needed where something is expected")
    after_s: float = Field(default=0.6, ge=0, le=30, description="an interruption: of the agent's words")
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        acts = [name for name in _ACTS if getattr(self, name)]
        if len(acts) > 1:
            raise ValueError(f"a step is one act: {' and '.join(acts)} are two steps")
        if not acts and not self.expect.anything:
            raise ValueError(f"a step needs an act ({', '.join(_ACTS)}) or something to expect")
        if self.expect.within_s is not None and not (self.say or self.key):
            raise ValueError("within_s is the time after what the caller says or keys")
        return self

    @property
    def act(self) -> str:
        return next((name for name in _ACTS if getattr(self, name)), "listen")

    @property
    def words(self) -> str:
        """As a person reads it."""
        match self.act:
            case "say" | "interrupt" | "mumble" | "key":
                return str(getattr(self, self.act))
            case "wait":
                return f"{self.wait:g} s"
            case _:
                return ""


class Noise(Written):
    """What is heard behind the caller. The same seed makes the same noise."""

    kind: Literal["white", "pink", "babble", "hum"] = "pink"
    snr_db: float = Field(default=20, ge=0, le=60, description="how much louder the words are")
    seed: int = 1


class Told(Written):
    """What the caller is told first, and may be told."""

    ai: bool = Field(default=False, description="that this is an AI")
    record: Literal["no", "notice", "ask"] = "no"
    about: Literal["everything", "limited", "none"] = Field(
        default="everything", description="as caller trust has it; by text"
    )


class Rehearsal(Written):
    """One call."""

    name: str = Field(min_length=1, max_length=100)
    by: Literal["text", "voice"] = "text"
    voice: Literal["rms", "slt", "awb", "kal", "kal16"] = "rms"
    noise: Noise | None = None
    told: Told = Told()
    human: Human = Field(default="connected", description="what becomes of a transfer")
    change: dict[str, Any] = Field(default={}, description="fields of the agent that are others in this rehearsal")
    tools: dict[str, str] = Field(default={}, description="what the agent's own tools answer; by text")
    tries: int = Field(default=1, ge=1, le=5, description="how often the caller says a thing until it is taken up")
    steps: list[Step] = Field(min_length=1, max_length=MOST_STEPS)
    end: Ending = Ending()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.by == "text":
            if given := [name for name in _BY_VOICE if name in self.model_fields_set]:
                raise ValueError(f"{', '.join(given)}: only a rehearsal by voice has that (by: voice)")
            if any(step.mumble or step.expect.within_s is not None for step in self.steps):
                raise ValueError("mumble and within_s are for rehearsals by voice (by: voice)")
            return self
        if self.tools or self.told.about != "everything":
            raise ValueError("tools and told.about are for rehearsals by text (by: text)")
        if any(one.tool and one.tool.arguments for one in (step.expect for step in self.steps)):
            raise ValueError("arguments of tools are not in the record of a call; expect them by text (by: text)")
        return self


class Suite(Written):
    """`agent`: a profile, the path of one beside this file, or the name of one that is published (NAME@draft: its
    draft)."""

    agent: dict[str, Any] | str
    tries: int | None = Field(default=None, ge=1, le=5, description="of rehearsals that do not say it")
    rehearsals: list[Rehearsal] = Field(min_length=1, max_length=MOST_REHEARSALS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [one.name for one in self.rehearsals]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two rehearsals have the same name: {', '.join(twice)}")
        for one in self.rehearsals:
            if self.tries is not None and "tries" not in one.model_fields_set:
                one.tries = self.tries
        return self
