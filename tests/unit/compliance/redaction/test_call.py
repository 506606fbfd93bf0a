"""A call, segment by segment: numbers over several turns, corrections of earlier segments, open runs, silences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from compliance.redaction.call import KEPT_SEGMENTS, OPEN_ARMED_MS, OPEN_MS, CallRedactor, Redacted
from compliance.redaction.run import MOST_MARKS

NUMBER, CODE, EXPIRY = "[card number]", "[card code]", "[card expiry]"
Turns = Sequence[tuple[str, str]]


def told(turns: Turns, every_ms: int = 2000) -> list[str]:
    """How each turn reads in the end."""
    redactor, texts = CallRedactor(), dict[int, str]()
    for place, (speaker, text) in enumerate(turns):
        found = redactor.take(speaker, text, place * every_ms)
        texts[found.id] = found.text
        texts |= {one.id: one.text for one in found.earlier}
    return list(texts.values())


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (
            [("caller", "5555"), ("caller", "5555 uh"), ("caller", "5555"), ("caller", "4444")],
            [NUMBER, f"{NUMBER} uh", NUMBER, NUMBER],
        ),
        (
            [("caller", "5105"), ("agent", "go on"), ("caller", "1051 0510"), ("agent", "okay"), ("caller", "5100")],
            [NUMBER, "go on", NUMBER, "okay", NUMBER],
        ),
        (
            [
                ("caller", "it's three seven eight two"),
                ("agent", "3782, go on"),
                ("caller", "eight two two four six three"),
                ("agent", "822463, mhm"),
                ("caller", "one double oh oh five"),
                ("agent", "10005, thank you"),
            ],
            [f"it's {NUMBER}", f"{NUMBER}, go on", NUMBER, f"{NUMBER}, mhm", NUMBER, f"{NUMBER}, thank you"],
        ),
        (
            [("caller", "4012 8888 and hold on, let me see the rest, 8888 1881")],
            [f"{NUMBER} and hold on, let me see the rest, {NUMBER}"],
        ),
        (
            [("agent", "Your card number please"), ("caller", "4111 1111 1112"), ("caller", "and 1111")],
            ["Your card number please", NUMBER, f"and {NUMBER}"],
        ),
        (
            [("caller", "4111 1111 1111 1111"), ("agent", "And the security code?"), ("caller", "12"), ("caller", "3")],
            [NUMBER, "And the security code?", CODE, CODE],
        ),
        (
            [("caller", "4111 1111 1111 1111"), ("agent", "until when is it valid?"), ("caller", "March twenty eight")],
            [NUMBER, "until when is it valid?", EXPIRY],
        ),
        (
            [("caller", "4012888888881881"), ("agent", "so that was 4012 8888 and so on")],
            [NUMBER, f"so that was {NUMBER} and so on"],
        ),
    ],
)  # fmt: skip
def test_what_was_said_over_several_turns_goes_from_all_of_them(turns: Turns, expected: list[str]) -> None:
    assert told(turns) == expected


@pytest.mark.parametrize(
    "turns",
    [
        [("agent", "Your phone number?"), ("caller", "415 555 0100"), ("agent", "The zip code?"), ("caller", "94110")],
        [("caller", "my card was stolen"), ("agent", "How can we reach you?"), ("caller", "4 1 5 5 5 5 0 1 0 0")],
        [("caller", "order 4111 1111"), ("agent", "And the other order?"), ("caller", "1111 1111")],
        [("caller", "5555 5555"), ("caller", "but I wanted to ask about other things today"), ("caller", "5555 4444")],
    ],
)  # fmt: skip
def test_numbers_of_other_kinds_stay_over_several_turns(turns: Turns) -> None:
    assert told(turns) == [text for _, text in turns]


def test_the_parts_of_a_number_that_lie_a_minute_apart_are_two_numbers() -> None:
    turns = [("caller", "5555 5555"), ("caller", "5555 4444")]
    assert told(turns, every_ms=10_000) == [NUMBER, NUMBER]
    assert told(turns, every_ms=61_000) == [text for _, text in turns]


def test_the_code_is_known_for_half_a_minute_and_stays_after_it() -> None:
    turns = [("caller", "4111111111111111"), ("caller", "737")]
    assert told(turns, every_ms=29_000)[1] == CODE
    assert told(turns, every_ms=31_000)[1] == "737"


def test_nine_digits_go_for_a_minute_after_somebody_spoke_of_a_card() -> None:
    turns = [("agent", "your card number, please"), ("caller", "411 111 112")]
    assert told(turns, every_ms=59_000)[1] == NUMBER
    assert told(turns, every_ms=61_000)[1] == "411 111 112"


class TestOpenRun:
    """While it is open the language model's turn waits."""

    @staticmethod
    def take(redactor: CallRedactor, text: str, at_ms: int, speaker: str = "caller") -> Redacted:
        return redactor.take(speaker, text, at_ms)

    def test_five_digits_open_it_and_the_last_one_closes_it(self) -> None:
        redactor = CallRedactor()
        assert not self.take(redactor, "four one one one", 0).open_run
        assert self.take(redactor, "one", 1000).open_run
        assert self.take(redactor, "one one one, one one one one", 2000).open_run
        assert not self.take(redactor, "one one one one", 3000).open_run

    def test_other_words_close_it(self) -> None:
        redactor = CallRedactor()
        assert self.take(redactor, "4111 11", 0).open_run
        assert self.take(redactor, "okay", 500, "agent").open_run
        assert not self.take(redactor, "I cannot find it", 1000).open_run

    def test_time_closes_it_later_when_a_card_is_spoken_of(self) -> None:
        redactor = CallRedactor()
        self.take(redactor, "4111 11", 1000)
        assert redactor.open_run(1000 + OPEN_MS)
        assert not redactor.open_run(1001 + OPEN_MS)
        redactor = CallRedactor()
        self.take(redactor, "my card is 4111 11", 1000)
        assert redactor.open_run(1000 + OPEN_ARMED_MS)
        assert not redactor.open_run(1001 + OPEN_ARMED_MS)

    @pytest.mark.parametrize("text", ["94110", "the order is 12345678", "0 1 7 0 1 2", "call me at 415 555 0100"])
    def test_what_no_card_begins_with_does_not_open_it(self, text: str) -> None:
        assert not CallRedactor().take("caller", text, 0).open_run

    def test_it_is_open_while_digits_may_be_missing_although_they_are_gone_already(self) -> None:
        redactor = CallRedactor()
        found = self.take(redactor, "my card is 4111 1111 11", 0)
        assert found.text == f"my card is {NUMBER}"
        assert found.open_run


