"""The list of authorities that an administrator signs (ATIS-1000084)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from compliance.stir_shaken import base64url
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.trust import TrustList, read_anchors, read_trust_list, signer_of
from tests.stir import maker

ADMINISTRATOR = maker.authority("a test's administrator")
SIGNER = maker.certify("signs the list", ADMINISTRATOR, [(maker.key_usage("digital_signature"), True)])
ANCHORS = (maker.root().certificate, maker.authority("another root").certificate)
SIGNED = maker.trust_list(*ANCHORS, by=SIGNER, sequence=7)


def read(jws: str = SIGNED, signer: bytes = SIGNER.pem, after: int = -1, **rest: Any) -> TrustList:
    return read_trust_list(jws, signer, rest.get("administrators", [ADMINISTRATOR.certificate]), maker.NOW, after)


def refused(*arguments: Any, **rest: Any) -> str:
    with pytest.raises(Fault) as fault:
        read(*arguments, **rest)
    return fault.value.slug


def test_the_authorities_are_those_of_the_list_that_an_administrator_vouches_for() -> None:
    assert read() == TrustList(7, maker.NOW + timedelta(days=30), ANCHORS)
    assert read(f"  {SIGNED}\n").sequence == 7
    assert signer_of(SIGNED) == "https://list.example.org/signer.pem"


def test_the_administrator_may_sign_itself_or_through_another_certificate() -> None:
    assert read(maker.trust_list(*ANCHORS, by=ADMINISTRATOR), ADMINISTRATOR.pem).anchors == ANCHORS
    between = maker.authority("between", ADMINISTRATOR)
    below = maker.certify("signs below", between, [])
    jws = maker.trust_list(*ANCHORS, by=below)
    assert read(jws, below.pem + between.pem).anchors == ANCHORS
    assert refused(jws, below.pem) == "list_signer"


def test_nobody_else_can_name_authorities() -> None:
    stranger = maker.authority("a stranger")
    assert refused(maker.trust_list(*ANCHORS, by=stranger), stranger.pem) == "list_signer"
    assert refused(maker.trust_list(*ANCHORS, by=stranger)) == "list_signature"
    assert refused(administrators=[]) == "list_signer"
    assert refused(administrators=[stranger.certificate]) == "list_signer"
    namesake = maker.certify("signs the list", maker.authority("a test's administrator", with_key=maker.key("x")), [])
    assert refused(maker.trust_list(*ANCHORS, by=namesake), namesake.pem) == "list_signer"


def test_a_signer_whose_certificate_has_ended_signs_no_more() -> None:
    late = maker.certify("ended", ADMINISTRATOR, [], not_after=maker.NOW - timedelta(seconds=1))
    assert refused(maker.trust_list(*ANCHORS, by=late), late.pem) == "list_signer"


def test_the_sequence_has_to_grow() -> None:
    assert read(after=6).sequence == 7
    assert refused(after=7) == "list_sequence"
    assert refused(after=8) == "list_sequence"


def test_a_list_that_has_ended_still_counts_and_says_so() -> None:
    ended = maker.NOW - timedelta(days=1)
    assert read(maker.trust_list(*ANCHORS, by=SIGNER, expires=ended)).expires == ended


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_change_anywhere_is_noticed(part: int) -> None:
    parts = SIGNED.split(".")
    raw = bytearray(base64url.decode(parts[part], "part"))
    raw[len(raw) // 2] ^= 1
    parts[part] = base64url.encode(bytes(raw))
    assert refused(".".join(parts)) in ("list_form", "list_signature")


@pytest.mark.parametrize(
    ("claims", "slug"),
    [
        ({"sequence": "8"}, "list_claims"),
        ({"sequence": None}, "list_claims"),
        ({"sequence": True}, "list_claims"),
        ({"exp": "x"}, "list_claims"),
        ({"exp": 10**12}, "list_claims"),
        ({"exp": 10**18}, "list_claims"),
        ({"exp": -(10**18)}, "list_claims"),
        ({"exp": 10**40}, "list_claims"),
        ({"trustList": []}, "list_claims"),
        ({"trustList": {}}, "list_claims"),
        ({"trustList": [1]}, "list_claims"),
        ({"trustList": ["x"] * 501}, "list_claims"),
        ({"trustList": ["x"]}, "certificate_syntax"),
        ({"trustList": ["\ud7ff"]}, "certificate_syntax"),
    ],
)
def test_a_list_of_another_form_is_refused_although_it_is_signed(claims: dict[str, Any], slug: str) -> None:
    assert refused(maker.trust_list(*ANCHORS, by=SIGNER, **claims)) == slug


@pytest.mark.parametrize("jws", ["", "a.b", "a.b.c", "e30.e30.e30", "e30.e30.e30.e30", "\u00e9.e30.e30"])
def test_what_is_no_signed_list_is_refused(jws: str) -> None:
    assert refused(jws) == "list_form"
    with pytest.raises(Fault):
        signer_of(jws)


@pytest.mark.parametrize("pem", [b"", b"x", maker.leaf().pem[:100]])
def test_a_file_without_certificates_is_refused(pem: bytes) -> None:
    assert refused(SIGNED, pem) == "certificate_syntax"
    with pytest.raises(Fault):
        read_anchors(pem)
