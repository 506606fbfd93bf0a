"""What happened in a rehearsal, however it was held. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Speaker = Literal["caller", "agent"]
How = Literal["said", "keyed", "told"]


@dataclass(frozen=True)
class Turn:
    """Seconds since the call was answered. `told`: said by the system before the agent speaks."""

    speaker: Speaker
    text: str
    began_s: float
    ended_s: float
    how: How = "said"
    interrupted: bool = False


@dataclass(frozen=True)
class ToolUse:
    """`arguments` is None where nobody wrote them down."""

    name: str
    at_s: float
    ok: bool
    arguments: dict[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """A transfer or a capture that the agent has begun, by the name in its profile."""

    what: Literal["transfer", "capture"]
    name: str
    at_s: float


@dataclass(frozen=True)
class Entry:
    """Of the call's record."""

    kind: str
    body: dict[str, Any]


@dataclass
class Story:
    """`ended_by` and `outcome` are "" while the call is on. `whole`: the record as text, personal parts included."""

    turns: list[Turn] = field(default_factory=list)
    tools: list[ToolUse] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    record: list[Entry] = field(default_factory=list)
    ended_by: str = ""
    outcome: str = ""
    whole: str = ""

    def said(self, begin_s: float, end_s: float = float("inf")) -> list[Turn]:
        """By the agent, begun within; in order."""
        turns = (one for one in self.turns if one.speaker == "agent" and begin_s <= one.began_s < end_s)
        return sorted(turns, key=lambda one: one.began_s)

    def part(self, begin_s: float, end_s: float = float("inf")) -> Story:
        """What happened within."""
        return Story(
            turns=[one for one in self.turns if begin_s <= one.began_s < end_s],
            tools=[one for one in self.tools if begin_s <= one.at_s < end_s],
            asked=[one for one in self.asked if begin_s <= one.at_s < end_s],
        )
