"""Screening as a table: what is found and what is asked for, and what follows."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.screening.decide import Screened, deciding, screen
from compliance.screening.found import NOTHING, Found, Match, Recent
from compliance.screening.terms import ScreeningTerms, stricter

ANYTHING = ScreeningTerms()
BLOCKED = Match("scr_block", "block", "number")
ALLOWED = Match("scr_allow", "allow", "number")
BAD_SOURCE = Match("scr_source", "block", "source", 8)
GOOD_SOURCE = Match("scr_source", "allow", "source", 0)


def prefix(which: str, spare: int) -> Match:
    return Match(f"scr_{which}_prefix_{spare}", which, "prefix", spare)  # type: ignore[arg-type]


def of_range(which: str, width: int) -> Match:
    return Match(f"scr_{which}_range_{width}", which, "range", width)  # type: ignore[arg-type]


def outcome(screened: Screened) -> str:
    if screened.refusal:
        return f"{screened.refusal.sip_code} {screened.refusal.slug}"
    return "challenge" if screened.challenge else "on"


def test_a_caller_of_whom_nothing_is_known_goes_on_and_every_check_says_why() -> None:
    screened = screen(ANYTHING, NOTHING)
    assert outcome(screened) == "on"
    assert [finding.name for finding in screened.findings] == [
        "source_screened", "caller_screened", "do_not_originate", "anonymous", "only_allowed", "caller_rate",
        "number_rate",
    ]  # fmt: skip
    assert all(finding.passed and finding.reason for finding in screened.findings)


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        ((BLOCKED,), "603 caller_blocked"),
        ((ALLOWED,), "on"),
        ((prefix("block", 6),), "603 caller_blocked"),
        ((of_range("block", 99),), "603 caller_blocked"),
        ((BAD_SOURCE,), "603 source_blocked"),
        # the most specific one counts, whichever list it is on
        ((ALLOWED, prefix("block", 6)), "on"),
        ((ALLOWED, of_range("block", 99)), "on"),
        ((BLOCKED, prefix("allow", 1)), "603 caller_blocked"),
        ((BLOCKED, of_range("allow", 1)), "603 caller_blocked"),
        ((prefix("allow", 4), prefix("block", 6)), "on"),
        ((prefix("allow", 6), prefix("block", 4)), "603 caller_blocked"),
        ((of_range("allow", 9), of_range("block", 99)), "on"),
        ((of_range("allow", 99), of_range("block", 9)), "603 caller_blocked"),
        ((of_range("allow", 9), of_range("block", 9)), "603 caller_blocked"),
        ((of_range("allow", 10**9), prefix("block", 0)), "on"),
        ((of_range("block", 10**9), prefix("allow", 0)), "603 caller_blocked"),
        # the source is a matter of its own
        ((ALLOWED, BAD_SOURCE), "603 source_blocked"),
        ((BLOCKED, GOOD_SOURCE), "603 caller_blocked"),
        ((BAD_SOURCE, GOOD_SOURCE), "on"),
    ],
)
def test_of_all_entries_the_most_specific_one_counts(matches: tuple[Match, ...], expected: str) -> None:
    for order in (matches, matches[::-1]):
        assert outcome(screen(ANYTHING, Found(matches=order))) == expected


@pytest.mark.parametrize(
    ("terms", "found", "expected"),
    [
        (ANYTHING, Found(never_calls="reg"), "603 do_not_originate"),
        (ANYTHING, Found(never_calls="reg", matches=(ALLOWED,)), "on"),
        (ANYTHING, Found(never_calls="reg", matches=(prefix("allow", 2),)), "603 do_not_originate"),
        (ANYTHING, Found(never_calls="reg", matches=(GOOD_SOURCE,)), "603 do_not_originate"),
        (ANYTHING, Found(anonymous=True), "on"),
        (ScreeningTerms(anonymous="refuse"), Found(anonymous=True), "433 anonymous_caller"),
        (ScreeningTerms(anonymous="refuse"), NOTHING, "on"),
        (ScreeningTerms(anonymous="challenge"), Found(anonymous=True), "challenge"),
        (ScreeningTerms(anonymous="challenge"), NOTHING, "on"),
        (ScreeningTerms(only_allowed=True), NOTHING, "403 not_on_allow_list"),
        (ScreeningTerms(only_allowed=True), Found(matches=(ALLOWED,)), "on"),
        (ScreeningTerms(only_allowed=True), Found(matches=(prefix("allow", 9),)), "on"),
        (ScreeningTerms(only_allowed=True), Found(matches=(GOOD_SOURCE,)), "on"),
        (ScreeningTerms(rate_per_caller=3), Found(of_caller=Recent(2, 40)), "on"),
        (ScreeningTerms(rate_per_caller=3), Found(of_caller=Recent(3, 40)), "480 caller_rate"),
        (ScreeningTerms(rate_per_caller=3), Found(to_number=Recent(3, 40)), "on"),
        (ScreeningTerms(rate_per_number=3), Found(to_number=Recent(3, 40)), "480 number_rate"),
        (ScreeningTerms(rate_per_number=3), Found(of_caller=Recent(3, 40)), "on"),
        (ScreeningTerms(challenge="all"), Found(matches=(ALLOWED,)), "challenge"),
        (ScreeningTerms(challenge="unknown"), Found(matches=(ALLOWED,)), "on"),
        (ScreeningTerms(challenge="unknown"), Found(matches=(GOOD_SOURCE,)), "on"),
        (ScreeningTerms(challenge="unknown"), NOTHING, "challenge"),
        (ScreeningTerms(challenge="all"), Found(matches=(BLOCKED,)), "603 caller_blocked"),
    ],
)
def test_what_a_trunk_asks_for(terms: ScreeningTerms, found: Found, expected: str) -> None:
    assert outcome(screen(terms, found)) == expected


def test_a_refusal_names_the_entry_or_the_list_that_decided() -> None:
    assert screen(ANYTHING, Found(matches=(prefix("block", 2), BLOCKED))).findings[-1].by == "scr_block"
    assert screen(ANYTHING, Found(never_calls="reg")).findings[-1].by == "reg"


def test_a_rate_says_when_to_come_again_and_speaks_for_the_called_number_only() -> None:
    refusal = screen(ScreeningTerms(rate_per_caller=1), Found(of_caller=Recent(1, 17))).refusal
    assert refusal and (refusal.sip_code, refusal.retry_after_s) == (480, 17)
    at_once = screen(ScreeningTerms(rate_per_number=1), Found(to_number=Recent(1, 0))).refusal
    assert at_once and at_once.retry_after_s == 1


def test_the_lists_answer_603_plus() -> None:
    for found in (Found(matches=(BLOCKED,)), Found(matches=(BAD_SOURCE,)), Found(never_calls="reg")):
        refusal = screen(ANYTHING, found).refusal
        assert refusal and (refusal.sip_code, refusal.phrase) == (603, "Network Blocked")


KINDS = st.sampled_from(("number", "range", "prefix", "source"))
LISTS = st.sampled_from(("block", "allow"))
MATCHES = st.builds(
    lambda kind, which, breadth, n: Match(f"scr_{n}", which, kind, 0 if kind == "number" else breadth),
    KINDS, LISTS, st.integers(0, 30), st.integers(0, 10**6),
)  # fmt: skip
FOUND = st.builds(
    Found, anonymous=st.booleans(), matches=st.lists(MATCHES, max_size=8).map(tuple),
    never_calls=st.sampled_from(("", "reg")), of_caller=st.builds(Recent, st.integers(0, 5), st.integers(0, 60)),
    to_number=st.builds(Recent, st.integers(0, 5), st.integers(0, 60)),
)  # fmt: skip
RATES = st.none() | st.integers(1, 5)
TERMS = st.builds(
    ScreeningTerms, anonymous=st.sampled_from(("allow", "challenge", "refuse")), rate_per_caller=RATES,
    rate_per_number=RATES, challenge=st.sampled_from(("none", "unknown", "all")), only_allowed=st.booleans(),
)  # fmt: skip


@given(TERMS, FOUND)
def test_a_call_is_refused_exactly_when_its_last_check_failed(terms: ScreeningTerms, found: Found) -> None:
    screened = screen(terms, found)
    assert [finding.passed for finding in screened.findings[:-1]] == [True] * (len(screened.findings) - 1)
    assert screened.findings[-1].passed is (screened.refusal is None)
    assert not (screened.challenge and screened.refusal)


@given(FOUND, st.randoms())
def test_the_order_in_which_entries_are_found_changes_nothing(found: Found, random: object) -> None:
    shuffled = list(found.matches)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = replace(found, matches=tuple(shuffled))
    for source in (True, False):
        one, two = deciding(found, source=source), deciding(other, source=source)
        assert (one is None) is (two is None)
        assert not one or not two or (one.list, one.kind, one.breadth) == (two.list, two.kind, two.breadth)
    assert outcome(screen(ANYTHING, found)) == outcome(screen(ANYTHING, other))


@given(FOUND, st.sampled_from(("number", "range", "prefix")))
def test_a_narrower_entry_on_the_allow_list_always_gets_a_caller_through_the_lists(found: Found, _: str) -> None:
    without_source = tuple(match for match in found.matches if match.kind not in ("source", "number"))
    allowed = replace(found, matches=(*without_source, ALLOWED))
    assert outcome(screen(ANYTHING, allowed)) == "on"


@given(TERMS, TERMS, FOUND)
def test_terms_taken_together_let_nobody_in_whom_one_of_them_refuses(
    one: ScreeningTerms, other: ScreeningTerms, found: Found
) -> None:
    both = screen(stricter(one, other), found)
    parts = [screen(terms, found) for terms in (one, other)]
    assert (both.refusal is not None) is any(part.refusal is not None for part in parts)
    if not both.refusal:
        assert both.challenge is any(part.challenge for part in parts)
    assert stricter(one, other) == stricter(other, one)
    assert stricter(one, ScreeningTerms()) == one


@given(TERMS, FOUND)
def test_no_reason_carries_a_number(terms: ScreeningTerms, found: Found) -> None:
    told = " ".join(finding.reason for finding in screen(terms, found).findings)
    assert not re.search(r"[0-9]{4}|\+[0-9]", told)
