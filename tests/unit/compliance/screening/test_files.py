"""Files of entries and of numbers: every line is taken, left out on purpose, or reported."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.screening.entry_line import EntryLines, Wanted
from compliance.screening.lines import LONGEST_LINE, Line, LineReader
from compliance.screening.numbers import NumberLines
from gateway.kernel.errors import BadInput


def read(*pieces: bytes) -> list[Line]:
    reader = LineReader()
    found = [line for piece in pieces for line in reader.feed(piece)]
    return [*found, *reader.finish()]


def test_lines_end_as_they_do_everywhere() -> None:
    assert [line.text for line in read(b"one\r\ntwo\n\nfour")] == ["one", "two", "", "four"]
    assert [line.text for line in read(b"\xef\xbb\xbfone\n")] == ["one"]
    assert read() == []


@given(st.lists(st.binary(max_size=40)), st.data())
def test_how_the_bytes_are_cut_changes_nothing(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read(*pieces) == read(whole)
    reader = LineReader()
    for piece in pieces:
        assert all(line.number for line in reader.feed(piece))
    assert reader.sha256 == hashlib.sha256(whole).hexdigest()


def test_a_line_without_an_end_is_not_kept() -> None:
    piece = b"x" * 700
    lines = read(*[piece] * 1000, b"\nnext")
    assert [(line.number, line.text) for line in lines] == [(1, None), (2, "next")]
    assert "longer" in lines[0].problem
    assert [line.text for line in read(b"x" * LONGEST_LINE)] == ["x" * LONGEST_LINE]
    assert [line.text for line in read(b"x" * (LONGEST_LINE + 1))] == [None]


@pytest.mark.parametrize(("raw", "words"), [(b"\xff\xfe", "UTF-8"), (b"+1510\x00555", "NUL")])
def test_what_is_no_text_is_reported_with_its_line(raw: bytes, words: str) -> None:
    first, second, third = read(b"ok\n" + raw + b"\nok")
    assert (first.text, second.text, third.text) == ("ok", None, "ok")
    assert words in second.problem and second.number == 2


def entry(lines: EntryLines, text: str) -> Wanted | None:
    return lines.read(text)


def test_a_plain_text_has_a_value_on_each_line() -> None:
    lines = EntryLines("block")
    kinds = [
        wanted.value.kind
        for text in ("# from the carrier", "", "+15105550100", "+1900*", "+15105550100-+15105550199", "203.0.113.0/24")
        if (wanted := entry(lines, text))
    ]
    assert kinds == ["number", "prefix", "range", "source"]


def test_a_table_says_more_in_the_order_it_names() -> None:
    lines = EntryLines()
    assert entry(lines, "note,value,list,expires_at") is None
    wanted = entry(lines, '"Smith, Ltd.",+15105550100,allow,2027-01-31T00:00:00Z')
    assert wanted and (wanted.list, wanted.note, wanted.value.text) == ("allow", "Smith, Ltd.", "+15105550100")
    assert wanted.expires_at == datetime(2027, 1, 31, tzinfo=UTC)
    assert entry(EntryLines("block"), "+1900,allow,prefix") == Wanted(
        "allow", wanted.value.__class__("prefix", "+1900")
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+15105550100", "which list"),
        ("+15105550100,perhaps", "which list"),
        ("+15105550100,block,colour", "its kind"),
        ("+15105550100,block,number,n,2027-01-31T00:00:00", "time zone"),
        ("+15105550100,block,number,n,soon", "time zone"),
        ("+15105550100,block,number,n,9999-12-31T23:00:00-12:00", "time zone"),
        ("+15105550100,block,number,n,0001-01-01T00:00:00+12:00", "time zone"),
        ("+15105550100,block,number,n,,more", "more than 5 columns"),
        ('"+15105550100', "quotes"),
        ("block", "which list"),
        ("+15105550100,block,number," + "n" * 201, "longer than 200"),
    ],
)
def test_a_line_that_says_too_little_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        EntryLines().read(text)


@given(st.text(max_size=200))
def test_any_line_is_read_or_refused(text: str) -> None:
    for lines in (EntryLines("block"), EntryLines()):
        try:
            lines.read(text.strip())
        except BadInput as error:
            assert error.detail
    try:
        NumberLines("1").read(text.strip())
    except BadInput as error:
        assert error.detail


@pytest.mark.parametrize(
    ("text", "code", "number"),
    [
        ("+15105550100", "", 15105550100),
        ("5105550100", "1", 15105550100),
        ("15105550100", "1", 15105550100),
        ("(510) 555-0100", "1", 15105550100),
        ("2079460018", "44", 442079460018),
        ('"+15105550100","toll free"', "", 15105550100),
        ("# carrier", "", None),
        ("", "", None),
    ],
)
def test_a_number_that_never_calls_is_read_by_its_shape(text: str, code: str, number: int | None) -> None:
    assert NumberLines(code).read(text) == number


def test_only_a_first_line_may_be_names_of_columns() -> None:
    lines = NumberLines()
    assert lines.read("number,since") is None
    with pytest.raises(BadInput, match="digits"):
        lines.read("number,since")
    with pytest.raises(BadInput, match="no \\+"):
        NumberLines().read("5105550100")
