"""A row as a contact, and contacts as CSV again."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from gateway.campaigns.importing.contact import Contact, read_contact
from gateway.campaigns.importing.csv_out import csv_cell, csv_line
from gateway.campaigns.importing.parsing import Found, read_rows
from gateway.campaigns.importing.row import Fault, Row
from gateway.kernel.errors import BadInput

OHIO = "+16145550100"


def test_fields_are_read_and_everything_else_is_a_variable() -> None:
    cells = {
        "number": "614 555 0100", "ref": " c-17 ", "place": "us-oh", "line": "Mobile",
        "not_before": "2027-01-31T09:00:00-05:00", "first_name": " Ana ", "note": "=1+1",
    }  # fmt: skip
    assert read_contact(cells, "US") == Contact(
        OHIO, "c-17", "US-OH", "mobile", datetime(2027, 1, 31, 14, tzinfo=UTC), {"first_name": " Ana ", "note": "=1+1"}
    )


def test_what_is_left_out_or_empty_is_not_known() -> None:
    assert read_contact({"number": OHIO}, None) == Contact(OHIO, "", "", "unknown", None, {})
    empty = dict.fromkeys(("ref", "place", "line", "not_before"), "")
    assert read_contact({"number": OHIO, **empty}, None) == Contact(OHIO, "", "", "unknown", None, {})


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"ref": "x" * 101}, "ref"),
        ({"place": "Ohio"}, "place"),
        ({"place": "OH"}, "place"),
        ({"place": "US-OHIO"}, "place"),
        ({"line": "cell"}, "line"),
        ({"not_before": "2027-01-31T09:00:00"}, "not_before"),
        ({"not_before": "tomorrow"}, "not_before"),
        ({"not_before": "1887-01-31T09:00:00Z"}, "not_before"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "Jos\ufffd"}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"note": "\ud800"}, "note"),
        ({f"v{n}": "" for n in range(33)}, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_field(cells: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_contact({"number": OHIO} | cells, None)
    assert refused.value.field == field and refused.value.todo


def test_rows_stay_in_their_order_and_a_bad_one_is_told(tmp_path: Path) -> None:
    key = HashKey(tmp_path / "privacy.key")
    rows = [Row(2, {"number": OHIO, "a": "é"}), Row(3, {"number": "x"}), Fault(4, "", "its quotes do not match")]
    found, bad, as_it_was = read_rows(rows, None, key)
    assert found == Found(2, key.of(Person(OHIO)), OHIO, "", "", "unknown", None, '{"a": "\\u00e9"}')
    assert bad == Fault(3, "number", "it has letters in it; leave out names and extensions")
    assert as_it_was == rows[2]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_what_a_spreadsheet_would_take_for_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert csv_cell(text) == f'"\'{text}"'


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_line_is_read_again_as_it_was_but_for_the_apostrophes(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert [one.removeprefix("'") if one != cell else one for one, cell in zip(read, cells, strict=True)] == cells
    assert not any(one.startswith(("=", "+", "-", "@")) for one in read)
