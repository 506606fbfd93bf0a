"""The table of outcomes in the documentation is what the code does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.campaigns.following import follows
from gateway.campaigns.outcome_words import MEANS, again, counts, table
from gateway.campaigns.terms import OUTCOMES, RETRIES, Outcome, Terms

PAGE = Path(__file__).parents[4] / "docs" / "campaigns.md"
NOW = datetime(2026, 11, 18, tzinfo=UTC)


def test_the_page_has_the_table_as_it_is() -> None:
    _, _, rest = PAGE.read_text().partition("<!-- outcomes: generated from gateway/campaigns/outcome_words.py -->\n")
    shown, _, _ = rest.partition("<!-- /outcomes -->")
    assert shown.splitlines() == list(table())


def test_every_outcome_is_explained() -> None:
    assert tuple(MEANS) == OUTCOMES


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_said_of_another_dial_is_what_follows(outcome: Outcome) -> None:
    after = follows(Terms(agent_id="agt_1"), outcome, (), NOW)
    words = again(outcome)
    assert (after.state == "waiting") == (words not in ("no", "never"))
    if rule := RETRIES.get(outcome):
        assert after.next_at == NOW + timedelta(seconds=rule.after_s)
        assert follows(Terms(agent_id="agt_1"), outcome, [outcome for _ in range(rule.most)], NOW).state == "done"


def test_only_what_may_have_rung_counts() -> None:
    assert [one for one in OUTCOMES if counts(one) == "no"] == ["refused", "not_now", "no_agent"]
    assert [one for one in OUTCOMES if counts(one) == "only if it rang"] == ["unreachable", "carrier_limit", "failed"]
