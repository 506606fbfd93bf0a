"""Broken headers and tokens, in tens of thousands: never an exception, and never a pass.

Each case is made from its kind and number, so that a run finds what the one before found.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.stir_shaken import base64url
from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.telephone import is_canonical
from compliance.stir_shaken.verdict import PASSED
from tests.stir import maker
from tests.stir.broken import CASES, GOOD, PARAMETERS, TOKEN, depth, each, good_credential, judged
from tests.stir.checking import CALL
from tests.stir.mutators import STRANGE, broken, broken_text, strange_members

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


def test_there_are_more_than_20000_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(CASES.values()) >= 20_000
    with capsys.disabled():
        print(f"\n{sum(CASES.values())} cases of broken STIR/SHAKEN input")


@pytest.fixture(scope="module")
def trusted() -> Credential:
    return good_credential()


def test_a_header_whose_text_is_broken_passes_only_with_its_token_and_address_whole(trusted: Credential) -> None:
    for name, random in each("header text"):
        value = broken_text(random, GOOD)
        if judged([value], trusted).verstat == PASSED:
            token, _, parameters = value.partition(";")
            assert token.strip(" \t") == TOKEN and f"<{maker.X5U}>" in parameters, name


def test_a_change_of_any_signed_byte_never_passes(trusted: Credential) -> None:
    """Of the bytes and of their spelling in base64url."""
    for name, random in each("signed part"):
        parts = TOKEN.split(".")
        which = random.randrange(2)
        if random.random() < 0.5:
            parts[which] = base64url.encode(broken(random, base64url.decode(parts[which], "part")))
        else:
            parts[which] = broken_text(random, parts[which])
        assert not _passes(".".join(parts), trusted), name


def _passes(token: str, trusted: Credential) -> bool:
    """Another token than the good one: white space around it is no part of it."""
    value = f"{token};{PARAMETERS}"
    return judged([value], trusted).verstat == PASSED and value.partition(";")[0].strip(" \t") != TOKEN


def test_every_single_bit_of_what_is_signed_counts(trusted: Credential) -> None:
    parts = TOKEN.split(".")
    for which in range(3):
        raw = base64url.decode(parts[which], "part")
        for bit in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            token = ".".join([*parts[:which], base64url.encode(bytes(changed)), *parts[which + 1 :]])
            assert judged([f"{token};{PARAMETERS}"], trusted).verstat != PASSED, (which, bit)


def test_another_signature_never_passes(trusted: Credential) -> None:
    signed, _, signature = TOKEN.rpartition(".")
    for name, random in each("signature"):
        raw = broken(random, base64url.decode(signature, "signature"))
        text = base64url.encode(raw) if random.random() < 0.8 else broken_text(random, signature)
        assert not _passes(f"{signed}.{text}", trusted), name


def test_claims_that_a_provider_signed_pass_only_when_each_is_right(trusted: Credential) -> None:
    for name, random in each("claims, signed"):
        claims = strange_members(random, maker.claims())
        verdict = judged([maker.identity(claims)], trusted)
        assert (verdict.verstat == PASSED) is _claims_are_right(claims), (name, claims, verdict.sentence)


def _claims_are_right(claims: dict[str, Any]) -> bool:
    """Told once more, and in another way than the verifier does."""
    try:
        iat, orig, dest, origid = (claims[name] for name in ("iat", "orig", "dest", "origid"))
        numbers, uris = dest.get("tn", []), dest.get("uri", [])
        return (
            type(iat) is int
            and abs(iat - int(maker.NOW.timestamp())) <= 60
            and claims["attest"] in ("A", "B", "C")
            and isinstance(origid, str)
            and 0 < len(origid) <= 255
            and origid.isprintable()
            and orig == {"tn": maker.ORIG}
            and isinstance(numbers, list)
            and isinstance(uris, list)
            and all(isinstance(one, str) and is_canonical(one) for one in numbers)
            and maker.DEST in numbers
            and depth(claims) <= 8
        )
    except (KeyError, AttributeError, TypeError):
        return False


def test_a_token_header_that_a_provider_signed_passes_only_when_it_is_right(trusted: Credential) -> None:
    right = maker.jose_header()
    for name, random in each("token header, signed"):
        jose = strange_members(random, right)
        verdict = judged([maker.identity(jose=jose, parameters=f";{PARAMETERS}")], trusted)
        as_it_should = {key: jose.get(key) for key in right} == right and "crit" not in jose and depth(jose) <= 8
        assert (verdict.verstat == PASSED) is as_it_should, (name, jose, verdict.sentence)


def test_json_that_a_provider_signed_although_it_is_broken_does_not_pass(trusted: Credential) -> None:
    good = json.dumps(maker.claims(), separators=(",", ":"), sort_keys=True)
    for name, random in each("json text, signed"):
        raw = broken(random, good.encode()) if random.random() < 0.5 else broken_text(random, good).encode()
        if judged([maker.identity(raw)], trusted).verstat == PASSED:
            assert _claims_are_right(json.loads(raw)), (name, raw)


def test_whatever_a_claim_may_be_is_answered(trusted: Credential) -> None:
    """Each strange value in the place of each claim and of each member of the token's header."""
    for value in STRANGE:
        for member in ("attest", "dest", "iat", "orig", "origid", "rcd", "div", "x"):
            for kind in ("shaken", "div", "rcd"):
                claims = {**maker.claims(), "div": {"tn": "1"}, "rcd": {"nam": "A"}, member: value}
                judged([maker.identity(claims, jose=maker.jose_header(ppt=kind))], trusted)
        for member in ("alg", "ppt", "typ", "x5u"):
            jose = {**maker.jose_header(), member: value}
            judged([maker.identity(jose=jose, parameters=f";{PARAMETERS}")], trusted)


ANY = settings(
    max_examples=500, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@ANY
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_is_answered(trusted: Credential, value: str, parameters: str, date: str) -> None:
    call = replace(CALL, orig=parameters, date=date)
    assert judged([value, f"{value};{parameters}", f"{TOKEN};{value}"], trusted, call).verstat != PASSED


@ANY
@given(st.sampled_from(["attest", "dest", "iat", "orig", "origid", "rcd"]), JSON, st.dictionaries(st.text(), JSON))
def test_any_json_at_all_in_a_signed_claim_is_answered(
    trusted: Credential, member: str, value: Any, others: dict[str, Any]
) -> None:
    claims = {**others, **maker.claims(), member: value}
    try:
        header = maker.identity(claims)
    except UnicodeEncodeError:  # half a pair of surrogates cannot be sent
        return
    if judged([header], trusted).verstat == PASSED:
        assert member == "rcd" or _claims_are_right(claims)
