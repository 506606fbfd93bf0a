"""The law as rows: each has a source, and each place asks for what it is known to ask for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from compliance.consent.rules import EU_MEMBERS, Rule, Rulebook, shipped

TODAY = date(2026, 11, 21)
STATES = [rule.place[3:] for rule in shipped().rules if rule.place.startswith("US-")]
TOLD = {"CA", "CT", "DE", "FL", "IL", "MD", "MA", "MI", "MT", "NV", "NH", "OR", "PA", "WA"}
BOOK = shipped()


def test_all_51_regions_are_there() -> None:
    assert len(set(STATES)) == 51


@pytest.mark.parametrize("state", sorted(set(STATES)))
def test_each_of_51_regions_asks_for_notice_or_for_nothing(state: str) -> None:
    duty = BOOK.duty(f"US-{state}", TODAY)
    assert duty.is_known and duty.recording == ("notice" if state in TOLD else "none")
    assert f"us-{state.lower()}@1" in duty.rules and "us-federal@1" in duty.rules


def test_a_caller_somewhere_in_the_united_states_may_be_in_the_strictest_state() -> None:
    duty = BOOK.duty("US", TODAY)
    assert (duty.recording, duty.tell_ai) == ("notice", True)
    assert "us-ca@1" in duty.rules and "us-tx@1" not in duty.rules


@pytest.mark.parametrize(
    ("place", "recording", "tell_ai"),
    [
        ("CA", "notice", False),
        ("CA-QC", "notice", False),
        ("GB", "notice", False),
        ("AU", "notice", False),
        ("FR", "notice", True),
        ("ES", "notice", True),
        ("IT", "notice", True),
        ("DE", "ask", True),
        ("DK", "ask", True),
        ("US-CA", "notice", True),
        ("US-UT", "none", True),
        ("US-TX", "none", False),
    ],
)
def test_a_place_asks_for_what_its_rows_say(place: str, recording: str, tell_ai: bool) -> None:
    duty = BOOK.duty(place, TODAY)
    assert (duty.recording, duty.tell_ai, duty.is_known) == (recording, tell_ai, True)


@pytest.mark.parametrize("place", ["PL", "JP", "BR", "US-PR"])
def test_a_place_without_a_row_of_its_own_asks_for_the_strictest(place: str) -> None:
    duty = BOOK.duty(place, TODAY)
    assert (duty.recording, duty.tell_ai, duty.is_known) == ("ask", True, False)


def test_every_row_has_a_source_and_a_date_and_was_checked() -> None:
    for rule in BOOK.rules:
        assert rule.source and rule.says.endswith((".", "asked for."))
        assert rule.checked <= TODAY and rule.effective > date(1900, 1, 1)
        if rule.effective_to == "year":
            assert (rule.effective.month, rule.effective.day) == (1, 1)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_row_counts_from_its_day_on(rule: Rule) -> None:
    assert rule.name in BOOK.duty(rule.place, rule.effective).rules
    assert rule.name not in BOOK.duty(rule.place, rule.effective - timedelta(days=1)).rules


def test_the_ai_act_holds_for_every_member_since_august_2026() -> None:
    before, since = date(2026, 8, 1), date(2026, 8, 2)
    assert not BOOK.duty("FR", before).tell_ai and BOOK.duty("FR", since).tell_ai
    assert all("eu-ai-act@1" in BOOK.duty(member, since).rules for member in EU_MEMBERS)


def test_ids_are_not_given_twice_and_unknown_words_are_no_row() -> None:
    with pytest.raises(ValueError, match="same id"):
        Rulebook([*BOOK.rules, BOOK.rules[0]])
    with pytest.raises(ValidationError):
        Rule.model_validate(BOOK.rules[0].model_dump() | {"recording": "sometimes"})
