"""Call playbooks: the conversation between the world and the decider."""

from __future__ import annotations

from gateway.calls.call import CallStatus
from tests.unit.calls.story import AGENT, Facts, Playbook


def test_a_call_from_invite_to_bye() -> None:
    f = Facts()
    book = Playbook().play(f.invite(), f.admitted(), f.joined(), f.agent(), f.answered(), f.digit("1"), f.left())
    book.expect("""
        >> invite_received
        << invite_received
        >> admission_decided
        << admission_decided
        >> leg_joined
        << leg_joined
        >> agent_joined
        << agent_joined
        >> leg_answered
        << leg_answered
        >> digit_pressed
        << digit_pressed
        >> leg_left
        << leg_left
        << call_ended caller:completed:-
        !! close_room
    """)
    assert book.call and book.call.status is CallStatus.ENDED


def test_a_refused_call_ends_at_once_and_what_the_node_adds_is_late() -> None:
    f = Facts()
    Playbook().play(f.invite(), f.turned_away("unknown_number", 404), f.refused("unknown_number", 404)).expect("""
        >> invite_received
        << invite_received
        >> admission_decided
        << admission_decided
        << call_ended gateway:unknown_number:404
        >> invite_refused
        << invite_refused late
    """)


def test_a_wrong_password_is_told_by_the_node_alone() -> None:
    Playbook().play(Facts().refused("wrong_password", 403)).expect("""
        >> invite_refused
        << invite_refused
        << call_ended gateway:wrong_password:403
    """)


def test_a_caller_who_hangs_up_while_ringing_leaves_no_agent_behind() -> None:
    f = Facts()
    cancelled = f.refused("caller_cancelled", 487, 1.0, ended_by="caller")
    Playbook().play(f.admitted(), f.joined(), cancelled, f.agent(1.2)).expect("""
        >> admission_decided
        << admission_decided
        >> leg_joined
        << leg_joined
        >> invite_refused
        << invite_refused
        << call_ended caller:caller_cancelled:487
        !! close_room
        >> agent_joined
        << agent_joined late
        !! close_room
    """)


def test_a_leg_that_joins_after_the_end_has_its_room_closed() -> None:
    f = Facts()
    Playbook().play(f.refused("caller_cancelled", 487, ended_by="caller"), f.joined()).expect("""
        >> invite_refused
        << invite_refused
        << call_ended caller:caller_cancelled:487
        >> leg_joined
        << leg_joined late
        !! close_room
    """)


def test_the_first_termination_stands() -> None:
    f = Facts()
    Playbook().play(f.joined(), f.gone(20), f.left(21)).expect("""
        >> leg_joined
        << leg_joined
        >> call_lost
        << call_lost
        << call_ended gateway:node_lost:-
        !! close_room
        >> leg_left
        << leg_left late
    """)


def test_an_operator_ends_a_call_that_has_not_joined_yet() -> None:
    f = Facts()
    Playbook().play(f.admitted(), f.hangup(0.05, "human"), f.joined(), f.left(0.2, "gateway", "room_closed")).expect("""
        >> admission_decided
        << admission_decided
        >> hangup_asked
        << hangup_asked
        >> leg_joined
        << leg_joined
        !! remove_participant identity=sip_+15105550111
        >> leg_left
        << leg_left
        << call_ended human:completed:-
        !! close_room
    """)


def test_two_sources_report_the_same_leg_and_agent() -> None:
    f = Facts()
    Playbook().play(f.joined(), f.joined(source="webhook"), f.agent(), f.agent(0.6)).expect("""
        >> leg_joined
        << leg_joined
        >> leg_joined
        << leg_joined repeated
        >> agent_joined
        << agent_joined
        >> agent_joined
        << agent_joined repeated
    """)


def test_what_the_agent_says_last_is_kept_after_the_end() -> None:
    f = Facts()
    book = Playbook().play(f.joined(), f.agent(), f.left(5), f.said("agent", "goodbye", 4))
    assert [event.late for event in book.events] == [False, False, False, False, True]
    assert book.call and book.call.agent_identity == AGENT
