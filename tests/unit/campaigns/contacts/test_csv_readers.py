"""CSV as spreadsheets, databases and people write it: every row is read or told with its line, whatever is wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.campaigns.importing.csv_rows import MOST_LINES
from gateway.campaigns.importing.row import LONGEST_ROW, Row
from gateway.kernel.errors import BadInput
from tests.unit.campaigns.contacts.reading import cells, faults, lines, of_csv

NUMBERS = ["+15105550100", "+15105550101", "+15105550102"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_from_the_names(delimiter: str) -> None:
    text = f"number,first name,note\n{NUMBERS[0]},Ana,hello\n".replace(",", delimiter)
    (row,) = of_csv(text)
    assert row == Row(2, {"number": NUMBERS[0], "first_name": "Ana", "note": "hello"})


@pytest.mark.parametrize("name", ["number", "phone", "Phone Number", "TELEPHONE", "msisdn"])
def test_the_column_with_the_number_is_known_by_its_usual_names(name: str) -> None:
    assert cells(of_csv(f"city,{name}\nBonn,{NUMBERS[0]}\n"), "number") == [NUMBERS[0]]


def test_the_column_with_the_number_can_be_named() -> None:
    found = of_csv(f"Tel. home,phone\n{NUMBERS[0]},{NUMBERS[1]}\n", number_column="tel. home")
    assert cells(found, "number") == [NUMBERS[0]] and cells(found, "phone") == [NUMBERS[1]]


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_quoted_line_ends_belong_to_the_cell_and_the_line_is_where_the_row_begins(piece: int) -> None:
    text = f'number,note\n{NUMBERS[0]},"one\ntwo, ""three""\n"\n\n{NUMBERS[1]},"last"'
    found = of_csv(text, piece=piece)
    assert lines(found) == [2, 6]
    assert cells(found, "note") == ['one\ntwo, "three"\n', "last"]


@given(
    rows=st.lists(st.lists(st.text(st.characters(exclude_characters="\r\0"), max_size=8), min_size=2, max_size=2)),
    piece=st.integers(1, 40),
)
def test_what_pythons_writer_writes_is_read(rows: list[list[str]], piece: int) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([["number", "note"], *rows])
    found = of_csv(out.getvalue(), piece=piece)
    assert [list(one.cells.values()) for one in found if isinstance(one, Row)] == [
        row for row in rows if any(cell.strip() for cell in row)
    ]
    assert not faults(found)


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    found = of_csv(f'number,note\n{NUMBERS[0]},"open\n{NUMBERS[1]},fine\n{NUMBERS[2]},fine\n')
    assert faults(found) == [(2, "its quotes do not match; double a quote that stands within a cell")]
    assert cells(found, "number") == NUMBERS[1:]


def test_a_quote_that_is_closed_far_too_late_costs_one_row() -> None:
    rows = "".join(f"{NUMBERS[1]},fine\n" for _ in range(MOST_LINES + 5))
    found = of_csv(f'number,note\n{NUMBERS[0]},"open\n{rows}{NUMBERS[2]},end"\n')
    assert [line for line, _ in faults(found)] == [2]
    assert len(lines(found)) == MOST_LINES + 6


@pytest.mark.parametrize("row", ['+15105550100,"a"b', '"+15105550100"x,a'])
def test_text_after_a_closing_quote_is_told(row: str) -> None:
    found = of_csv(f"number,note\n{row}\n{NUMBERS[1]},fine\n")
    assert [line for line, _ in faults(found)] == [2] and cells(found, "number") == [NUMBERS[1]]


def test_a_quote_within_a_cell_is_text() -> None:
    found = of_csv(f'number,note\n{NUMBERS[0]},5" pipe\n{NUMBERS[1]},fine\n')
    assert cells(found, "note") == ['5" pipe', "fine"]


def test_cells_that_are_missing_at_the_end_are_empty_and_too_many_are_told() -> None:
    found = of_csv(f"number,a,b\n{NUMBERS[0]}\n{NUMBERS[1]},1,2,,\n{NUMBERS[2]},1,2,Smith\n")
    assert [one.cells for one in found if isinstance(one, Row)] == [
        {"number": NUMBERS[0], "a": "", "b": ""},
        {"number": NUMBERS[1], "a": "1", "b": "2"},
    ]
    ((line, reason),) = faults(found)
    assert line == 4 and "4 cells" in reason and "comma" in reason


def test_blank_rows_and_a_spreadsheets_remark_are_no_rows() -> None:
    assert lines(of_csv(f"sep=;\n\nnumber;a\n;;\n   \n{NUMBERS[0]};1\n\n")) == [6]


def test_a_column_without_a_name_may_hold_nothing() -> None:
    found = of_csv(f"number,,a\n{NUMBERS[0]},,1\n{NUMBERS[1]},x,1\n")
    assert lines(found) == [2] and [line for line, _ in faults(found)] == [3]


def test_columns_of_an_export_of_ours_are_left_out() -> None:
    (row,) = of_csv(f"number,_state\n{NUMBERS[0]},done\n")
    assert row == Row(2, {"number": NUMBERS[0]})


@pytest.mark.parametrize("piece", [1000, 1 << 20])
def test_a_line_that_is_too_long_costs_one_row(piece: int) -> None:
    found = of_csv(f"number,a\n{NUMBERS[0]},{'x' * LONGEST_ROW}\n{NUMBERS[1]},1\n", piece=piece)
    assert [line for line, _ in faults(found)] == [2] and lines(found) == [3]


def test_a_formula_stays_the_text_that_it_is() -> None:
    formulas = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", '=HYPERLINK("x")']
    text = "number,note\n" + "".join(f'{NUMBERS[0]},"{one.replace(chr(34), chr(34) * 2)}"\n' for one in formulas)
    assert cells(of_csv(text), "note") == formulas


@pytest.mark.parametrize(
    ("header", "field", "words"),
    [
        ("name,city", "number_column", "no column is called number or phone"),
        ("+15105550100,Ana", "header", "column 1 has a name that no variable may have"),
        ("number,phone", "header", "columns 1 and 2 both are the number"),
        ("number,id,ref", "header", "columns 2 and 3 both are the ref"),
        ("number,First Name,first_name", "header", "column 3 has the name of one before it"),
        ("number,2nd", "header", "column 2"),
        ("number,na-me", "header", "column 2"),
        ("number," + "a" * 41, "header", "column 2"),
        ("number," + ",".join(f"v{n}" for n in range(33)), "header", "more than 32 variables"),
        ("number," + ",".join(f"_{n}" for n in range(64)), "header", "more than 64 columns"),
        ('number,"na', "", "quotes"),
    ],
)
def test_a_first_line_that_names_no_columns_is_refused_in_words(header: str, field: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        of_csv(f"{header}\n{NUMBERS[0]},1\n")
    assert (refused.value.field or "") == field and words in refused.value.detail
    assert "15105550100" not in refused.value.detail, "where names are missing, it is somebody's number"


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        of_csv(text)
    assert refused.value.code == "contacts.empty"


def test_a_named_column_that_is_not_there_is_told() -> None:
    with pytest.raises(BadInput) as refused:
        of_csv(f"number\n{NUMBERS[0]}\n", number_column="mobile")
    assert refused.value.field in ("number_column", "header")
