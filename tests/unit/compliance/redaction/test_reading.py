"""Number words become digits: the likeliest reading first, the others after it."""

from __future__ import annotations

import pytest

from compliance.redaction.marks import Mark
from compliance.redaction.reading import MOST_READINGS, readings
from compliance.redaction.tokens import ascii_digits, tokens_of


def read(text: str) -> list[str]:
    """ "4-11" for two pieces; one for each reading."""
    marks = [Mark(token, 1, "caller", 0) for token in tokens_of(ascii_digits(text)) if token.kind is not None]
    return ["-".join(piece.digits for piece in pieces) for pieces in readings(marks)]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("four one oh zero nought", "4-1-0-0-0"),
        ("forty-one eleven", "41-11"),
        ("fortyone twelve", "41-12"),
        ("four hundred eleven", "411"),
        ("four hundred and eleven", "411"),
        ("forty one hundred eleven", "4111"),
        ("four thousand one hundred and eleven", "4111"),
        ("two thousand twenty-seven", "2027"),
        ("four hundred four hundred", "400-400"),
        ("double five treble two quadruple one", "55-222-1111"),
        ("three ones two fives", "111-55"),
        ("two times one five", "11-5"),
        ("double eleven", "1111"),
        ("4 one 1 1 eleven", "4-1-1-1-11"),
        ("four um one", "4-1"),
        ("4 to 1 for", "4-1"),
        ("cuarenta y uno once", "41-11"),
        ("cuatro mil ciento once", "4111"),
        ("mil ciento once", "1111"),
        ("veintidós diez y seis", "22-16"),
        ("cuatrocientos once", "411"),
        ("dos veces uno", "11"),
        ("einundvierzig elf", "41-11"),
        ("ein und vierzig", "41"),
        ("viertausendeinhundertelf", "4111"),
        ("dreimal eins doppel fünf zwo", "111-55-2"),
        ("dreißig dreissig", "30-30"),
        ("quarante et un onze", "41-11"),
        ("quatre mille cent onze", "4111"),
        ("quatre-vingt-dix-sept", "97"),
        ("soixante et onze soixante-dix-sept soixante", "71-77-60"),
        ("quatre vingt un quatre-vingts", "81-80"),
        ("septante huitante nonante", "70-80-90"),
        ("quarenta e um onze", "41-11"),
        ("quatro um meia", "4-1-6"),
        ("quatro mil cento e onze", "4111"),
        ("duzentos e vinte e três", "223"),
    ],
)
def test_what_is_meant_comes_first(text: str, digits: str) -> None:
    assert read(text)[0] == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("forty one eleven", "40-1-11"),
        ("four hundred eleven", "400-11"),
        ("4 to 1 for", "4-2-1-4"),
        ("four um one", "4-1-1"),
        ("cuatro mil ciento once mil ciento once", "4111-1111"),
        ("cuarenta y uno once mil ciento once", "41-11-1111"),
    ],
)
def test_what_may_be_meant_comes_too(text: str, digits: str) -> None:
    assert digits in read(text)


def test_there_are_never_many() -> None:
    assert len(read("um once to forty one hundred mil two oh un " * 8)) <= MOST_READINGS


def test_a_mark_and_its_digits_print_none() -> None:
    marks = [Mark(token, 1, "caller", 0) for token in tokens_of("4111 1111")]
    assert "1" not in repr(marks).replace("segment 1", "") + repr(next(readings(marks))).replace("of 4 digits", "")
