"""When a turn is over by its words."""

from __future__ import annotations

import pytest
from livekit.agents import llm

from agents.turn_end import BETWEEN, WordsTurnEnd, has_finished


@pytest.mark.parametrize(
    "text",
    [
        "I want to pay my bill", "yes", "yes it is", "no I'm", "what are your opening hours?", "that's it",
        "four two", "the blue one", "hello", "", "...", "I would like that", "log in",
    ],
)  # fmt: skip
def test_whole_sentences_and_answers_are_over(text: str) -> None:
    assert has_finished(text)


@pytest.mark.parametrize(
    "text",
    ["I want to", "my name is", "it is about the", "yesterday I called and", "um", "well, I'm", "the bill of my"],
)
def test_half_sentences_are_not(text: str) -> None:
    assert not has_finished(text)


@pytest.mark.parametrize(
    ("text", "language", "over"),
    [
        ("ich möchte meine", "de", False), ("ich möchte zahlen", "de", True), ("ja", "de-DE", True),
        ("je voudrais payer ma", "fr", False), ("quiero pagar mi factura", "es", True),
        ("quiero pagar mi", "es", False),
        ("something else and", "xx", False),
    ],
)  # fmt: skip
def test_each_language_has_its_own_words(text: str, language: str, over: bool) -> None:
    assert has_finished(text, language) is over


@pytest.mark.parametrize(
    ("text", "over"), [("one two", False), ("one two three four", True), ("one two three four five", True)]
)
def test_a_number_is_over_when_all_of_its_digits_are_there(text: str, over: bool) -> None:
    assert has_finished(text, digits_expected=4) is over


async def test_livekit_is_told_about_the_last_words_of_the_caller() -> None:
    expected = 0
    detector = WordsTurnEnd(lambda: expected)
    assert await detector.supports_language(None)
    assert await detector.unlikely_threshold(None) == BETWEEN

    async def over(*said: tuple[llm.ChatRole, str]) -> bool:
        context = llm.ChatContext.empty()
        for role, text in said:
            context.add_message(role=role, content=text)
        return await detector.predict_end_of_turn(context) > BETWEEN

    assert await over(("assistant", "how may I help you and"), ("user", "I want to pay my bill"))
    assert not await over(("user", "I want to"))
    assert await over(("user", "I want to"), ("assistant", "yes?"))
    expected = 4
    assert not await over(("user", "one two"))
    expected = 2
    assert await over(("user", "one two"))
