"""A TNAuthList is read as RFC 8226 writes it, and not otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken import der
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.tn_auth_list import NumberRange, TnAuthList, read_tn_auth_list, write_tn_auth_list

NUMBERS = st.text("0123456789", min_size=1, max_size=15)
RANGES = st.builds(NumberRange, NUMBERS, st.integers(1, 10**10))
LISTS = st.builds(
    TnAuthList,
    st.lists(st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True), min_size=1, max_size=4).map(tuple),
    st.lists(RANGES, max_size=4).map(tuple),
)


def test_the_list_of_a_real_certificate_names_its_provider() -> None:
    assert read_tn_auth_list(bytes.fromhex("3008a006160430363345")) == TnAuthList(("063E",))


@given(LISTS)
def test_what_is_written_is_read_again(one: TnAuthList) -> None:
    assert read_tn_auth_list(write_tn_auth_list(one)) == one


@pytest.mark.parametrize(
    ("what", "raw"),
    [
        ("nothing", ""),
        ("no entries", "3000"),
        ("a bare text, as libstirshaken's test certificate has it", "16016e"),
        ("text of a configuration file, as Asterisk's test certificates have it", "3838313231322c494e54454745523a3530"),
        ("a code without its explicit tag", "3006160430363345"),
        ("an implicit tag", "3006800430363345"),
        ("a code as UTF-8", "3008a0060c0430363345"),
        ("an empty code", "3004a0021600"),
        ("a code with a space", "3008a006160430362045"),
        ("a code with a letter that is not ASCII", "3008a0061604303633e9"),
        ("something behind the list", "3008a00616043036334500"),
        ("something behind the code", "300aa006160430363345a000"),
        ("a length that goes too far", "3009a006160430363345"),
        ("a length in a longer form", "308108a006160430363345"),
        ("a length without end", "3080a0061604303633450000"),
        ("an unknown kind of entry", "3008a306160430363345"),
        ("a tag of several bytes", "300abf8101061604303633455"[:24]),
        ("a range of one", "300ca10a30081603313233020101"),
        ("a range of a negative count", "300ca10a300816033132330201ff"),
        ("a count with a zero too many", "300da10b3009160331323302020005"),
        ("a range without a count", "3009a107300516033132330000"[:22]),
        ("a range that starts with letters", "300ca10a30081603616263020105"),
        ("a number of letters", "3007a2051603616263"),
    ],
)
def test_another_form_is_refused(what: str, raw: str) -> None:
    with pytest.raises(Fault) as fault:
        read_tn_auth_list(bytes.fromhex(raw))
    assert (fault.value.sip_code, fault.value.slug) == (437, "tn_auth_list"), what


def test_a_list_too_long_is_refused() -> None:
    one = der.element(0xA0, der.element(0x16, b"1"))
    assert len(read_tn_auth_list(der.element(0x30, one * 10_000)).codes) == 10_000
    with pytest.raises(Fault):
        read_tn_auth_list(der.element(0x30, one * 10_001))


@pytest.mark.parametrize(
    ("number", "covered"),
    [("12155550100", True), ("12155550149", True), ("12155550150", False), ("12155550099", False),
     ("2155550120", False), ("121555501200", False), ("*2155550120", False), ("", False)],
)  # fmt: skip
def test_a_range_covers_its_numbers_and_no_other(number: str, *, covered: bool) -> None:
    assert TnAuthList(ranges=(NumberRange("12155550100", 50),)).covers(number) is covered


def test_a_range_does_not_run_into_numbers_with_more_digits() -> None:
    assert not NumberRange("98", 100).covers("100")
    assert NumberRange("98", 100).covers("99")


def test_a_provider_code_covers_every_number_and_an_empty_list_none() -> None:
    assert TnAuthList(("709J",)).covers("12155550100") and not TnAuthList().covers("12155550100")
