"""Windows that never open, whoever is called and wherever; consent that is given to nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.campaigns.term_checks import check_seller, check_terms, opens_within
from gateway.campaigns.terms import Terms, Window
from gateway.kernel.errors import BadInput, Conflict

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_window_by_the_callees_clock_opens_somewhere_on_every_hour() -> None:
    short = Window(weekdays="09:00-09:30")
    assert opens_within(short, NOON, NOON + timedelta(minutes=59))


def test_a_window_of_a_zone_opens_by_its_clocks_alone() -> None:
    window = Window(zone="America/New_York", weekdays="09:00-10:00")  # 14:00 UTC
    assert not opens_within(window, NOON, NOON + 2 * HOUR)
    assert opens_within(window, NOON, NOON + 2 * HOUR + timedelta(minutes=1))
    assert opens_within(window, NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert not opens_within(window, NOON + 3 * HOUR, NOON + 20 * HOUR)


def test_days_off_to_the_very_end_leave_nothing() -> None:
    off = tuple(date(2026, 11, 18) + n * DAY for n in range(31))
    window = Window(zone="UTC", weekdays="08:00-18:00", days_off=off)
    assert not opens_within(window, NOON, NOON + 30 * DAY)
    assert opens_within(window, NOON, NOON + 31 * DAY)


def test_a_weekend_campaign_finds_its_saturday() -> None:
    window = Window(zone="UTC", weekdays="closed", saturday="10:00-12:00", sunday="closed")
    assert not opens_within(window, NOON, datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert opens_within(window, NOON, datetime(2026, 11, 21, 10, 1, tzinfo=UTC))


def test_without_an_end_a_window_only_has_to_open_at_all() -> None:
    check_terms(Terms(agent_id="agt_1", window=Window(zone="UTC", weekdays="closed", saturday="10:00-12:00")), NOON)
    closed = Window(weekdays="closed")
    with pytest.raises(BadInput) as refused:
        check_terms(Terms(agent_id="agt_1", window=closed), NOON)
    assert refused.value.field == "window" and refused.value.todo


def test_marketing_by_a_machine_needs_a_seller_and_an_emergency_does_not() -> None:
    with pytest.raises(Conflict) as refused:
        check_seller(Terms(agent_id="agt_1", purpose="marketing"))
    assert refused.value.field == "seller"
    check_seller(Terms(agent_id="agt_1", purpose="marketing", seller="Acme"))
    check_seller(Terms(agent_id="agt_1", purpose="emergency"))
