"""JSON files: an array or an object on each line, in pieces of any size; what is broken costs itself and no more."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.campaigns.importing.row import LONGEST_ROW, Row
from gateway.kernel.errors import BadInput
from tests.unit.campaigns.contacts.reading import cells, faults, lines, of_json

A, B, C = "+15105550100", "+15105550101", "+15105550102"


@pytest.mark.parametrize("piece", [1, 5, 1 << 20])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_objects(piece: int, indent: int | None) -> None:
    text = json.dumps([{"number": A, "First Name": "Ana"}, {"phone": B, "variables": {"city": "Bonn"}}], indent=indent)
    found = of_json(text, piece=piece)
    assert [one.cells for one in found if isinstance(one, Row)] == [
        {"number": A, "first_name": "Ana"},
        {"number": B, "city": "Bonn"},
    ]
    assert lines(found) == ([2, 6] if indent else [1, 1])


@pytest.mark.parametrize("piece", [1, 11, 1 << 20])
def test_an_object_on_each_line(piece: int) -> None:
    found = of_json(f'{{"number":"{A}"}}\n\n  {{"number":"{B}"}},\n{{"number":"{C}"}}', piece=piece)
    assert lines(found) == [1, 3, 4] and cells(found, "number") == [A, B, C]


@given(
    rows=st.lists(st.dictionaries(st.sampled_from(["number", "a", "b"]), st.text(max_size=6)), min_size=1),
    piece=st.integers(1, 50),
    in_lines=st.booleans(),
)
def test_what_pythons_writer_writes_is_read(rows: list[dict[str, str]], piece: int, in_lines: bool) -> None:
    text = "\n".join(json.dumps(row) for row in rows) if in_lines else json.dumps(rows)
    assert [one.cells for one in of_json(text, piece=piece) if isinstance(one, Row)] == rows


def test_values_are_text_as_json_writes_them_and_null_is_nothing() -> None:
    (row,) = of_json('[{"number": 15105550100, "a": 1.50, "b": true, "c": null, "d": 1.5E+10}]')
    assert row == Row(1, {"number": "15105550100", "a": "1.50", "b": "true", "d": "1.5E+10"})


@pytest.mark.parametrize("piece", [3, 1 << 20])
@pytest.mark.parametrize(
    "broken",
    [
        "{bad}",
        '{"number": }',
        "{",
        '{"a": [1, }',
        "17",
        '"text"',
        "null",
        "[]",
        '{"number": "' + A + '" "a": 1}',
        "nul",
    ],
)
def test_what_is_no_object_costs_itself(broken: str, piece: int) -> None:
    found = of_json(f'[{{"number": "{A}"}},\n{broken},\n{{"number": "{B}"}},\n{{"number": "{C}"}}]', piece=piece)
    assert cells(found, "number") == [A, B, C] and lines(found) == [1, 3, 4]
    assert [line for line, _ in faults(found)] == [2]


def test_a_broken_line_costs_itself() -> None:
    found = of_json(f'{{"number": "{A}"}}\n{{"number": \n{{}} {{}}\n{"[" * 5000}\n{{"number": "{B}"}}\n')
    assert [line for line, _ in faults(found)] == [2, 3, 4] and cells(found, "number") == [A, B]


def test_the_last_of_an_array_is_broken_and_the_array_ends() -> None:
    found = of_json(f'[{{"number": "{A}"}}, {{bad}}]')
    assert cells(found, "number") == [A] and len(faults(found)) == 1


@pytest.mark.parametrize("piece", [1000, 1 << 20])
def test_an_object_that_is_too_long_costs_itself(piece: int) -> None:
    for form in ('[{{"a": "{}"}},\n{{"number": "{}"}}]', '{{"a": "{}"}}\n{{"number": "{}"}}\n'):
        found = of_json(form.format("x" * (LONGEST_ROW + 1), A), piece=piece)
        assert [line for line, _ in faults(found)] == [1] and lines(found) == [2]


def test_an_array_that_does_not_end_is_a_file_that_broke_off() -> None:
    with pytest.raises(BadInput) as refused:
        of_json(f'[{{"number": "{A}"}}, {{"number": "{B}')
    assert refused.value.code == "contacts.cut_off"


def test_what_stands_after_the_array_is_told() -> None:
    found = of_json(f'[{{"number": "{A}"}}]\n{{"number": "{B}"}}')
    assert cells(found, "number") == [A] and [line for line, _ in faults(found)] == [2]


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ('{"number": "1", "number": "2"}', "header", "both are the number"),
        ('{"number": "1", "a": 1, "A": 2}', "header", "has the name of one before it"),
        ('{"number": "1", "a": {"b": 1}}', "a", "neither text nor a number"),
        ('{"number": "1", "a": []}', "a", "neither text nor a number"),
        ('{"number": "1", "variables": []}', "variables", "not one object"),
        ('{"number": "1", "variables": {"number": "2"}}', "header", "no variable may have"),
        ('{"number": "1", "": 2}', "", "empty name"),
    ],
)
def test_an_object_with_names_that_cannot_be_costs_itself(row: str, field: str, words: str) -> None:
    found = of_json(f'[{row}, {{"number": "{A}"}}]')
    assert found[0].field == field and words in found[0].reason  # type: ignore[union-attr]
    assert cells(found, "number") == [A]


@pytest.mark.parametrize("text", ["number,name\n1,2\n", "<html>", '"x"'])
def test_another_kind_of_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        of_json(text)
    assert refused.value.code == "contacts.no_json"


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        of_json(text)
    assert refused.value.code == "contacts.empty"