def words(text: str, at_ms: int, each_ms: int = 500) -> list[tuple[str, int, int]]:
    return [(word, at_ms + place * each_ms, at_ms + place * each_ms + 400) for place, word in enumerate(text.split())]


def test_the_recording_is_silent_where_the_words_were_said() -> None:
    text = "It is 4111 1111 1111 1111, thank you."
    found = CallRedactor().take("caller", text, 10_000, words(text, 10_000))
    assert found.silence == ((10_880, 13_020),)


def test_an_earlier_segment_is_silenced_when_its_number_is_known() -> None:
    redactor = CallRedactor()
    assert redactor.take("caller", "so 5555 5555", 0, words("so 5555 5555", 0)).silence == ()
    found = redactor.take("caller", "5555 4444", 3000, words("5555 4444", 3000))
    assert [(one.id, one.silence) for one in found.earlier] == [(1, ((380, 1520),))]
    assert found.silence == ((2880, 4020),)


@pytest.mark.parametrize(
    ("given", "until_ms", "silence"),
    [
        ((), None, ()),
        ((), 9000, ((5000, 9000),)),
        ((("something", 5000, 5500), ("else", 6000, 6500)), None, ((4880, 6620),)),
    ],
)
def test_without_fitting_words_the_whole_segment_is_silent(
    given: tuple[tuple[str, int, int], ...], until_ms: int | None, silence: tuple[tuple[int, int], ...]
) -> None:
    assert CallRedactor().take("caller", "4111 1111 1111 1111", 5000, given, until_ms).silence == silence


def test_spans_are_those_of_the_text_as_it_came() -> None:
    text = "Card: ４１１１ １１１１ １１１１ １１１１; cvv 123"
    found = CallRedactor().take("caller", text, 0)
    assert [(text[span.start : span.end], span.label.value) for span in found.spans] == [
        ("４１１１ １１１１ １１１１ １１１１", NUMBER),
        ("123", CODE),
    ]


def test_nothing_that_comes_out_prints_a_digit() -> None:
    redactor = CallRedactor()
    first = redactor.take("caller", "5555 5555", 0)
    last = redactor.take("caller", "5555 4444", 1000)
    assert "5555" not in repr(first) + repr(last)


def test_an_endless_call_is_kept_in_bounds() -> None:
    redactor = CallRedactor()
    for place in range(1000):
        redactor.take("caller", "one two three four five six seven, not a card", place * 10)
    kept = redactor._sources  # pyright: ignore[reportPrivateUsage]
    run = redactor._listener.run  # pyright: ignore[reportPrivateUsage]
    assert len(kept) <= KEPT_SEGMENTS
    assert len(run.marks) <= MOST_MARKS
