"""What callers are told, and what their words mean; in every language."""

from __future__ import annotations

import pytest

from compliance.consent.texts import languages, texts_in


@pytest.mark.parametrize("language", languages())
def test_every_phrase_means_what_it_stands_for(language: str) -> None:
    texts = texts_in(language)  # type: ignore[arg-type]
    for phrase in texts.understand.yes:
        assert texts.meaning(f"{phrase.capitalize()}.", asked=True) == "yes", phrase
    for phrase in texts.understand.no:
        assert texts.meaning(f"… {phrase}!", asked=True) == "no", phrase
    for phrase in texts.understand.revoke:
        assert texts.meaning(f"well, {phrase} now", asked=False) == "revoke", phrase
        assert texts.meaning(phrase, asked=True) == "no", phrase


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Yes.", "yes"),
        ("yes, but do not record me", "no"),
        ("no problem", "no"),  # taken as it is said: in doubt nobody is recorded
        ("yesterday", None),
        ("know", None),
        ("please don’t", "no"),
        ("what did you say", None),
        ("", None),
    ],
)
def test_in_doubt_nobody_is_recorded(words: str, meaning: str | None) -> None:
    assert texts_in("en").meaning(words, asked=True) == meaning


def test_a_no_in_the_middle_of_a_call_takes_nothing_back() -> None:
    texts = texts_in("en")
    assert texts.meaning("no, that is not my address", asked=False) is None
    assert texts.meaning("please stop recording this call", asked=False) == "revoke"


@pytest.mark.parametrize("language", languages())
def test_the_question_names_both_keys_and_nothing_is_empty(language: str) -> None:
    say = texts_in(language).say  # type: ignore[arg-type]
    assert all(say.model_dump().values()) and "1" in say.ask and "2" in say.ask
