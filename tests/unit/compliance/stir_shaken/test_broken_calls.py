"""Whole calls with headers that are broken, missing, repeated and out of order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.verdict import FAILED, PASSED
from compliance.stir_shaken.verify import MOST_HEADERS, SipCall
from tests.stir import maker
from tests.stir.broken import GOOD, each, good_credential, judged, read
from tests.stir.checking import CALL
from tests.stir.mutators import broken_text, case


@pytest.fixture(scope="module")
def trusted() -> Credential:
    return good_credential()


def test_a_call_passes_only_over_headers_that_are_whole_and_lead_to_it(trusted: Credential) -> None:
    """Several headers in any order, whole, broken, repeated, or none; who calls whom and the Date are broken, too."""
    for name, random in each("call"):
        good = {header: (frm, to) for header, frm, to in _steps(random)}
        headers = random.choices(list(good), k=random.randint(0, 6))
        whole = set(headers)
        headers += [broken_text(random, random.choice([*good, GOOD])) for _ in range(random.choice((0, 1, 2, 5)))]
        random.shuffle(headers)
        orig = maker.ORIG if random.random() < 0.8 else random.choice(["", "1", broken_text(random, maker.ORIG)])
        here = random.choice((maker.DEST, "1", "2", "3", ""))
        date = random.choice(
            ("", "Fri, 20 Nov 2026 12:00:00 GMT", broken_text(random, "Fri, 20 Nov 2026 12:00:00 +0000"))
        )
        call = SipCall(orig, frozenset({here}), name, date)
        verdict = judged(headers, trusted, call)
        led = orig == maker.ORIG and _leads([good[one] for one in whole], here)
        if len(headers) > MOST_HEADERS:
            assert verdict.verstat == FAILED, name
        elif led:
            assert verdict.verstat == PASSED, (name, headers)
        else:
            assert verdict.verstat != PASSED, (name, headers)


def _steps(random: Random) -> list[tuple[str, str | None, str]]:
    """(header, from, to): the first is the caller's own, from nobody; the others diversions."""
    return random.choice(POOL)


def _pool(number: int) -> list[tuple[str, str | None, str]]:
    random = case("pool", number)
    places = [maker.DEST, "1", "2", "3"]
    first = random.choice(places)
    pool: list[tuple[str, str | None, str]] = [(maker.identity(maker.claims(dest={"tn": [first]})), None, first)]
    for _ in range(4):
        frm, to = random.choice(places), random.choice(places)
        pool.append((maker.div_identity(frm, to), frm, to))
    return pool


POOL = [_pool(number) for number in range(20)]


def _leads(steps: Sequence[tuple[str | None, str]], here: str) -> bool:
    reached = {to for frm, to in steps if frm is None}
    for _ in steps:
        reached |= {to for frm, to in steps if frm in reached}
    return here in reached


def test_the_good_ones_that_are_broken_here_are_good(trusted: Credential) -> None:
    assert judged([GOOD], trusted).verstat == PASSED
    assert isinstance(read(maker.bundle()), Credential)
    assert _leads([(None, "1"), ("1", "2")], "2") and not _leads([("1", "2")], "2")
    assert replace(CALL, orig=maker.ORIG) == CALL
