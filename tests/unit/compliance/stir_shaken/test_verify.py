"""The whole check: what passes, what each fault is answered with, and in which order they are looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from compliance.stir_shaken.faults import Fault, bad_info
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.revocation import read_revocation_list
from compliance.stir_shaken.tn_auth_list import NumberRange
from compliance.stir_shaken.trust import Region
from compliance.stir_shaken.verdict import FAILED, NONE, PASSED, Verdict
from compliance.stir_shaken.verify import MOST_HEADERS, Rules, SipCall, judge, open_header
from tests.stir import maker
from tests.stir.checking import CALL, REGION, check, credential

SECOND = timedelta(seconds=1)
GOOD = maker.identity()
REVOKED = read_revocation_list(
    maker.revocation_list(maker.leaf().certificate).public_bytes(Encoding.DER), [maker.crl_signer().certificate]
)


def refused(verdict: Verdict) -> tuple[int | None, str]:
    assert verdict.verstat == FAILED and verdict.fault is not None
    assert (verdict.attest, verdict.origid, verdict.code, verdict.name) == (None, "", "", None)
    return verdict.sip_code, verdict.fault.slug


def test_a_good_call_is_vouched_for_by_its_provider() -> None:
    verdict = check(GOOD)
    assert (verdict.verstat, verdict.sip_code, verdict.attest) == (PASSED, None, "A")
    assert (verdict.origid, verdict.code, verdict.region) == (maker.ORIGID, maker.CODE, REGION)
    assert verdict.serial == f"{maker.leaf().certificate.serial_number:x}"
    assert "level A" in verdict.sentence and not verdict.diverted and not verdict.replayed
    (header,) = verdict.headers
    assert (header.kind, header.verstat, header.host) == ("shaken", PASSED, "cert.example.org")


def test_no_sentence_carries_what_the_caller_wrote() -> None:
    said = [
        check(header).sentence
        for header in (GOOD, GOOD[:-1], maker.identity(maker.claims(orig={"tn": "4930901820"})), "4930901820")
    ]
    assert not any(number in sentence for sentence in said for number in (maker.ORIG, maker.DEST, "4930901820"))


def test_without_a_header_nobody_vouches_and_one_of_another_kind_is_as_none() -> None:
    none = check()
    assert (none.verstat, none.sip_code) == (NONE, 428)
    other = check(maker.identity(jose=maker.jose_header(ppt="rph")))
    assert (other.verstat, other.sip_code, other.headers[0].kind) == (NONE, None, "rph")
    assert check(maker.identity(jose=maker.jose_header(ppt="rph")), GOOD).verstat == PASSED


@pytest.mark.parametrize(
    ("age", "expected"), [(0, None), (60, None), (-60, None), (61, (403, "stale")), (-61, (403, "future"))]
)
def test_a_token_is_fresh_for_a_minute_both_ways(age: int, expected: tuple[int, str] | None) -> None:
    verdict = replace(check, now=maker.NOW + age * SECOND)(GOOD)
    assert (verdict.verstat == PASSED) if expected is None else (refused(verdict) == expected)


def test_the_caller_has_to_be_the_one_of_the_request() -> None:
    for orig in (maker.OTHER, "", "2155550121"):
        assert refused(replace(check, call=replace(CALL, orig=orig))(GOOD)) == (438, "orig_mismatch")


def test_a_token_for_another_destination_is_a_copy() -> None:
    for here in (frozenset({maker.OTHER}), frozenset[str]()):
        verdict = replace(check, call=replace(CALL, destinations=here))(GOOD)
        assert refused(verdict) == (438, "dest_mismatch")
    both = replace(CALL, destinations=frozenset({maker.OTHER, maker.DEST}))
    assert replace(check, call=both)(GOOD).verstat == PASSED


def test_a_certificate_that_was_not_had_is_the_fault_it_came_to() -> None:
    opened = [open_header(GOOD, Rules())]
    fault = bad_info("fetch_timeout", "it did not come")
    assert judge(opened, {maker.X5U: fault}, CALL, maker.NOW, Rules(), Seen()).fault is fault
    missing = judge(opened, {}, CALL, maker.NOW, Rules(), Seen())
    assert refused(missing) == (436, "not_fetched")


def test_a_certificate_that_ended_or_is_not_valid_yet_is_refused() -> None:
    for slug, span in (
        ("expired", {"not_after": maker.NOW - SECOND}),
        ("not_yet_valid", {"not_before": maker.NOW + SECOND}),
    ):
        leaf = maker.provider(maker.intermediate(), **span)
        verdict = replace(check, served={maker.X5U: maker.bundle(leaf)})(maker.identity(by=leaf))
        assert refused(verdict) == (437, slug)


def test_a_certificate_that_was_not_valid_when_the_token_was_made_is_refused() -> None:
    leaf = maker.provider(maker.intermediate(), not_before=maker.NOW)
    early = maker.identity(maker.claims(iat=int(maker.NOW.timestamp()) - 1), by=leaf)
    served = replace(check, served={maker.X5U: maker.bundle(leaf)})
    assert refused(served(early)) == (437, "not_valid_then")
    assert served(maker.identity(by=leaf)).verstat == PASSED


def test_a_withdrawn_certificate_is_refused_and_so_is_what_a_withdrawn_one_issued() -> None:
    for revoked in (maker.leaf(), maker.intermediate()):
        made = maker.revocation_list(revoked.certificate).public_bytes(Encoding.DER)
        rules = Rules(revoked={REGION: read_revocation_list(made, [maker.crl_signer().certificate])})
        assert refused(replace(check, rules=rules)(GOOD)) == (437, "revoked")


def test_without_a_list_of_the_withdrawn_the_settings_decide_and_another_regions_list_is_none() -> None:
    assert replace(check, rules=Rules(revoked={"elsewhere": REVOKED}))(GOOD).verstat == PASSED
    strict = replace(check, rules=Rules(revoked={"elsewhere": REVOKED}, without_list="fail"))
    assert refused(strict(GOOD)) == (437, "no_revocation_list")


def test_a_region_vouches_for_its_own_country_only() -> None:
    found = credential()
    assert not isinstance(found, Fault)
    opened = [open_header(GOOD, Rules())]
    for codes, verstat in ((("1",), PASSED), (("49",), FAILED), (("33", "1215"), PASSED)):
        region = Region(REGION, found.region.anchors, country_codes=codes)
        verdict = judge(opened, {maker.X5U: replace(found, region=region)}, CALL, maker.NOW, Rules(), Seen())
        assert verdict.verstat == verstat
        assert verstat == PASSED or refused(verdict) == (437, "region")


def test_a_certificate_of_numbers_speaks_for_these_numbers() -> None:
    rules = Rules(profile="rfc8226")
    for start, expected in ((maker.ORIG, None), (maker.OTHER, (437, "tn_auth_list_scope"))):
        numbers = maker.speaks_for(ranges=(NumberRange(start, 1),))
        leaf = maker.provider(maker.intermediate(), changes={type(numbers): (numbers, False)})
        verdict = replace(check, rules=rules, served={maker.X5U: maker.bundle(leaf)})(maker.identity(by=leaf))
        assert (verdict.verstat == PASSED) if expected is None else (refused(verdict) == expected)


def test_over_signed_diversions_the_call_is_vouched_for() -> None:
    here = replace(check, call=replace(CALL, destinations=frozenset({"3"})))
    steps = (GOOD, maker.div_identity(maker.DEST, "2"), maker.div_identity("2", "3"))
    for headers in (steps, steps[::-1]):
        verdict = here(*headers)
        assert (verdict.verstat, verdict.attest, verdict.diverted) == (PASSED, "A", 2)


def test_a_diversion_that_fails_ends_the_way() -> None:
    here = replace(check, call=replace(CALL, destinations=frozenset({"3"})))
    first, second = maker.div_identity(maker.DEST, "2"), maker.div_identity("2", "3")
    stale = maker.div_identity("2", "3", iat=int(maker.NOW.timestamp()) - 61)
    about_another = maker.div_identity("2", "3", orig={"tn": maker.OTHER})
    assert refused(here(GOOD, first)) == (438, "div_gap")
    assert refused(here(GOOD, second)) == (438, "div_gap")
    assert refused(here(first, second)) == (438, "div_alone")
    for broken in (stale, about_another, second[:60] + second[61:]):
        assert here(GOOD, first, broken).verstat == FAILED


def test_one_good_header_is_enough_and_the_others_keep_their_faults() -> None:
    stale = maker.identity(maker.claims(iat=0))
    verdict = check("garbage", stale, GOOD)
    assert (verdict.verstat, verdict.fault) == (PASSED, None)
    assert [one.fault.slug if one.fault else "" for one in verdict.headers] == ["no_info", "stale", ""]
    assert check("garbage", stale).sip_code == 436


def test_too_many_headers_are_refused_unread() -> None:
    assert check(*[GOOD] * MOST_HEADERS).verstat == PASSED
    assert refused(check(*[GOOD] * (MOST_HEADERS + 1))) == (438, "too_many_headers")


def test_a_signed_name_counts_when_its_token_leads_here() -> None:
    named = maker.identity(maker.claims(rcd={"nam": "City"}, attest=None), jose=maker.jose_header(ppt="rcd"))
    verdict = check(GOOD, named)
    assert verdict.name is not None and verdict.name.nam == "City"
    assert check(named).verstat == FAILED or check(named).attest is None
    elsewhere = maker.identity(
        maker.claims(rcd={"nam": "City"}, dest={"tn": [maker.OTHER]}), jose=maker.jose_header(ppt="rcd")
    )
    assert check(GOOD, elsewhere).name is None


def test_a_token_that_comes_with_another_call_is_told_as_a_replay_and_passes() -> None:
    seen = Seen()
    assert not check(GOOD, seen=seen).replayed
    assert not check(GOOD, seen=seen).replayed
    again = replace(check, call=replace(CALL, call_id="call-2"))(GOOD, seen=seen)
    assert again.replayed and again.verstat == PASSED and again.headers[0].replayed


@pytest.mark.parametrize(
    ("date", "off"),
    [
        ("", False),
        ("Fri, 20 Nov 2026 12:00:30 GMT", False),
        ("Fri, 20 Nov 2026 12:01:01 GMT", True),
        ("Fri, 20 Nov 2026 13:00:00 +0100", False),
        ("yesterday", True),
        ("Fri, 99 Nov 2026 12:00:00 GMT", True),
        ("Mon, 01 Jan 0001 00:00:00 +2359", True),
        ("Fri, 31 Dec 9999 23:59:59 -2359", True),
        ("Fri, 20 Nov 2026 12:00:00 +9999999999", True),
        ("Fri, 20 Nov 99999999999 12:00:00 GMT", True),
        ("\u0661\u0662", True),
    ],
)
def test_a_date_of_another_minute_is_told_and_refuses_nothing(date: str, *, off: bool) -> None:
    verdict = replace(check, call=SipCall(maker.ORIG, CALL.destinations, "c", date))(GOOD)
    assert (verdict.verstat, verdict.date_is_off) == (PASSED, off)
