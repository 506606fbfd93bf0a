"""base64url: one spelling for each content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken.base64url import decode, encode
from compliance.stir_shaken.faults import Fault


@given(st.binary(min_size=1, max_size=200))
def test_what_is_written_is_read_again(raw: bytes) -> None:
    assert decode(encode(raw), "part") == raw


@pytest.mark.parametrize("text", ["", "QQ==", "QQ=", "Q", "QUJDR", "QR", "Q+Q", "Q/Q", "QQ ", " QQ", "QQ\n", "QÄ", "é"])
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(Fault) as fault:
        decode(text, "part")
    assert (fault.value.sip_code, fault.value.slug) == (438, "base64url")
