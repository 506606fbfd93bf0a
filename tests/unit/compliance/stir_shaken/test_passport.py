"""The token of a header: taken apart and read strictly."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.identity_header import parse_identity
from compliance.stir_shaken.passport import MOST_DESTINATIONS, Passport, open_token, read_claims
from tests.stir import maker


def read(header: str) -> Passport:
    return read_claims(open_token(parse_identity(header)))


def refused(header: str) -> tuple[int, str]:
    with pytest.raises(Fault) as fault:
        read(header)
    return fault.value.sip_code, fault.value.slug


def test_a_good_token_says_who_calls_whom_when_and_how_sure_the_provider_is() -> None:
    one = read(maker.identity())
    assert (one.kind, one.x5u, one.orig, one.dest) == ("shaken", maker.X5U, maker.ORIG, (maker.DEST,))
    assert (one.attest, one.origid, one.iat) == ("A", maker.ORIGID, int(maker.NOW.timestamp()))
    header = maker.identity()
    assert header.startswith(one.signed.decode() + ".")


def test_the_bytes_signed_are_those_received_not_those_we_would_write() -> None:
    header = maker.identity(
        b' {"origid":"x" ,"orig":{"tn":"1"},"iat":1,"dest":{"tn":["2"]},"attest":"B","attes\\u0074":1}'
    )
    with pytest.raises(Fault):  # the same name, spelled differently, is a member twice
        read(header)
    header = maker.identity(b' {"origid":"x" ,"orig":{"tn":"1"},"iat":1,"dest":{"tn":["2"]},"attest":"B"}')
    assert read(header).attest == "B" and header.startswith(read(header).signed.decode())


def test_a_diversion_names_who_diverted_and_a_name_may_be_signed() -> None:
    one = read(maker.div_identity(maker.DEST, maker.OTHER))
    assert (one.kind, one.div, one.dest, one.attest) == ("div", maker.DEST, (maker.OTHER,), None)
    named = read(maker.identity(maker.claims(rcd={"nam": "City"})))
    assert named.name is not None and named.name.nam == "City"


def test_a_destination_may_be_a_uri_as_well() -> None:
    assert read(maker.identity(maker.claims(dest={"tn": ["1"], "uri": ["sip:a@b"]}))).dest == ("1",)
    assert read(maker.identity(maker.claims(dest={"uri": ["sip:a@b"]}))).dest == ()


@pytest.mark.parametrize(
    ("jose", "expected"),
    [
        ({"alg": "none"}, (438, "alg")),
        ({"alg": "HS256"}, (438, "alg")),
        ({"alg": ["ES256"]}, (438, "alg")),
        ({"alg": None}, (438, "alg")),
        ({"typ": "JWT"}, (438, "typ")),
        ({"typ": None}, (438, "typ")),
        ({"crit": ["b64"], "b64": False}, (438, "crit")),
        ({"ppt": None}, (438, "ppt")),
        ({"ppt": 1}, (438, "ppt")),
        ({"x5u": None}, (436, "no_x5u")),
        ({"x5u": [maker.X5U]}, (436, "no_x5u")),
    ],
)
def test_another_kind_of_token_is_refused(jose: dict[str, Any], expected: tuple[int, str]) -> None:
    parameters = f";info=<{maker.X5U}>"
    assert refused(maker.identity(jose=maker.jose_header(**jose), parameters=parameters)) == expected


def test_what_header_and_token_say_twice_has_to_be_the_same() -> None:
    assert refused(maker.identity(parameters=f";info=<{maker.X5U}>;ppt=div")) == (438, "ppt")
    assert refused(maker.identity(parameters=";info=<https://other.example/>")) == (436, "x5u_info")


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        *[({"iat": iat}, "iat") for iat in (None, "1", 1.5, True, [], 1e3)],
        *[({"attest": attest}, "attest") for attest in (None, "", "a", "D", "AA", 1, ["A"])],
        *[({"origid": origid}, "origid") for origid in (None, "", 1, "x" * 256, "a\nb", {})],
        *[
            ({"orig": orig}, "orig")
            for orig in (None, "1", [], {}, {"tn": ["1"]}, {"tn": "+1"}, {"tn": ""}, {"tn": "1" * 16}, {"tn": "1 2"},
                         {"tn": 1}, {"uri": "sip:a@b"}, {"tn": "1", "uri": "sip:a@b"}, {"tn": "1\x00"}, {"tn": "١"})
        ],
        *[
            ({"dest": dest}, "dest")
            for dest in (None, "1", [], {}, {"tn": []}, {"tn": "1"}, {"tn": ["+1"]}, {"tn": [1]}, {"tn": [["1"]]},
                         {"tn": {}}, {"uri": []}, {"uri": "x"}, {"tn": None}, {"tn": ["1"] * (MOST_DESTINATIONS + 1)})
        ],
        ({"rcd": "x"}, "rcd"),
        ({"rcd": None, "rcdi": 1, "iat": "x"}, "iat"),
    ],
)  # fmt: skip
def test_a_claim_of_another_type_is_not_repaired(changes: dict[str, Any], slug: str) -> None:
    assert refused(maker.identity(maker.claims(**changes))) == (438, slug)


@pytest.mark.parametrize("div", [None, "1", {}, {"tn": ["1"]}, {"tn": "+1"}, {"uri": "sip:a@b"}])
def test_a_diversion_by_nobody_is_refused(div: Any) -> None:
    payload = maker.claims(attest=None, origid=None, div=div)
    assert refused(maker.identity(payload, jose=maker.jose_header(ppt="div"))) == (438, "div")


@pytest.mark.parametrize("token", ["a", "a.b", "a.b.c.d", "...", ".b.c", "e30.e30.", "e30..e30", "e30 .e30.e30"])
def test_what_does_not_have_three_parts_is_refused(token: str) -> None:
    assert refused(f"{token};info=<{maker.X5U}>")[0] == 438
