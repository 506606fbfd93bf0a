"""What a human is told, and what the answer means; what a caller hears when nobody was reached."""

from __future__ import annotations

import pytest

from agents.briefing import ASK, OFFER, Meaning, briefing, meaning_of, meaning_of_key
from agents.honest import ALL_WORDS, words_after
from agents.resume import RESUMED, first_words
from agents.speech.dialogue import FAREWELL, Called, Heard, Spoken, Turn
from agents.speech.phrasebook import shipped
from gateway.calls.transfer_facts import LastResort, TransferOutcome

TURNS: list[Turn] = [
    Heard("hello"), Spoken("How can I help?"), Heard("pay my bill"), Heard("keypad: 1234"),
    Called("account_balance", {"digits": "1234"}, "42"), Heard("I want to complain"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Yes.", "accepted"), ("yes, put them through please", "accepted"), ("I'll take it", "accepted"),
        ("No.", "declined"), ("I'm not able to take the call", "declined"), ("no, I am busy, yes", "declined"),
        ("Please leave a message after the tone", "machine"), ("You have reached the voicemail of", "machine"),
        ("Could you say that again?", "again"), ("Hello, this is Ann", None), ("I know nothing yesterday", None),
        ("", None),
    ],
)  # fmt: skip
def test_an_answer_is_understood_in_whole_words_and_a_no_counts_more(words: str, meaning: Meaning | None) -> None:
    assert meaning_of(words) == meaning


def test_keys_mean_what_the_question_says() -> None:
    assert [meaning_of_key(digit) for digit in "123*0"] == ["accepted", "declined", "again", None, None]


def test_a_human_is_told_the_note_the_last_words_and_what_was_keyed_in() -> None:
    told = briefing(TURNS, "", "is upset", lambda text: True)
    assert told.startswith(OFFER) and told.endswith(ASK)
    assert "Note: is upset." in told
    assert "The caller said: pay my bill. I want to complain." in told
    assert "The caller keyed in one two three four." in told
    assert "hello" not in told and "keypad" not in told


def test_a_summary_stands_in_for_the_last_words() -> None:
    told = briefing(TURNS, "The caller wants a refund.", "", lambda text: True)
    assert "The caller wants a refund." in told and "The caller said" not in told and "Note" not in told


def test_a_mouth_of_recordings_says_what_it_has_and_always_the_question() -> None:
    book = shipped()
    told = briefing(TURNS, "", "is upset", lambda text: book.say(text) is not None)
    assert told.startswith(OFFER) and told.endswith(ASK) and "upset" not in told
    assert not book.missing([told, *ALL_WORDS])


OUTCOMES: tuple[TransferOutcome, ...] = (
    "busy", "no_answer", "declined", "unreachable", "blocked", "machine", "silent", "cancelled", "unknown",
)  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("then", ["agent", "callback", "goodbye"])
def test_every_outcome_has_words_that_can_be_said_and_promise_what_follows(
    outcome: TransferOutcome, then: LastResort
) -> None:
    words = words_after(outcome, then)
    assert not shipped().missing([f"{words} {FAREWELL}"])
    assert ("call you back" in words) == (then == "callback" and outcome != "cancelled")


def test_who_takes_over_speaks_of_a_transfer_only_when_there_was_one() -> None:
    assert first_words(None) == RESUMED
    assert first_words(None, "under_way") == ""
    assert "back with you" in first_words(None, "handed_back")
    assert "busy" in first_words(None, "busy")
