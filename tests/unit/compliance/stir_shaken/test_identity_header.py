"""The value of an Identity header: what real traffic sends is read, what is none is refused with its code."""

from __future__ import annotations

import pytest

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.identity_header import LONGEST, IdentityHeader, parse_identity

URI = "https://cert.example.org/a.pem"
GOOD = IdentityHeader("h.p.s", URI, "ES256", "shaken")


def refused(value: str) -> tuple[int, str]:
    with pytest.raises(Fault) as fault:
        parse_identity(value)
    return fault.value.sip_code, fault.value.slug


@pytest.mark.parametrize(
    "value",
    [
        f"h.p.s;info=<{URI}>;alg=ES256;ppt=shaken",
        f'h.p.s;info=<{URI}>;alg="ES256";ppt="shaken"',
        f"h.p.s ; info = <{URI}> ; alg = ES256 ; ppt = shaken ",
        f"h.p.s;\tppt=shaken;ALG=ES256;Info=<{URI}>",
        f'h.p.s;info=<{URI}>;x;y=;z="a;b\\"c";alg=ES256;ppt="sha\\ken"',
    ],
)
def test_the_forms_of_real_traffic_are_one(value: str) -> None:
    assert parse_identity(value) == GOOD


def test_alg_and_ppt_may_be_absent() -> None:
    assert parse_identity(f"h.p.s;info=<{URI}>") == IdentityHeader("h.p.s", URI, "", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("h.p.s", (436, "no_info")),
        ("h.p.s;alg=ES256", (436, "no_info")),
        ("h.p.s;info=<>", (436, "no_info")),
        (f"h.p.s;info={URI}", (436, "no_info")),
        (f'h.p.s;info="{URI}"', (436, "no_info")),
        ("", (438, "no_token")),
        (f";info=<{URI}>", (438, "no_token")),
        (f"..sig;info=<{URI}>", (438, "compact_form")),
        (f"h.p.s;info=<{URI}>;alg=ES384", (438, "header_alg")),
        (f"h.p.s;info=<{URI}>;alg=es256", (438, "header_alg")),
        (f"h.p.s;info=<{URI}>;alg=<ES256>", (438, "header_syntax")),
        (f"h.p.s;info=<{URI}>;info=<{URI}>", (438, "header_syntax")),
        (f"h.p.s;info=<{URI}", (438, "header_syntax")),
        (f"h.p.s;info=<{URI}>;", (438, "header_syntax")),
        (f'h.p.s;info=<{URI}>;ppt="shaken', (438, "header_syntax")),
        (f"h.p.s;info=<{URI}>,h.p.s", (438, "header_syntax")),
        (f"h.p.s;info=<{URI}>" + "".join(f";p{n}" for n in range(40)), (438, "header_syntax")),
        (f"h.p.s;info=<{URI}>\r\nX: y", (438, "header_characters")),
        (f"h.p.s;info=<{URI}>;ppt=sh\u00e4ken", (438, "header_characters")),
        ("h.p.s\x00", (438, "header_characters")),
        ("x" * (LONGEST + 1), (438, "header_too_long")),
    ],
)
def test_what_is_no_identity_header_is_refused_with_its_code(value: str, expected: tuple[int, str]) -> None:
    assert refused(value) == expected
