"""Scanners fall silent, floods wait, carriers go on."""

from __future__ import annotations

from gateway.sip.source_guard import QUIET_S, REMEMBERED, TRIES_S, SourceGuard

TRIES = 20
SCANNER, CARRIER = "198.51.100.7", "203.0.113.1"


def guard() -> SourceGuard:
    return SourceGuard(per_source_s=10, per_number_s=5, tries=TRIES)


def test_a_source_that_only_tries_is_heard_no_more_until_it_has_been_quiet() -> None:
    known = guard()
    made = [known.refused(SCANNER, 1.0 + n) for n in range(TRIES)]
    assert made == [False] * (TRIES - 1) + [True]
    assert not known.hears(SCANNER, 30.0) and not known.hears(SCANNER, 30.0 + QUIET_S - 1)
    assert known.hears(CARRIER, 30.0)
    assert known.dropped() == {SCANNER: 2} and known.dropped() == {}
    assert known.hears(SCANNER, 30.0 + 2 * QUIET_S)
    assert not known.refused(SCANNER, 31.0 + 2 * QUIET_S)  # it begins anew


def test_refusals_that_are_far_apart_or_between_calls_let_in_make_no_scanner() -> None:
    known = guard()
    assert not any(known.refused(SCANNER, n * TRIES_S / (TRIES - 2)) for n in range(5 * TRIES))
    for n in range(5 * TRIES):
        assert not known.refused(CARRIER, n * 0.1)
        known.let_in(CARRIER)


def test_a_flood_of_one_source_or_to_one_number_waits_and_others_do_not() -> None:
    known = guard()
    taken = [known.take(CARRIER, f"+1510555{n:04}", 5.0) for n in range(30)]
    assert taken.count("in") == 20  # two seconds of its rate at once
    assert known.take(SCANNER, "+15105559999", 5.0) == "in"
    assert known.take(CARRIER, "+15105558888", 5.2) == "in"
    to_one = [known.take(f"192.0.2.{n}", "+15105550100", 9.0) for n in range(30)]
    assert to_one.count("in") == 10


def test_without_rates_everything_comes_in() -> None:
    known = SourceGuard(per_source_s=0, per_number_s=0, tries=0)
    assert {known.take(CARRIER, "+15105550100", 1.0) for _ in range(1000)} == {"in"}
    assert not any(known.refused(SCANNER, 1.0) for _ in range(1000)) and known.hears(SCANNER, 1.0)


def test_a_million_sources_are_not_remembered() -> None:
    known = guard()
    for n in range(3 * REMEMBERED):
        known.refused(f"s{n}", n * 0.001)
        known.take(f"s{n}", "+15105550100", n * 0.001)
    assert len(known._strangers) == REMEMBERED and len(known._buckets) <= REMEMBERED
