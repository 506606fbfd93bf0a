"""A rehearsal that was held, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from gateway.rehearsals.document import Rehearsal, Step
from gateway.rehearsals.looking import Finding, after_call, after_step
from gateway.rehearsals.story import Story

Verdict = Literal["passed", "failed", "not_judged"]
BEFORE_S = -5.0  # clocks of several processes: the first words may begin before the answer is known


@dataclass
class StepHeld:
    """Seconds since the answer. `tries`: how often it was said."""

    step: Step
    began_s: float
    findings: list[Finding] = field(default_factory=list)
    tries: int = 1
    answered_after_s: float | None = None


@dataclass
class Held:
    """`fault`: why it came to no end, as a sentence. `wav`: what was heard on the line, stereo, caller on the left."""

    rehearsal: Rehearsal
    steps: list[StepHeld] = field(default_factory=list)
    story: Story = field(default_factory=Story)
    ending: list[Finding] = field(default_factory=list)
    took_s: float = 0.0
    fault: str = ""
    wav: bytes = b""
    call_id: str = ""

    def look(self) -> None:
        """Compares what happened with what was expected; the judge's questions are another matter."""
        ends = [one.began_s for one in self.steps[1:]] + [float("inf")]
        for one, end_s in zip(self.steps, ends, strict=True):
            one.findings = after_step(one.step.expect, self.story.part(one.began_s, end_s), one.answered_after_s)
        self.ending = after_call(self.rehearsal.end, self.story)

    @property
    def findings(self) -> Iterator[Finding]:
        for step in self.steps:
            yield from step.findings
        yield from self.ending

    @property
    def verdict(self) -> Verdict:
        """What nobody has judged is not passed."""
        met = [one.met for one in self.findings]
        if self.fault or False in met or len(self.steps) < len(self.rehearsal.steps):
            return "failed"
        return "not_judged" if None in met else "passed"

    @property
    def why(self) -> str:
        """The first thing that was not as expected; "" for none."""
        if self.fault:
            return self.fault
        first = next((one for one in self.findings if one.met is not True), None)
        if first is not None:
            return f"{first.expected}: {first.found}" if first.met is False else f"not judged: {first.expected}"
        return "the call was over before its last step" if self.verdict == "failed" else ""


def first_moment(number: int, step: Step, now_s: float) -> float:
    """From when on what happens belongs to this step; who listens first hears the greeting."""
    return BEFORE_S if number == 0 and step.act == "listen" else now_s
