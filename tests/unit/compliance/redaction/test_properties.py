"""What holds for any text."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.cards.check import is_card
from compliance.redaction.call import CallRedactor
from compliance.redaction.text import redact_text
from compliance.redaction.value import redact_value
from compliance.redaction.words import NUMBER_WORDS
from tests.redaction.spoken import card_number

WORDS = [
    "four",
    "4",
    "41",
    "4111",
    "eleven",
    "double",
    "to",
    "um",
    "oh",
    "once",
    "un",
    "und",
    "y",
    "e",
    "and",
    "hundred",
    "mil",
    "tausend",
    "uh",
    "then",
    "no",
    "sorry",
    "card",
    "cvv",
    "code",
    "expires",
    "phone",
    "order",
    "dollars",
    "12/27",
    "+",
    "(",
    ")",
    ",",
    ".",
    "-",
    "[card",
    "number]",
    "[card",
    "code]",
    "last",
    "first",
    "digits",
    "September",
    "ending",
    "94110",
    "4111111111111111",
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*WORDS, *NUMBER_WORDS]), max_size=30).map(" ".join),
    st.text(alphabet="0123456789 -.,+:/٤४４ ab[]", max_size=60),
)
RUN = re.compile(r"(?<![0-9A-Za-z+])(?:[0-9][ \-.,]?){11,18}[0-9](?![0-9A-Za-z]|[ \-.,][0-9])")
quick = settings(deadline=None, max_examples=150)


@quick
@given(texts)
def test_twice_is_the_same_as_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@quick
@given(texts)
def test_no_card_number_is_left(text: str) -> None:
    left = [match for match in RUN.finditer(redact_text(text)) if is_card(re.sub("[^0-9]", "", match[0]))]
    assert not [match for match in left if len(re.sub("[^0-9]", "", match[0])) >= 12 and not before(text, match[0])]


def before(text: str, run: str) -> bool:
    """An IBAN or the like that happens to end in one is what it is."""
    place = text.find(run)
    return place > 0 and text[:place].rstrip(" -.,()")[-1:].isalnum()


@quick
@given(st.lists(st.tuples(st.sampled_from("ab"), texts, st.integers(0, 40_000)), max_size=8))
def test_outside_its_spans_a_segment_is_as_it_came(turns: list[tuple[str, str, int]]) -> None:
    redactor, now, came = CallRedactor(), 0, dict[int, str]()
    for speaker, text, pause_ms in turns:
        now += pause_ms
        found = redactor.take(speaker, text, now)
        came[found.id] = text
        for one in (found, *found.earlier):
            rebuilt, at = "", 0
            for span in one.spans:
                assert at <= span.start < span.end <= len(came[one.id])
                rebuilt += came[one.id][at : span.start] + span.label.value
                at = span.end
            assert rebuilt + came[one.id][at:] == one.text


@quick
@given(st.integers(), st.sampled_from([" ", "-", ".", "", "  ", "\u00a0"]), texts, texts)
def test_a_card_number_goes_from_any_surroundings(seed: int, separator: str, left: str, right: str) -> None:
    digits = card_number(Random(seed))
    number = separator.join(digits[at : at + 4] for at in range(0, len(digits), 4))
    redacted = redact_text(f"{left} it is my card {number} thank you {right}")
    assert number not in redacted


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@quick
@given(values)
def test_any_json_is_redacted_without_an_error(value: object) -> None:
    redact_value(value)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "4 " * 5000, "four " * 5000, "1.1.1.1.1." * 2000, "GB29 " * 2000, "um " * 5000]
)
def test_a_hostile_text_ends(text: str) -> None:
    """Ends at all: the time is the test runner's limit."""
    redact_text(text)
