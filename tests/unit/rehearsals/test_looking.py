"""What was expected against what happened: each kind is met, and can fail."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rehearsals.document import Rehearsal
from gateway.rehearsals.expected import Ending, Expected
from gateway.rehearsals.held import Held, StepHeld
from gateway.rehearsals.looking import Finding, after_call, after_step
from gateway.rehearsals.story import Asked, Entry, Story, ToolUse, Turn

STORY = Story(
    turns=[Turn("caller", "hello", 1, 2), Turn("agent", "We open at  NINE.", 3, 4), Turn("agent", "Bye.", 9, 10)],
    tools=[ToolUse("balance", 3.5, True, {"digits": "12", "who": {"name": "a", "age": 3}}), ToolUse("other", 3, False)],
    asked=[Asked("transfer", "office", 3.6)],
    record=[Entry("digit_pressed", {}), Entry("digit_pressed", {}), Entry("tool_called", {"name": "a", "ok": True})],
    ended_by="agent", outcome="completed", whole='{"digit": "4111"}',
)  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "met"),
    [
        ({"says": "open at nine"}, True),
        ({"says": "open at ten"}, False),
        ({"says": ["open", "bye"]}, True),
        ({"says": {"any": ["ten", "nine"]}}, True),
        ({"says": {"any": ["ten", "eleven"]}}, False),
        ({"says": {"none": "ten"}}, True),
        ({"says": {"none": "Nine"}}, False),
        ({"says": {"matches": "open.*bye"}}, True),
        ({"says": {"matches": "^bye"}}, False),
        ({"says": {"nothing": True}}, False),
        ({"tool": "balance"}, True),
        ({"tool": "hang_up"}, False),
        ({"tool": {"name": "balance", "arguments": {"who": {"name": "a"}}}}, True),
        ({"tool": {"name": "balance", "arguments": {"digits": "4321"}}}, False),
        ({"tool": {"name": "balance", "arguments": {"more": None}}}, False),
        ({"transfer": "office"}, True),
        ({"transfer": "desk"}, False),
        ({"capture": "office"}, False),
        ({"within_s": 0.8}, True),
        ({"within_s": 0.7}, False),
    ],
)
def test_what_is_expected_of_a_step(expected: dict[str, Any], met: bool) -> None:
    found = after_step(Expected.model_validate(expected), STORY, 0.75)
    assert found and all(one.met is met for one in found)


def test_an_answer_that_was_not_heard_is_not_in_time() -> None:
    [found] = after_step(Expected(within_s=5), STORY, None)
    assert (found.met, found.found) == (False, "no answer was heard")


@pytest.mark.parametrize(
    ("ending", "met"),
    [
        ({"by": "agent"}, True),
        ({"by": "caller"}, False),
        ({"outcome": "completed"}, True),
        ({"outcome": "max_duration"}, False),
        ({"record": ["digit_pressed"]}, True),
        ({"record": [{"kind": "digit_pressed", "times": 2}]}, True),
        ({"record": [{"kind": "digit_pressed", "times": 1}]}, False),
        ({"record": [{"kind": "tool_called", "body": {"name": "a"}}]}, True),
        ({"record": [{"kind": "tool_called", "body": {"name": "b"}}]}, False),
        ({"record": [{"kind": "consent_given", "times": 0}]}, True),
        ({"not_in_record": "5555"}, True),
        ({"not_in_record": "4111"}, False),
    ],
)
def test_what_is_expected_of_the_whole(ending: dict[str, Any], met: bool) -> None:
    [found] = after_call(Ending.model_validate(ending), STORY)
    assert found.met is met


def test_each_step_has_what_came_before_the_next() -> None:
    steps = [{"say": "a", "expect": {"says": {"all": "nine", "none": "bye"}}}, {"say": "b", "expect": {"says": "bye"}}]
    held = Held(Rehearsal.model_validate({"name": "a", "steps": steps}), story=STORY)
    held.steps = [StepHeld(held.rehearsal.steps[0], 2.5), StepHeld(held.rehearsal.steps[1], 8)]
    held.look()
    assert held.verdict == "passed", held.why


def test_verdicts_and_the_first_reason() -> None:
    rehearsal = Rehearsal.model_validate({"name": "a", "steps": [{"say": "a"}]})
    step = StepHeld(rehearsal.steps[0], 0)
    assert Held(rehearsal, [step]).verdict == "passed"
    assert Held(rehearsal, [step], fault="no answer").verdict == "failed"
    assert Held(rehearsal).why == "the call was over before its last step"
    unjudged = Held(rehearsal, [step], ending=[Finding("judge: well?", None, "nobody")])
    assert (unjudged.verdict, unjudged.why) == ("not_judged", "not judged: judge: well?")
    unjudged.ending.append(Finding("agent hangs up", False, "caller"))
    assert unjudged.verdict == "failed"
