"""What we sign passes, with us and by the text of the RFC; what nobody could believe is not signed."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken import base64url
from compliance.stir_shaken.sign import Statement, sign_passport
from compliance.stir_shaken.verdict import PASSED
from compliance.stir_shaken.verify import SipCall
from gateway.kernel.errors import BadInput
from tests.stir import maker
from tests.stir.checking import check

IAT = int(maker.NOW.timestamp())
SHAKEN = Statement("shaken", maker.ORIG, (maker.DEST,), IAT, attest="A", origid=maker.ORIGID)
DIV = Statement("div", maker.ORIG, (maker.OTHER,), IAT, div=maker.DEST)
NUMBERS = st.text("0123456789*#", min_size=1, max_size=15)
LATEST = int(maker.END.timestamp()) - 1
EARLIEST = int(maker.BEGIN.timestamp())


def signed(statement: Statement, x5u: str = maker.X5U) -> str:
    return sign_passport(statement, maker.leaf().key, x5u)


@given(
    orig=NUMBERS,
    dest=st.lists(NUMBERS, min_size=1, max_size=8),
    iat=st.integers(EARLIEST, LATEST),
    attest=st.sampled_from(["A", "B", "C"]),
    origid=st.text(min_size=1, max_size=40).filter(str.isprintable),
)
def test_what_we_sign_passes(orig: str, dest: list[str], iat: int, attest: Any, origid: str) -> None:
    call = SipCall(orig, frozenset({dest[-1]}))
    value = signed(Statement("shaken", orig, tuple(dest), iat, attest, origid))
    verdict = replace(check, call=call, now=datetime.fromtimestamp(iat, UTC))(value)
    assert (verdict.verstat, verdict.attest, verdict.origid) == (PASSED, attest, origid)


@given(st.lists(NUMBERS, min_size=2, max_size=6, unique=True))
def test_a_call_that_we_divert_is_still_vouched_for(way: list[str]) -> None:
    headers = [signed(replace(SHAKEN, dest=(way[0],)))]
    headers += [signed(replace(DIV, div=frm, dest=(to,))) for frm, to in itertools.pairwise(way)]
    verdict = replace(check, call=SipCall(maker.ORIG, frozenset({way[-1]})))(*headers)
    assert (verdict.verstat, verdict.diverted) == (PASSED, len(way) - 1)


def test_it_is_written_as_the_rfc_wants_it() -> None:
    value = signed(SHAKEN)
    token, *parameters = value.split(";")
    jose, claims, _ = (base64url.decode(part, "part") for part in token.split("."))
    assert jose == f'{{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"{maker.X5U}"}}'.encode()
    assert (
        claims
        == (
            f'{{"attest":"A","dest":{{"tn":["{maker.DEST}"]}},"iat":{IAT},"orig":{{"tn":"{maker.ORIG}"}},'
            f'"origid":"{maker.ORIGID}"}}'
        ).encode()
    )
    assert parameters == [f"info=<{maker.X5U}>", "alg=ES256", "ppt=shaken"]
    diverted = json.loads(base64url.decode(signed(DIV).split(".")[1], "part"))
    assert diverted == {
        "dest": {"tn": [maker.OTHER]}, "div": {"tn": maker.DEST}, "iat": IAT, "orig": {"tn": maker.ORIG}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        (replace(SHAKEN, orig="+12155550121"), "orig"),
        (replace(SHAKEN, orig=""), "orig"),
        (replace(SHAKEN, orig="1" * 16), "orig"),
        (replace(SHAKEN, dest=()), "dest"),
        (replace(SHAKEN, dest=("alice",)), "dest"),
        (replace(SHAKEN, dest=("1",) * 33), "dest"),
        (replace(SHAKEN, iat=-1), "iat"),
        (replace(SHAKEN, attest=None), "attest"),
        (replace(SHAKEN, attest="D"), "attest"),  # type: ignore[arg-type]
        (replace(SHAKEN, origid=""), "origid"),
        (replace(SHAKEN, origid="a\nb"), "origid"),
        (replace(SHAKEN, origid="x" * 256), "origid"),
        (replace(SHAKEN, div="1"), "div"),
        (replace(DIV, div=""), "div"),
        (replace(DIV, attest="A"), "attest"),
    ],
)
def test_what_a_verifier_would_refuse_is_not_signed(statement: Statement, field: str) -> None:
    with pytest.raises(BadInput) as error:
        signed(statement)
    assert error.value.field == field and error.value.todo


@pytest.mark.parametrize(
    "x5u", ["http://cert.example/", "https://127.0.0.1/", "https://a.example/?x", "https://a.example/>;x=<", "x"]
)
def test_an_address_that_verifiers_refuse_is_not_named(x5u: str) -> None:
    with pytest.raises(BadInput) as error:
        signed(SHAKEN, x5u)
    assert error.value.field == "x5u"


def test_a_key_on_another_curve_signs_nothing() -> None:
    with pytest.raises(BadInput) as error:
        sign_passport(SHAKEN, maker.key("wide", ec.SECP384R1), maker.X5U)
    assert error.value.field == "key"
