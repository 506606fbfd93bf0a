"""The tables of fields in docs/flows.md are the fields that there are, and its example is a conversation as it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from agents.flows.choice import FlowChoice, FlowGiveUp, FlowNext, FlowState
from agents.flows.fields import FlowField
from agents.speech.dialogue import Called, Heard, Spoken, Turn, next_move
from tests.unit.agents.flows.examples import PAGE, appointment, profile
from tests.unit.agents.test_agent_page import in_words

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("model", [FlowChoice, FlowState, FlowField, FlowNext])
def test_the_page_has_every_field_and_its_default(model: type[BaseModel]) -> None:
    _, found, rest = PAGE.read_text().partition(f"<!-- fields: {model.__name__} -->\n")
    assert found
    rows = rest.partition("<!-- /fields -->")[0].splitlines()[2:]
    cells = [re.fullmatch(r"\| `(\w+)` \| (.+?) \| (.+) \|", row) for row in rows]
    assert all(cells), rows
    defaults = {
        name: "an apology" if field.default_factory is FlowGiveUp else in_words(field)
        for name, field in model.model_fields.items()
    }
    assert [(row[1], row[2]) for row in cells if row] == list(defaults.items())


def test_the_page_has_every_type() -> None:
    types = re.findall(r"^\| `(\w+)` \| (?!–|empty|none|no \||`)", PAGE.read_text(), re.MULTILINE)
    known = str(FlowField.model_fields["type"].annotation)
    assert set(re.findall(r"'(\w+)'", known)) <= set(types)


def test_the_conversation_of_the_page_is_held_as_it_stands_there() -> None:
    lines = re.findall(r"^\| (agent|caller) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    agent, turns, said = profile(appointment()), list[Turn](), list[str]()
    for who, words in [("caller", "I want to book an appointment"), *lines]:
        if who == "agent":
            assert said.pop(0) == words
            continue
        text = "keypad: 1" if words == "*(presses 1)*" else words.replace("S, M, I, T, H.", "S M I T H")
        turns.append(Heard(text))
        move = next_move(agent, turns, BEGAN)
        turns += [Spoken(move.say), Called(move.tool, move.arguments, "It is done.")]
        if move.tool == "book_visit":
            move = type(move)(f"{move.say} … {next_move(agent, turns, BEGAN).say}")
        said.append(move.say)
    assert said == [] and len(lines) >= 12
