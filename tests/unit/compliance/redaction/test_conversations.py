"""Whole conversations: what is no card stays, also when a card is spoken of later."""

from __future__ import annotations

from compliance.redaction.call import CallRedactor


def test_account_number_amount_and_hours_stay_when_a_card_is_spoken_of_after_them() -> None:
    redactor = CallRedactor()
    talk = [
        ("agent", "Please key in your four digit account number."),
        ("caller", "keypad: 1234"),
        ("agent", "You entered one two three four. Your balance is forty two dollars."),
        ("caller", "opening hours"),
        ("agent", "We are open from nine to five, Monday to Friday."),
        ("caller", "pay by card"),
        ("agent", "I will take that by keypad. Nobody can see or hear what you type."),
    ]
    for place, (speaker, text) in enumerate(talk):
        found = redactor.take(speaker, text, 4000 * place, until_ms=4000 * place + 2000)
        assert (found.text, found.earlier, found.silence) == (text, (), ())


def test_nine_digits_in_one_go_are_gone_when_their_speaker_then_says_that_it_was_a_card() -> None:
    redactor = CallRedactor()
    redactor.take("caller", "4111 1111 1111 1112", 0, until_ms=2000)
    found = redactor.take("caller", "that is my credit card", 4000, until_ms=5000)
    assert "1111" not in "".join(one.text for one in found.earlier) and found.earlier
