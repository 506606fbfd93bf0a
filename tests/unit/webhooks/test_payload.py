"""What receivers are told of a call: each step once, in order, with ids and outcomes and nothing personal."""

from __future__ import annotations

import json

import pytest

from gateway.calls import transfer_facts as x
from gateway.calls.call import Call
from gateway.calls.decide import apply, decide
from gateway.calls.events import Event
from gateway.calls.own_facts import RecordedFact
from gateway.webhooks.payload import _TOLD, TYPES, Notice, message, notices_of
from tests.unit.calls.story import AGENT, CALL, CALLER, NUMBERS, ROOM, T0, XFER, Facts

NOTE = "Mrs Example is upset about 42 pounds"
ATTEMPT = f"{XFER}-0-0"


def told(*facts: RecordedFact, at_once: int = 1) -> list[Notice]:
    """What is told when so many facts at a time are recorded."""
    call: Call | None = None
    notices: list[Notice] = []
    version = 0
    for start in range(0, len(facts), at_once):
        events: list[Event] = []
        for fact in facts[start : start + at_once]:
            decision = decide(call, fact)
            call = apply(call, decision)
            events += decision.events
        assert call is not None
        notices += notices_of(call, version, events)
        version += len(events)
    return notices


def a_whole_call() -> list[RecordedFact]:
    facts = Facts()
    ring = ((x.Ring(target_id="tgt_1", ring_s=20),),)
    attempt = {"attempt_id": ATTEMPT}
    return [
        facts.invite(),
        facts.admitted(),
        facts.joined(),
        facts.answered(),
        facts.agent(),
        facts.digit("7"),
        facts.said("caller", "my secret is swordfish"),
        facts.transfer(
            x.TransferBegan, 5, mode="warm", target_id="tgt_1", asked_by="agt_1", waves=ring, pii={"note": NOTE}
        ),
        facts.transfer(x.CallerParked, 5.1),
        facts.transfer(x.AttemptPlaced, 6, **attempt, target_id="tgt_1", wave=0, ring_s=20),
        facts.transfer(x.AttemptMoved, 7, **attempt, stage="ringing"),
        facts.transfer(x.AttemptEnded, 8, **attempt, outcome="busy", sip_code=486),
        facts.transfer(x.TransferJoined, 9, **attempt),
        facts.transfer(x.TransferSettled, 9.5, outcome="connected"),
        facts.transfer(x.HumanLeft, 20, by="human"),
        facts.left(21),
    ]


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_a_whole_call_is_told_step_by_step_however_it_is_recorded(at_once: int) -> None:
    notices = told(*a_whole_call(), at_once=at_once)
    assert [notice.type for notice in notices] == [
        "call.started",
        "call.answered",
        "agent.joined",
        "transfer.began",
        "transfer.attempt_placed",
        "transfer.attempt_ended",
        "transfer.joined",
        "transfer.settled",
        "human.left",
        "call.ended",
    ]
    assert [notice.seq for notice in notices] == sorted(notice.seq for notice in notices)


def test_no_number_no_word_no_name_of_a_room_is_told() -> None:
    text = json.dumps([message(notice.type, notice.at, notice.data) for notice in told(*a_whole_call())])
    for secret in (NUMBERS.ani, NUMBERS.dnis, NUMBERS.source_address, ROOM, CALLER, AGENT, NOTE, "swordfish", "pii"):
        assert secret not in text


def test_the_end_says_how_and_how_long() -> None:
    ended = told(*a_whole_call())[-1]
    assert ended.data["termination"]["slug"] == "completed"
    assert set(ended.data["termination"]) == {"ended_by", "slug", "sip_code", "sentence"}
    assert (ended.data["duration_s"], ended.data["answered_at"]) == (20.8, "2026-11-20T09:00:00.200000Z")


def test_each_tells_whose_it_is() -> None:
    notice = next(one for one in told(*a_whole_call()) if one.type == "transfer.attempt_ended")
    assert notice.data == {
        "call_id": CALL, "seq": notice.seq, "late": False, "direction": "inbound", "trunk_id": "trk_1",
        "number_id": None, "rule_id": "rule_1", "agent_id": "agt_1", "transfer_id": XFER, "attempt_id": ATTEMPT,
        "outcome": "busy", "sip_code": 486,
    }  # fmt: skip
    assert message("call.started", T0, {"a": 1}) == {
        "type": "call.started", "timestamp": "2026-11-20T09:00:00Z", "data": {"a": 1}
    }  # fmt: skip


def test_a_call_that_is_refused_is_started_and_ended() -> None:
    assert [one.type for one in told(Facts().refused("unknown_number", 404))] == ["call.started", "call.ended"]


def test_a_call_opens_with_whatever_is_heard_of_it_first_and_only_once() -> None:
    facts = Facts()
    assert [one.type for one in told(facts.answered(), facts.invite())] == ["call.started", "call.answered"]


def test_what_is_reported_after_the_end_is_told_as_late() -> None:
    facts = Facts()
    notices = told(facts.invite(), facts.left(1), facts.answered(2))
    assert [(one.type, one.data["late"]) for one in notices][-2:] == [("call.ended", False), ("call.answered", True)]


def test_what_two_sources_report_is_told_once() -> None:
    facts = Facts()
    opened = [facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.agent()]
    assert [one.type for one in told(*opened, facts.agent())].count("agent.joined") == 1


def test_every_field_that_is_told_exists() -> None:
    for model, (name, fields) in _TOLD.items():
        assert set(fields) <= set(model.model_fields), name
    assert len(set(TYPES)) == len(TYPES)
