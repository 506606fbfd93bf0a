"""JSON that is signed has one meaning, or is refused."""

from __future__ import annotations

import pytest

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.strict_json import DEEPEST, read_object


def refused(raw: bytes) -> str:
    with pytest.raises(Fault) as fault:
        read_object(raw, "payload")
    assert fault.value.sip_code == 438
    return fault.value.slug


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_an_object_is_read() -> None:
    assert read_object(b' {"a": [1, "\\u00e4", null, true], "b": {}} ', "x") == {"a": [1, "ä", None, True], "b": {}}


@pytest.mark.parametrize("raw", [b'{"a":1,"a":1}', b'{"x":{"a":1,"a":2}}', b'{"a":NaN}', b'{"a":-Infinity}'])
def test_what_can_be_understood_in_two_ways_is_refused(raw: bytes) -> None:
    assert refused(raw) == "json_ambiguous"


@pytest.mark.parametrize("raw", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    assert refused(raw) == "json_object"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"a"}', b"{'a':1}", b'{"a":1}x', b"\xff{}", b"\xef\xbb\xbf{}", b'{"a":"\x00"}', b'{"a":"\\ud800"}',
     b'{"a":01}', b'{"a":' + b"9" * 5000 + b"}", '{"a":1}'.encode("utf-16")],
)  # fmt: skip
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    assert refused(raw) == "json"


def test_nesting_has_a_bound_and_brackets_in_texts_do_not_count() -> None:
    assert read_object(nested(DEEPEST), "x")
    assert refused(nested(DEEPEST + 1)) == "json_depth"
    assert refused(nested(100_000)) == "json_depth"
    assert refused(b"[" * 100_000) == "json_depth"
    assert read_object(b'{"a":"' + b"[{" * 500 + b'"}', "x")
    assert refused(b'{"a\\"":"\\\\",' + nested(DEEPEST)[1:-1].replace(b'"a"', b'"b\\""') + b',"c":[[[[[[[[[]]]]]]]]]}')
