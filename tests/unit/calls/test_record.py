"""The folds: call record, timeline, transcript."""

from __future__ import annotations

import json

from gateway.calls.cdr import cdr_of
from gateway.calls.timeline import timeline_of, transcript_of
from tests.unit.calls.story import NUMBERS, Facts, Playbook


def a_conversation() -> Playbook:
    f = Facts()
    return Playbook().play(
        f.invite(),
        f.admitted(),
        f.joined(0.1),
        f.joined(0.15, source="webhook"),
        f.agent(0.2),
        f.answered(0.25, auth=8.0, answered=240.0),
        f.first_audio(0.4),
        f.said("caller", "pay my bill", 2.0),
        f.digit("2", 5.1),
        f.digit("1", 5.0),
        f.turn(1, stt=200.0, llm_first_token=300.0, tts_first_audio=100.0, total=640.0),
        f.tool("look_up_balance"),
        f.hangup(9.0),
        f.left(10.25, "agent", "completed"),
        f.said("agent", "goodbye", 1.0, interrupted=True),
    )


def test_the_record_of_a_conversation() -> None:
    record = cdr_of(a_conversation().events)
    assert record
    told = json.loads(record.model_dump_json())
    assert told["started_at"] == "2026-11-20T09:00:00Z"
    assert (told["answer_ms"], told["greeting_ms"], told["codec"]) == (240.0, 400.0, "PCMU")
    assert (told["ringing_s"], told["duration_s"]) == (0.25, 10.0)
    assert (told["trunk"], told["rule"], told["agent"], told["node"]) == ("trk_1", "rule_1", "agt_1", "node-1")
    assert told["digits"] == 2
    assert told["turns"][0]["stages"]["total"] == 640.0
    assert (told["agents"], told["agents_lost"], told["tools"]) == (1, 0, 1)
    assert told["termination"] == {
        "ended_by": "agent",
        "slug": "completed",
        "sip_code": None,
        "sentence": "The call ended normally.",
        "carrier": "",
    }
    assert told["pii"]["ani"] == NUMBERS.ani


def test_a_call_that_was_never_answered_has_no_duration() -> None:
    f = Facts()
    record = cdr_of(Playbook().play(f.invite(), f.refused("no_codec", 488, 0.5)).events)
    assert record
    assert (record.answered_at, record.duration_s, record.ringing_s) == (None, None, 0.5)
    assert record.termination and record.termination.sip_code == 488


def test_nothing_recorded_is_no_record() -> None:
    assert cdr_of([]) is None


def test_the_timeline_tells_each_step_once_and_no_personal_thing() -> None:
    entries = timeline_of(a_conversation().events)
    assert [entry.kind for entry in entries].count("leg_joined") == 1
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    told = " ".join(entry.sentence for entry in entries)
    assert "The call was admitted." in told
    assert "within 640 ms" in told
    for personal in (NUMBERS.ani, NUMBERS.dnis, "pay my bill", "goodbye"):
        assert personal not in told


def test_a_refusal_is_one_plain_sentence() -> None:
    f = Facts()
    entries = timeline_of(Playbook().play(f.invite(), f.turned_away("unknown_number", 404)).events)
    assert entries[-1].sentence == "The called number is not one of this gateway's numbers."


def test_the_transcript_is_in_the_order_of_speaking() -> None:
    turns = transcript_of(a_conversation().events)
    assert [(turn.speaker, turn.text, turn.interrupted) for turn in turns] == [
        ("agent", "goodbye", True),
        ("caller", "pay my bill", False),
    ]
    assert turns[0].at < turns[0].ended_at
