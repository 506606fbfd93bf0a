"""What the settings may choose, and what the shipped rules say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from compliance.privacy.retention import Rule, retentions, shipped
from gateway.kernel.errors import SetupError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_without_a_choice_the_rules_hold() -> None:
    for one in retentions(shipped(), {}):
        assert one.days == one.rule.days
        assert one.before(NOW) == NOW - timedelta(days=one.rule.days)


def test_a_choice_within_the_bounds_holds_for_its_kind_alone() -> None:
    chosen = {one.rule.name: one.days for one in retentions(shipped(), {"recordings": 7})}
    assert chosen["recordings"] == 7
    assert chosen["transcripts"] == next(rule.days for rule in shipped() if rule.name == "transcripts")


@pytest.mark.parametrize(("name", "days"), [("recordings", 0), ("calls", 3651), ("evidence", 30), ("dreams", 5)])
def test_a_choice_beyond_the_bounds_or_of_nothing_is_refused(name: str, days: int) -> None:
    with pytest.raises(SetupError) as refused:
        retentions(shipped(), {name: days})
    assert name in refused.value.detail
    assert refused.value.todo


def test_a_row_whose_days_are_not_within_its_own_bounds_is_none() -> None:
    row = {"name": "x" * 3, "version": 1, "days": 9, "least": 10, "most": 20, "checked": date(2026, 1, 1)}
    with pytest.raises(ValidationError):
        Rule.model_validate(row | {"source": "some law", "says": "something"})
