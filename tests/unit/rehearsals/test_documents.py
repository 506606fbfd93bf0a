"""Suites as they are written: what they may hold, and what is said about a fault in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from gateway.cli.rehearsal_file import RehearsalFile
from gateway.demo.rehearsed import SUITES
from gateway.kernel.errors import BadInput
from gateway.rehearsals.document import Rehearsal, Suite
from gateway.rehearsals.wanted import wanted

AGENT = {"name": "a", "greeting": "Hello."}


def nobody() -> httpx.Client:
    raise AssertionError("no stack is asked")


def suite(folder: Path, text: str) -> RehearsalFile:
    file = folder / "suite.yaml"
    file.write_text(text)
    return RehearsalFile(file, nobody)


def test_the_demo_agent_has_forty_rehearsals_and_eight_on_the_phone() -> None:
    found = [one.rehearsal for file in SUITES for one in RehearsalFile(file, nobody).wanted]
    assert len(found) >= 40
    assert sum(one.by == "voice" for one in found) >= 8
    assert len({one.name for one in found}) == len(found)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"key": 1234}, "keys stand in quotes"),
        ({"key": "12a"}, "keys are digits"),
        ({"say": "a", "key": "1"}, "two steps"),
        ({}, "needs an act"),
        ({"wait": 1, "expect": {"within_s": 1}}, "within_s is the time after"),
        ({"mumble": "a"}, "by voice"),
        ({"say": "a", "expect": {"within_s": 1}}, "by voice"),
        ({"say": "a", "expect": {"says": {"matches": "("}}}, "no regular expression"),
        ({"say": "a", "expect": {"sayz": "a"}}, "Extra inputs"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rehearsal.model_validate({"name": "a", "steps": [step]})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"voice": "slt"}, "only a rehearsal by voice"),
        ({"noise": {}}, "only a rehearsal by voice"),
        ({"by": "voice", "tools": {"a": "b"}}, "by text"),
        ({"by": "voice", "told": {"about": "none"}}, "by text"),
        ({"by": "voice", "steps": [{"say": "a", "expect": {"tool": {"name": "b", "arguments": {"c": 1}}}}]}, "by text"),
    ],
)
def test_what_the_other_way_cannot_do_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rehearsal.model_validate({"name": "a", "steps": [{"say": "a"}]} | fields)


def test_short_forms_and_what_rehearsals_take_over_from_their_suite() -> None:
    one = {"name": "one", "steps": [{"say": "hi", "expect": {"says": "hello", "tool": "hang_up"}}]}
    other = {"name": "other", "tries": 1, "steps": [{"key": "1"}], "end": {"record": ["call_ended"], "judge": "Well?"}}
    found = Suite.model_validate({"agent": "x", "tries": 3, "rehearsals": [one, other]}).rehearsals
    expected = found[0].steps[0].expect
    assert expected.says and expected.says.all == ["hello"] and expected.tool and expected.tool.name == "hang_up"
    assert [each.tries for each in found] == [3, 1]
    assert found[1].end.record[0].kind == "call_ended" and found[1].end.judge == ["Well?"]


def test_two_of_one_name_are_refused() -> None:
    one = {"name": "one", "steps": [{"say": "hi"}]}
    with pytest.raises(ValidationError, match="the same name: one"):
        Suite.model_validate({"agent": "x", "rehearsals": [one, one]})


BEGIN = "agent: demo agent\nrehearsals:\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"{BEGIN}  - name: a\n    steps:\n      - key: 1234\n", 5, "keys stand in quotes"),
        (f"{BEGIN}  - name: a\n    stepz: []\n", 4, "there is no such field"),
        (f"{BEGIN}  - name: a\n    steps:\n      - say: b\n        expect: {{transfer: x}}\n", 6, "it has: office"),
        (
            f"{BEGIN}  - name: a\n    change: {{silence_s: 1}}\n    steps: [{{say: b}}]\n",
            4,
            "greater than or equal to 5",
        ),
        ("agent:\n  name: a\nrehearsals:\n  - {name: a, steps: [{say: b}]}\n", 1, "greeting"),
        ("agent: missing.yaml\nrehearsals:\n  - {name: a, steps: [{say: b}]}\n", 1, "cannot be read"),
        ("agent: [\n", 2, "suite.yaml, line 2"),
    ],
)
def test_a_fault_in_a_file_has_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        suite(tmp_path, text)
    assert f"suite.yaml, line {line}" in caught.value.detail and said in caught.value.detail
    assert caught.value.todo


def test_an_agent_in_a_file_beside_and_its_places_stay_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text("name: a\ngreeting: Hi.\ntransfers: [{name: desk, target: the real desk}]\n")
    found = suite(tmp_path, "agent: agent.yaml\nrehearsals:\n  - {name: a, steps: [{say: b}]}\n")
    assert [one.target_id for one in found.wanted[0].agent.transfers] == ["tgt_rehearsal"]


def test_a_rehearsal_may_change_its_agent() -> None:
    rehearsal = Rehearsal.model_validate({"name": "a", "change": {"greeting": "Yes?"}, "steps": [{"say": "b"}]})
    assert wanted(rehearsal, AGENT).agent.greeting == "Yes?"
