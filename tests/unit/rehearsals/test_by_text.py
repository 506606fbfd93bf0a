"""Rehearsals by text: the agent's own conversation, without a network, in a moment."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from gateway.demo.rehearsed import REHEARSED
from gateway.rehearsals.by_text import rehearse_by_text
from gateway.rehearsals.document import Rehearsal
from gateway.rehearsals.held import Held
from gateway.rehearsals.wanted import wanted
from gateway.settings import SpeechSettings

LOOKUP = {
    "name": "lookup", "when": "Always.", "http": {"url": "https://shop.example/orders", "answer_path": "says"},
    "parameters": {"type": "object", "properties": {}},
}  # fmt: skip


def hold(*steps: dict[str, Any], agent: dict[str, Any] | None = None, **fields: Any) -> Held:
    rehearsal = Rehearsal.model_validate({"name": "a", "steps": list(steps), **fields})
    [held] = rehearse_by_text([wanted(rehearsal, REHEARSED | (agent or {}))], SpeechSettings(), lambda _: None)
    return held


def test_a_conversation_with_keys_and_a_tool_takes_a_moment() -> None:
    held = hold(
        {"expect": {"says": "demo agent"}},
        {"say": "pay my bill", "expect": {"tool": {"name": "ask_digits", "arguments": {"count": 4}}}},
        {"key": "1234", "expect": {"says": "forty two", "tool": {"name": "account_balance"}}},
        {"say": "goodbye", "expect": {"tool": "hang_up"}},
        end={"by": "agent", "outcome": "completed"},
    )
    assert held.verdict == "passed", held.why
    assert held.took_s < 5
    assert [one.arguments for one in held.story.tools if one.name == "account_balance"] == [{"digits": "1234"}]


@pytest.mark.parametrize(
    "step",
    [
        {"say": "opening hours", "expect": {"says": "ten to six"}},
        {"say": "opening hours", "expect": {"tool": "account_balance"}},
        {"say": "opening hours", "expect": {"transfer": "office"}},
        {"say": "opening hours", "expect": {"says": {"nothing": True}}},
    ],
)
def test_what_does_not_come_is_missed(step: dict[str, Any]) -> None:
    assert hold(step).verdict == "failed"


def test_minutes_of_silence_pass_at_once() -> None:
    held = hold(
        {"wait": 21, "expect": {"says": "still there"}},
        {"wait": 60, "expect": {"says": "Goodbye"}},
        end={"by": "agent"},
    )
    assert held.verdict == "passed", held.why
    assert held.took_s < 5
    assert held.story.turns[-1].began_s > 60


def test_steps_after_the_end_are_missed() -> None:
    held = hold({"say": "goodbye"}, {"say": "opening hours"})
    assert (held.verdict, held.why) == ("failed", "the call was over before its last step")


@pytest.mark.parametrize(("answers", "said"), [({"lookup": "It is on its way."}, "on its way"), ({}, "did not work")])
def test_an_agents_own_tools_are_doubles(answers: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object) -> None:
        raise AssertionError("a rehearsal by text went out to the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    entry = {"intent": "order", "phrases": ["my order"], "say": "I look.", "tool": "lookup"}
    own = {"tools": [LOOKUP], "dialogue": [entry]}
    held = hold({"say": "where is my order", "expect": {"says": said}}, agent=own, tools=answers)
    assert held.verdict == "passed", held.why


def test_a_caller_with_a_human_is_not_answered_by_the_agent() -> None:
    held = hold({"key": "0", "expect": {"transfer": "office"}}, {"say": "opening hours"})
    assert [one.text for one in held.story.turns if one.speaker == "agent"][-1].startswith("One moment")


def test_a_card_is_nowhere() -> None:
    held = hold(
        {"say": "pay by card", "expect": {"capture": "card"}},
        {"key": "4111111111111111#1231123", "expect": {"says": "ending in 1 1 1 1"}},
        end={"not_in_record": ["411111"], "record": [{"kind": "digit_pressed", "times": 0}]},
    )
    assert held.verdict == "passed", held.why
