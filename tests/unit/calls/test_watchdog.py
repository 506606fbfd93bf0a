"""Nobody is stranded: playbooks of agents that do not come, die, or come twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.calls.facts import AgentMissing, HangupAsked
from gateway.calls.watchdog import ABANDON_S, HANGUP_S, Due, fact_due, next_due
from tests.unit.calls.story import T0, Facts, Playbook


def due_after(book: Playbook) -> tuple[float, Due] | None:
    assert book.call
    due = next_due(book.call)
    return due and (round((due[0] - T0).total_seconds(), 3), due[1])


def test_no_agent_is_asked_for_at_3_and_5_5_seconds_then_given_up() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(0))
    assert due_after(book) == (3.0, Due.AGENT_MISSING)
    book.play(f.missing(3.0))
    assert due_after(book) == (5.5, Due.AGENT_MISSING)
    book.play(f.missing(5.5))
    assert due_after(book) == (8.0, Due.AGENT_MISSING)
    book.play(f.missing(8.0))
    assert due_after(book) == (8.0 + ABANDON_S, Due.ABANDONED)
    book.play(f.fallback(9.0), f.left(9.1, "gateway", "no_agent"))
    book.expect("""
        >> admission_decided
        << admission_decided
        >> leg_joined
        << leg_joined
        >> agent_missing
        << agent_missing
        << agent_dispatched
        !! dispatch_agent agent_id=agt_1 resume=False
        >> agent_missing
        << agent_missing
        << agent_dispatched
        !! dispatch_agent agent_id=agt_1 resume=False
        >> agent_missing
        << agent_missing
        << agent_given_up
        >> fallback_played
        << fallback_played
        >> leg_left
        << leg_left
        << call_ended gateway:no_agent:-
        !! close_room
    """)
    assert due_after(book) is None


def test_a_lost_agent_is_removed_and_followed_at_once() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.agent(), f.lost(20), f.lost(20.1, reason="left"))
    assert due_after(book) == (23.0, Due.AGENT_MISSING)
    book.play(f.agent(21, "agent-AJ_two", resumed=True))
    book.expect("""
        >> admission_decided
        << admission_decided
        >> leg_joined
        << leg_joined
        >> agent_joined
        << agent_joined
        >> agent_lost
        << agent_lost
        << agent_dispatched
        !! remove_participant identity=agent-AJ_one
        !! dispatch_agent agent_id=agt_1 resume=True
        >> agent_lost
        << agent_lost repeated
        >> agent_joined
        << agent_joined
    """)
    assert due_after(book) is None
    assert book.call and book.call.agents_so_far == 2


def test_the_loss_of_an_agent_that_never_reported_itself() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.lost(4), f.agent(4.1))
    assert [e.kind for e in book.effects] == ["remove_participant", "dispatch_agent"]
    assert book.call and book.call.agent_identity == "", "its own late report does not bring it back"


def test_a_second_agent_of_a_slow_dispatch_is_sent_away() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.missing(3), f.agent(3.4), f.agent(3.5, "agent-AJ_two"))
    assert [e.kind for e in book.effects] == ["dispatch_agent", "remove_participant"]
    assert book.call and book.call.agent_identity == "agent-AJ_one"


def test_an_agent_that_spoke_is_there_though_it_has_not_reported() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.answered(0.3, agent_audio=250.0), f.joined(0.1))
    assert due_after(book) is None
    book.play(f.missing(3))
    assert book.effects == []


def test_an_agent_that_said_goodbye_is_not_followed() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.agent(), f.hangup(30), f.lost(31, reason="left"))
    assert book.effects == []
    assert due_after(book) == (30 + HANGUP_S, Due.HANGUP_OVERDUE)


def test_an_overdue_hangup_takes_the_leg_out_and_still_belongs_to_the_agent() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.agent(), f.hangup(30), f.hangup(42, "gateway", "completed"))
    assert [e.kind for e in book.effects] == ["remove_participant"]
    book.play(f.left(42.1, "gateway", "room_closed"))
    assert book.call and book.call.termination and book.call.termination.ended_by == "agent"


@pytest.mark.parametrize("ended", [True, False])
def test_nothing_is_due_without_a_room_or_after_the_end(ended: bool) -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), *([f.joined(), f.left(1)] if ended else []))
    assert due_after(book) is None


def test_an_agent_missing_from_the_start_is_not_lost_time_after_a_loss_before_the_join() -> None:
    f = Facts()
    book = Playbook().play(f.lost(0.05), f.joined(0.1))
    assert book.call and book.call.agent_gone_since == T0 + timedelta(seconds=0.1)
    assert [e.kind for e in book.effects] == []


def test_the_watchdog_reports_once_per_moment_whoever_watches() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(0))
    assert book.call
    assert fact_due(book.call, T0 + timedelta(seconds=2.9)) is None
    first, second = (fact_due(book.call, T0 + timedelta(seconds=s)) for s in (3.0, 3.2))
    assert isinstance(first, AgentMissing) and second
    assert (first.id, first.waited_ms) == (second.id, 3000.0)
    book.play(first)
    later = fact_due(book.call, T0 + timedelta(seconds=5.5))
    assert later and later.id != first.id


def test_an_abandoned_caller_and_an_overdue_hangup_become_orders() -> None:
    f = Facts()
    abandoned = Playbook().play(f.admitted(), f.joined(0), f.missing(3), f.missing(5.5), f.missing(8))
    assert abandoned.call
    order = fact_due(abandoned.call, T0 + timedelta(seconds=30))
    assert isinstance(order, HangupAsked) and (order.asked_by, order.reason) == ("gateway", "no_agent")
    overdue = Playbook().play(f.admitted(), f.joined(0), f.agent(), f.hangup(5, reason="transferred"))
    assert overdue.call
    order = fact_due(overdue.call, T0 + timedelta(seconds=30))
    assert isinstance(order, HangupAsked) and order.reason == "transferred"


def test_a_loss_that_was_reported_late_does_not_use_up_all_attempts_at_once() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(0), f.agent(1), f.lost(10))  # known to us at 100 s only
    book.play(f.missing(100))
    assert due_after(book) == (102.5, Due.AGENT_MISSING)
    book.play(f.missing(102.5))
    assert due_after(book) == (105.0, Due.AGENT_MISSING)
    book.play(f.missing(105))
    assert due_after(book) == (105 + ABANDON_S, Due.ABANDONED)
