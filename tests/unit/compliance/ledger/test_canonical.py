"""Canonical JSON: one spelling, whoever writes it (RFC 8785)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger.canonical import LARGEST, canonical

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


def test_names_are_in_the_order_of_their_utf_16() -> None:
    # RFC 8785 §3.2.3: a letter beyond U+FFFF comes before U+FB33, though its code point is the larger
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    said = canonical(dict.fromkeys(names, 0))
    assert list(json.loads(said)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_text_has_the_shortest_escapes() -> None:
    said = canonical("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\u007f")
    assert said == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f"'


def test_there_is_no_space() -> None:
    assert canonical({"b": [1, True, None], "a": {}}) == '{"a":{},"b":[1,true,null]}'


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), "\ud800", {1: 2}, {"a": b"x"}, {"\udfff": 1}])
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical(value)


@given(PLAIN)
def test_it_says_the_same_and_says_it_the_same_way_again(value: object) -> None:
    said = canonical(value)
    assert json.loads(said) == value
    assert canonical(json.loads(said)) == said
