"""What one call has to be told: the strictest of every place that a party may be in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from compliance.consent.places import candidates, country_of
from compliance.consent.plan import DisclosurePlan, plan_for
from compliance.consent.rules import MILD_TO_STRICT, shipped
from compliance.consent.terms import DisclosureTerms

TODAY = date(2026, 11, 21)
TEXAN, GERMAN, POLE, WITHHELD = "+12145550111", "+4930901820", "+48221234567", "anonymous"
PLACES = ["US-TX", "US-CA", "GB", "FR", "DE", "JP", "CA"]
SOME_PLACES = st.lists(st.sampled_from(PLACES), max_size=3)


def plan(number: str = TEXAN, own: str = "US-TX", *, callers: tuple[str, ...] = (), **terms: str) -> DisclosurePlan:
    asked = DisclosureTerms.model_validate({"record": "by_law", "caller_places": list(callers), **terms})
    return plan_for(asked, number, own.split(), TODAY, shipped())


@pytest.mark.parametrize(
    ("number", "own", "callers", "expected"),
    [
        (TEXAN, "US-TX", ("US-TX",), "none"),
        (TEXAN, "US-TX", (), "notice"),  # an area code does not say where somebody is
        (TEXAN, "US-CA", ("US-TX",), "notice"),
        (TEXAN, "", ("US-TX",), "ask"),  # where we are ourselves is not known
        (TEXAN, "US-TX", ("US-TX", "DE"), "ask"),
        (GERMAN, "US-TX", (), "ask"),
        (POLE, "FR", (), "ask"),
        (WITHHELD, "US-TX", (), "ask"),
        ("+442071234567", "GB", (), "notice"),
        ("+881612345678", "US-TX", (), "ask"),  # a satellite is nowhere
    ],
)
def test_the_strictest_possible_place_decides(number: str, own: str, callers: tuple[str, ...], expected: str) -> None:
    assert plan(number, own, callers=callers).record == expected


def test_who_does_not_want_to_record_asks_nothing_but_says_what_it_is() -> None:
    found = plan(GERMAN, record="no")
    assert (found.record, found.tell_ai, found.says_nothing) == ("no", True, False)


def test_terms_may_ask_for_more_than_the_law_and_never_for_less() -> None:
    known = {"callers": ("US-TX",)}
    assert plan(**known, record="notice").record == "notice"
    assert plan(**known, record="ask").record == "ask"
    assert plan(GERMAN, record="notice").record == "ask"


def test_where_no_law_asks_and_the_terms_neither_nothing_is_said() -> None:
    assert plan(callers=("US-TX",), tell_ai="by_law").says_nothing
    assert plan(callers=("US-CA",), tell_ai="by_law").tell_ai


def test_the_evidence_names_every_place_and_the_rules_that_applied() -> None:
    found = plan(GERMAN, "US-CA US-TX")
    assert [(one.place, one.evidence, one.recording) for one in found.considered] == [
        ("US-CA", "own_side", "notice"),
        ("US-TX", "own_side", "none"),
        ("DE", "country_of_number", "ask"),
    ]
    assert found.rules[0] in ("eu-gdpr@1", "de-201@1", "eu-ai-act@1") and "us-ca@1" in found.rules


def test_a_place_that_is_none_is_refused_and_says_how_one_is_written() -> None:
    for wrong in ("Texas", "XX", "us-tx", "US_TX"):
        with pytest.raises(ValidationError):
            DisclosureTerms(caller_places=[wrong])


@given(SOME_PLACES, SOME_PLACES, st.text(max_size=20))
def test_one_more_place_never_makes_it_milder(own: list[str], theirs: list[str], number: str) -> None:
    asked = DisclosureTerms(record="by_law", caller_places=theirs)
    found = plan_for(asked, number, own, TODAY, shipped())
    for place in PLACES:
        wider = asked.model_copy(update={"caller_places": [*theirs, place]}) if theirs else asked
        more = plan_for(wider, number, [*own, place] if own else own, TODAY, shipped())
        assert MILD_TO_STRICT.index(more.record) >= MILD_TO_STRICT.index(found.record)  # type: ignore[arg-type]


def test_a_number_tells_its_country_and_anything_else_tells_none() -> None:
    assert [country_of(number) for number in (TEXAN, GERMAN, WITHHELD, "", "+")] == ["US", "DE", "", "", ""]
    assert [one.evidence for one in candidates("", (), ())] == ["nothing", "nothing"]
