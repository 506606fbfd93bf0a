"""A caller who is with a human: no agent is missed, and what happens when the human goes."""

from __future__ import annotations

import pytest

from gateway.calls import transfer_facts as x
from gateway.calls.effects import DispatchAgent, RemoveParticipant
from gateway.calls.watchdog import next_due
from tests.unit.calls.story import AGENT, CALLER, ROOM, XFER, Facts, Playbook

ANOTHER = "xfer_01kbbbbbbbbbbbbbbbbbbbbbbb"


def with_a_human(f: Facts) -> Playbook:
    """The agent has handed the caller over, and left."""
    book = Playbook().play(f.admitted(), f.joined(), f.answered(), f.agent(), f.began(5), f.with_human(20))
    return book.play(f.transfer(x.TransferSettled, 20.1, outcome="connected"), f.lost(21, reason="left"))


def test_no_agent_is_sent_to_a_caller_who_is_with_a_human() -> None:
    book = with_a_human(Facts())
    assert book.call and book.call.human == XFER and book.call.transfer == ""
    assert not any(isinstance(effect, DispatchAgent) for effect in book.effects)
    assert next_due(book.call) is None


def test_the_human_hangs_up_and_so_the_call_is_over_by_the_human() -> None:
    f = Facts()
    book = with_a_human(f).play(f.human_left(30))
    assert book.effects[-1] == RemoveParticipant(room=ROOM, identity=CALLER)
    book.play(f.left(30.2, "gateway", "room_closed"))
    assert book.call and book.call.termination
    assert (book.call.termination.ended_by, book.call.termination.slug) == ("human", "completed")


def test_a_caller_who_is_handed_back_gets_an_agent_that_knows_of_it() -> None:
    f = Facts()
    book = with_a_human(f).play(f.human_left(30, handed_back=True))
    assert book.effects[-1] == DispatchAgent(room=ROOM, agent_id="agt_1", resume=True)
    assert book.call and not book.call.hangup and book.call.agent_gone_since
    book.play(f.agent(31, "agent-AJ_two", resumed=True))
    assert book.call.agent_identity == "agent-AJ_two"


def test_an_agent_that_stayed_takes_the_caller_back_itself() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.answered(), f.agent(), f.began(5), f.with_human(20))
    before = len(book.effects)
    book.play(f.human_left(30, handed_back=True))
    assert len(book.effects) == before
    assert book.call and book.call.agent_identity == AGENT and next_due(book.call) is None


@pytest.mark.parametrize("transfer_id", [XFER, ANOTHER])
def test_a_human_who_goes_twice_or_was_never_there_ends_nothing(transfer_id: str) -> None:
    f = Facts()
    book = with_a_human(f)
    if transfer_id == XFER:
        book.play(f.human_left(30, handed_back=True))
    before = len(book.effects)
    book.play(f.human_left(31, transfer_id))
    assert len(book.effects) == before
    assert book.call and book.call.hangup is None


def test_an_agent_that_is_lost_during_a_transfer_is_replaced() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.answered(), f.agent(), f.began(5), f.lost(6))
    assert book.effects[-1] == DispatchAgent(room=ROOM, agent_id="agt_1", resume=True)
    assert book.call and book.call.transfer == XFER


def test_the_first_of_two_transfers_at_once_is_the_one_that_counts() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.agent(), f.began(5), f.began(5.1, ANOTHER))
    book.play(f.transfer(x.TransferSettled, 6, ANOTHER, outcome="cancelled"))
    assert book.call and book.call.transfer == XFER
