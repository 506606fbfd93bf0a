"""A flow step by step: the next question, what was not understood, a no to what was read back, and how it ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.flows.choice import GAVE_UP, THANKS, FlowChoice
from agents.flows.machine import End, Step, arguments, asked_for, begin, question, step
from agents.flows.values import NOT_GOT, Answer
from tests.unit.agents.flows.examples import BOOK, appointment, one_state

TODAY = date(2026, 11, 22)


def told(flow: FlowChoice, *said: str) -> list[Step]:
    """Every step, the first question included; what begins with # is keyed in."""
    steps = [begin(flow)]
    for text in said:
        at = steps[-1].standing
        assert at is not None
        answer = Answer(text[1:], "keys") if text.startswith("#") else Answer(text)
        steps.append(step(flow, at, answer, TODAY))
    return steps


def flow(*fields: dict[str, Any], **state: Any) -> FlowChoice:
    return FlowChoice.model_validate(one_state(*fields, **state))


def test_the_example_of_the_documentation_to_its_tool() -> None:
    visit = FlowChoice.model_validate(appointment())
    steps = told(visit, "no", "s m i t h", "tomorrow", "half past three", "yes")
    assert [one.say for one in steps[:3]] == [
        "Have you been with us before?",
        "Welcome. Please spell your family name.",
        "Which day would suit you?",
    ]
    assert "Monday, November 23 at 3:30 PM" in steps[4].say and steps[4].say.endswith("Is that right?")
    end = steps[-1].end
    assert end is not None and end.tool == "book_visit"
    assert arguments(end, BOOK["parameters"]["properties"]) == {
        "known": False,
        "surname": "Smith",
        "day": "2026-11-23",
        "time": "15:30",
    }


def test_who_has_been_there_is_not_asked_for_a_name() -> None:
    visit = FlowChoice.model_validate(appointment())
    steps = told(visit, "#1", "#24112026", "#1530", "#1")
    assert [one.say for one in steps[:2]] == ["Have you been with us before?", "Which day would suit you?"]
    assert steps[-1].end is not None and set(steps[-1].end.values) == {"known", "day", "time"}


def test_what_was_not_understood_is_asked_again_and_then_given_up() -> None:
    taking = flow({"name": "count", "type": "integer", "most": 9, "again": "A number, please."}, tries=3)
    steps = told(taking, "well", "twelve", "many")
    assert [one.say for one in steps] == [
        "What is count?",
        f"{NOT_GOT} A number, please.",
        "That is too much. A number, please.",
        GAVE_UP,
    ]
    assert not any(one.taken for one in steps[1:])
    assert steps[-1].end == End(gave_up=True) and steps[-1].standing is None


def test_an_answer_in_between_begins_the_count_anew() -> None:
    taking = flow({"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, tries=2)
    assert told(taking, "well", "one", "well")[-1].standing is not None


def test_giving_up_may_be_a_human() -> None:
    taking = flow({"name": "a", "type": "integer"}, tries=1, give_up={"transfer": "desk", "say": "I ask somebody."})
    last = told(taking, "well")[-1]
    assert (last.say, last.end) == ("I ask somebody.", End(transfer="desk", gave_up=True))


def test_a_no_to_what_was_read_back_asks_for_all_of_the_state_again() -> None:
    taking = flow({"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}, confirm=True, tries=2)
    steps = told(taking, "one", "two", "no")
    assert steps[2].say == "I have: 1. 2. Is that right?"
    again = steps[-1].standing
    assert steps[-1].say == "Then once more. What is a?" and again is not None and dict(again.values) == {}
    last = told(taking, "one", "two", "no", "three", "four", "no")[-1]
    assert last.end is not None and last.end.gave_up


def test_neither_yes_nor_no_is_no_yes() -> None:
    taking = flow({"name": "a", "type": "integer"}, confirm=True)
    last = told(taking, "one", "what do you mean")[-1]
    assert last.standing is not None and last.standing.confirming
    assert last.say == f"{NOT_GOT} I have: 1. Is that right?"


@pytest.mark.parametrize(("people", "goes_on"), [("nine", "desk"), ("eight", ""), ("one", "solo")])
def test_the_first_rule_that_fits_counts(people: str, goes_on: str) -> None:
    states = [
        {
            "name": "first",
            "ask": "How many?",
            "fields": [{"name": "people", "type": "integer"}],
            "then": [
                {"field": "people", "above": 8, "transfer": "desk"},
                {"field": "people", "one_of": [1], "go": "solo"},
                {"done": True, "say": "A table for {people}."},
            ],
        },
        {"name": "solo", "ask": "At the bar, then."},
    ]
    table = FlowChoice.model_validate({"name": "table", "when": "A table.", "states": states})
    last = told(table, people)[-1]
    assert last.end is not None and last.standing is None
    wanted = {"desk": "", "": "A table for 8.", "solo": "At the bar, then."}
    assert (last.end.transfer, last.say) == ("desk" if goes_on == "desk" else "", wanted[goes_on])


def test_without_rules_it_is_done() -> None:
    last = told(flow({"name": "a", "type": "integer"}), "one")[-1]
    assert (last.say, last.end is not None and last.end.tool) == (THANKS, "")


def test_the_question_is_the_same_when_it_is_asked_in_between() -> None:
    taking = flow({"name": "a", "type": "integer"}, confirm=True)
    asked, read_back = told(taking, "one")
    assert asked.standing and read_back.standing
    assert (question(taking, asked.standing), question(taking, read_back.standing)) == (asked.say, read_back.say)
    assert asked_for(taking, read_back.standing).type == "yes_no"
