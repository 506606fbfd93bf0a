"""What an entry may name, and how a caller meets it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.screening.caller import is_anonymous, is_number, networks_of, prefixes_of
from compliance.screening.value import Kind, kind_of, read_value
from gateway.kernel.errors import BadInput

DIGITS = st.text("0123456789", min_size=3, max_size=15)


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("+15105550100", "number", "+15105550100"),
        (" +1 (510) 555-0100 ", "number", "+15105550100"),
        ("+911", "number", "+911"),
        ("+1900*", "prefix", "+1900"),
        ("+1 900 *", "prefix", "+1900"),
        ("+15105550100-+15105550199", "range", "+15105550100-+15105550199"),
        ("+15105550100-15105550199", "range", "+15105550100-+15105550199"),
        ("+15105550100..+15105550199", "range", "+15105550100-+15105550199"),
        ("203.0.113.7", "source", "203.0.113.7/32"),
        ("203.0.113.9/24", "source", "203.0.113.0/24"),
        ("2001:db8::1", "source", "2001:db8::1/128"),
        ("2001:DB8::/32", "source", "2001:db8::/32"),
        ("::ffff:203.0.113.7", "source", "203.0.113.7/32"),
    ],
)
def test_a_value_is_read_by_what_it_looks_like_and_written_in_one_way(text: str, kind: Kind, written: str) -> None:
    assert kind_of(text) == kind
    assert read_value(text, kind).text == written
    assert read_value(written, kind).text == written


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("15105550100", "number", "not + and 3 to 15 digits"),
        ("+12", "number", "not + and 3 to 15 digits"),
        ("+1234567890123456", "number", "not + and 3 to 15 digits"),
        ("alice", "number", "not + and 3 to 15 digits"),
        ("+\u0661\u0662\u0663\u0664", "number", "not + and 3 to 15 digits"),
        ("+", "prefix", "not + and 1 to 15 digits"),
        ("*", "prefix", "not + and 1 to 15 digits"),
        ("+15105550100", "range", "two numbers"),
        ("+100-+20", "range", "two numbers"),
        ("+100-+2000", "range", "same length"),
        ("+200-+100", "range", "above its last"),
        ("203.0.113.300", "source", "neither an IP address"),
        ("203.0.113.0/33", "source", "neither an IP address"),
        ("fe80::1%eth0/64", "source", "neither an IP address"),
        ("sip.carrier.example", "source", "neither an IP address"),
        ("+" + "1" * 64, "number", "longer than 64"),
    ],
)
def test_what_names_nothing_is_refused_without_being_repeated(text: str, kind: Kind, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("+", r"\+")) as refused:
        read_value(text, kind)
    assert text not in refused.value.detail or len(text) < 3
    assert refused.value.field == "value"
    assert refused.value.todo


@given(st.text(max_size=80), st.sampled_from(("number", "prefix", "range", "source")))
def test_any_text_is_a_value_or_bad_input(text: str, kind: Kind) -> None:
    for how in (kind, kind_of(text)):
        try:
            value = read_value(text, how)
        except BadInput:
            continue
        assert len(value.text) <= 64
        assert read_value(value.text, how) == value


@given(DIGITS)
def test_a_number_has_every_prefix_of_itself_and_no_other(digits: str) -> None:
    number = "+" + digits
    assert prefixes_of(number) == [number[: end + 1] for end in range(1, len(number))]
    assert is_number(number)


@given(st.integers(10**10, 10**11 - 1), st.integers(0, 10**9))
def test_a_range_of_some_magnitude_begins_within_it(low: int, more: int) -> None:
    high = min(low + more, 10**11 - 1)
    value = read_value(f"+{low}-+{high}", "range")
    assert value.magnitude is not None and value.digits == 11
    assert 0 <= high - low < 10**value.magnitude


@given(st.ip_addresses(), st.data())
def test_an_address_lies_in_every_network_that_is_named_for_it(address: object, data: st.DataObject) -> None:
    named = networks_of(str(address))
    one = ip_network(data.draw(st.sampled_from(named)))
    inner = ip_address(str(address))
    mapped = getattr(inner, "ipv4_mapped", None)
    assert (mapped or inner) in one
    assert read_value(str(one), "source").text in named


@pytest.mark.parametrize("text", ["", "not an address", "203.0.113", "sip.example.com", "203.0.113.7/24"])
def test_what_is_no_address_lies_in_no_network(text: str) -> None:
    assert networks_of(text) == []


@pytest.mark.parametrize(
    ("ani", "expected"),
    [
        ("", True), ("anonymous", True), ("Anonymous", True), ("Restricted", True), ("unavailable", True),
        ("+266696687", True), ("+15105550100", False), ("alice", False), ("+2666966870", False),
    ],
)  # fmt: skip
def test_who_shows_no_number_is_anonymous(ani: str, expected: bool) -> None:
    assert is_anonymous(ani) is expected


@pytest.mark.parametrize("ani", ["", "alice", "+12", "15105550100", "+1510555010x", "+1234567890123456"])
def test_who_has_no_number_has_no_prefix(ani: str) -> None:
    assert prefixes_of(ani) == []
