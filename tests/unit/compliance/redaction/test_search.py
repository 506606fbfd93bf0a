"""Planted numbers are found in files however they lie there, and others that are written as digits."""

from __future__ import annotations

import base64
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.redaction.fingerprints import Fingerprints
from compliance.redaction.search import MOST_AT_ONCE, PLANTED, STRANGE, Search, search

VISA, AMEX = "4012888888881881", "378282246310005"


def packed(digits: str) -> bytes:
    return bytes.fromhex(digits if len(digits) % 2 == 0 else f"{digits}f")


FORMS = {
    "plain": VISA.encode(),
    "spaced": b"4012 8888 8888 1881",
    "dashed": b"4012-8888-8888-1881",
    "each alone": b"4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1",
    "any signs": b"4012 / 8888--8888, 1881",
    "in a longer number": b"99" + VISA.encode() + b"1228",
    "no-break spaces": "4012\u00a08888\u00a08888\u00a01881".encode(),
    "UTF-16 LE": VISA.encode("utf-16-le"),
    "UTF-16 BE, spaced": "4012 8888 8888 1881".encode("utf-16-be"),
    "BCD": packed(VISA),
    "BCD swapped": bytes((one & 15) << 4 | one >> 4 for one in packed(VISA)),
    "hex": VISA.encode().hex().encode(),
    "base64": base64.b64encode(VISA.encode()),
    "base64 of JSON": base64.b64encode(json.dumps({"a": VISA}).encode()),
    "base64 of UTF-16": base64.b64encode(f"x{VISA}".encode("utf-16-le")),
    "base64url": base64.urlsafe_b64encode(b"\xff\xfe" + VISA.encode()),
    "reversed": VISA[::-1].encode(),
    "JSON escapes": b"".join(b"\\u%04x" % code for code in VISA.encode()),
    "percent": b"".join(b"%%%02x" % code for code in VISA.encode()),
    "full-width": "".join(chr(0xFF10 + int(one)) for one in VISA).encode(),
    "an array": json.dumps(list(VISA)).encode(),
    "integer": int(VISA).to_bytes(8, "little"),
    "a digit a byte": bytes(int(one) for one in VISA),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_planted_number_is_found_in_every_form(form: str, before: int) -> None:
    content = b"\x80" * (100 + before) + FORMS[form] + b"\x80" * 100
    hits = [hit for hit in search([content], [AMEX, VISA]) if hit.kind == PLANTED]
    assert hits
    assert all(hit.which == 1 and 100 <= hit.offset < 100 + before + len(FORMS[form]) for hit in hits)


def test_an_odd_number_of_digits_is_found_in_bcd() -> None:
    for content in (packed(AMEX), bytes.fromhex(f"0{AMEX}"), bytes.fromhex(f"{AMEX}0")):
        assert [hit.which for hit in search([b"\x80" * 9 + content], [AMEX])]


@pytest.mark.parametrize("size", [1, 7, 100, 600])
def test_a_number_on_a_seam_is_found_once(size: int) -> None:
    content = b"." * 590 + VISA.encode() + b"." * 700 + VISA.encode("utf-16-le") + b"." * 300
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    whole = sorted((hit.offset, hit.form, hit.kind) for hit in search([content], [VISA]))
    assert sorted((hit.offset, hit.form, hit.kind) for hit in search(pieces, [VISA])) == whole
    assert {offset for offset, _, _ in whole} >= {590, 590 + len(VISA) + 700}


def test_a_big_file_is_searched_in_little_memory() -> None:
    one = Search([VISA])
    filler = random.Random(1).randbytes(MOST_AT_ONCE)
    found = [hit for _ in range(3) for hit in one.feed(filler)]
    found += [*one.feed(VISA.encode()), *one.feed(filler), *one.close()]
    assert [hit.offset for hit in found if hit.form == "plain"] == [3 * MOST_AT_ONCE]
    assert len(one._rest) < 4096  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "content", [b"pay 5555 5555 5555 4444 now", b"n=378282246310005", "6011111111111117".encode("utf-16-le")]
)
def test_a_card_number_that_nobody_planted_is_strange(content: bytes) -> None:
    assert {hit.kind for hit in search([content])} == {STRANGE}
    assert not list(search([content], strange=False))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"call_01h455vb4pex5vsknk084sn02q",
        b"a5555555555554444",  # part of a word: an id
        b"99999999999999995555555555554444",  # part of a longer number
        b"5555555555554445",
        b"2026-11-21 10:35:22.123456",
    ],
)
def test_what_is_none_is_not(content: bytes) -> None:
    assert not list(search([content], [VISA]))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.lists(st.binary(min_size=6, max_size=12), min_size=1, max_size=20, unique=True))
def test_fingerprints_find_what_a_plain_search_finds(content: bytes, wanted: list[bytes]) -> None:
    content += wanted[0] + content
    found = {(at, raw) for at, raw, _ in Fingerprints(dict.fromkeys(wanted, 0)).find(content)}
    assert found == {(at, raw) for raw in wanted for at in range(len(content)) if content.startswith(raw, at)}
