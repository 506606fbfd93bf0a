"""DER: every content has one spelling, and another one is not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken.der import NotDer, element, elements, only


@given(st.lists(st.tuples(st.integers(0, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F), st.binary(max_size=300))))
def test_what_is_written_is_read_again(rows: list[tuple[int, bytes]]) -> None:
    assert list(elements(b"".join(element(tag, content) for tag, content in rows))) == rows


@given(st.binary(max_size=60))
def test_whatever_is_read_has_this_one_spelling(content: bytes) -> None:
    try:
        rows = list(elements(content))
    except NotDer:
        return
    assert b"".join(element(tag, inside) for tag, inside in rows) == content


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65_535, 65_536])
def test_a_length_of_any_size_is_read(size: int) -> None:
    assert only(element(0x30, bytes(size)), 0x30) == bytes(size)


@pytest.mark.parametrize(
    "raw", ["30", "3001", "3080", "308101ff", "30820001ff", "1f0100", "3084000000010a", "0500 3000"]
)
def test_what_is_no_der_is_refused(raw: str) -> None:
    with pytest.raises(NotDer):
        only(bytes.fromhex(raw), 0x30)
