"""A call of the record as a rehearsal: what the caller said and keyed, in order, and what cannot be done again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.demo.rehearsed import REHEARSED
from gateway.kernel.errors import BadInput
from gateway.rehearsals.by_text import rehearse_by_text
from gateway.rehearsals.document import Suite
from gateway.rehearsals.record import story_of
from gateway.rehearsals.replay import Replay, as_written, replay_of
from gateway.rehearsals.replay_page import alike, replay_page
from gateway.rehearsals.wanted import wanted
from gateway.settings import SpeechSettings

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)


def at(seconds: float) -> str:
    return (AT + timedelta(seconds=seconds)).isoformat()


def event(kind: str, seconds: float, body: dict[str, Any] | None = None, **pii: str) -> dict[str, Any]:
    return {"kind": kind, "at": at(seconds), "body": body or {}, "pii": pii or None}


def said(speaker: str, text: str, began: float, ended: float) -> dict[str, Any]:
    body = {"speaker": speaker, "started_at": at(began), "ended_at": at(ended), "interrupted": False}
    return event("utterance", ended, body, text=text)


def key(digit: str, seconds: float) -> dict[str, Any]:
    return event("digit_pressed", seconds, digit=digit)


GREETING = said("agent", "Hello, this is the demo agent. How can I help you?", 0.5, 3)
ANSWER = "You entered one two three four. Your balance is forty two dollars."
CALL = [
    event("leg_answered", 0), GREETING,
    said("caller", "pay my bill", 4, 5), said("agent", "Please key in your four digit account number.", 5.5, 8),
    *(key(digit, 9 + n) for n, digit in enumerate("1234")), said("agent", ANSWER, 13, 17),
    event("call_ended", 20, {"termination": {"ended_by": "caller", "slug": "completed"}}),
]  # fmt: skip


def acts(replay: Replay) -> list[tuple[str, str]]:
    return [(step.act, step.words) for step in replay.rehearsal.steps]


def test_what_the_caller_did_is_done_again_in_order() -> None:
    replay = replay_of("call_1", CALL)
    assert acts(replay) == [("listen", ""), ("say", "pay my bill"), ("key", "1234"), ("hang_up", "")]
    assert replay.said_then(2) == [ANSWER] and replay.notes == []


def test_the_same_agent_says_the_same_and_a_changed_one_does_not() -> None:
    replay = replay_of("call_1", CALL)
    for greeting, same in ((REHEARSED["greeting"], 4), ("Good <day>.", 3)):
        [held] = rehearse_by_text(
            [wanted(replay.rehearsal, REHEARSED | {"greeting": greeting})], SpeechSettings(), lambda _: None
        )
        assert alike(replay, held) == (same, 4)
        text = replay_page(replay, held, "new", AT)
        assert f"{same} of 4 answers are the same" in text and ("Good &lt;day&gt;." in text) is (same == 3)


def test_what_is_saved_is_a_suite_that_passes() -> None:
    replay = replay_of("call_1", CALL)
    [held] = rehearse_by_text([wanted(replay.rehearsal, REHEARSED)], SpeechSettings(), lambda _: None)
    suite = Suite.model_validate(as_written(replay, held, "demo agent"))
    [again] = rehearse_by_text([wanted(suite.rehearsals[0], REHEARSED)], SpeechSettings(), lambda _: None)
    assert again.verdict == "passed", again.why
    assert sum(len(step.findings) for step in again.steps) >= 3


def test_consent_a_human_and_silence_are_as_they_were() -> None:
    told = {"saying": "ask", "text": "May we?", "played_ms": 1000, "whole": True}
    replay = replay_of(
        "call_1",
        [
            event("leg_answered", 0), event("disclosure_played", 2, told),
            event("consent_given", 4, {"method": "voice"}, text="yes please"), GREETING | {"at": at(5)},
            said("caller", "hello", 30, 31), key("0", 32), event("transfer_settled", 40, {"outcome": "busy"}),
            said("caller", "well", 70, 71),
        ],
    )  # fmt: skip
    assert (replay.rehearsal.told.record, replay.rehearsal.human) == ("ask", "busy")
    assert [act for act in acts(replay) if act[0] != "listen"][:2] == [("say", "yes please"), ("wait", "26 s")]


def test_a_silence_that_the_agent_broke_is_kept_again() -> None:
    ask = "Please key in your four digit account number."
    replay = replay_of(
        "call_1", [*CALL[:4], key("1", 9), key("2", 9.5), said("agent", ask, 13.6, 16), CALL[-1] | {"at": at(25)}]
    )
    assert acts(replay)[2:] == [("key", "12"), ("wait", "13.1 s"), ("hang_up", "")]
    assert replay.said_then(3) == [ask]
    [held] = rehearse_by_text([wanted(replay.rehearsal, REHEARSED)], SpeechSettings(), lambda _: None)
    assert replay.said_now(held, 3)[0] == ask


def test_what_nobody_may_know_is_noted() -> None:
    hidden = [event("capture_began", 18, {"capture_id": "cap_1"}), key("", 19)]
    replay = replay_of("call_1", [*CALL, *hidden])
    assert [one.split(" is ")[0].split(":")[0] for one in replay.notes] == [
        "what was keyed in unseen", "a long run of keys",
    ]  # fmt: skip


@pytest.mark.parametrize("events", [[], [event("leg_answered", 0), GREETING]])
def test_a_call_in_which_nobody_did_anything_is_no_rehearsal(events: list[dict[str, Any]]) -> None:
    with pytest.raises(BadInput):
        replay_of("call_1", events)


def test_the_record_as_a_story() -> None:
    story = story_of(
        [
            *CALL, event("tool_called", 12, {"name": "account_balance", "ok": True}),
            event("transfer_began", 14, {"target_id": "tgt_1"}),
            event("capture_asked", 15, {"capture_id": "c", "name": "card"}),
            event("capture_began", 16, {"capture_id": "c"}),
        ],
        AT.timestamp(), {"tgt_1": "office"},
    )  # fmt: skip
    assert [(one.what, one.name, one.at_s) for one in story.asked] == [
        ("transfer", "office", 14),
        ("capture", "card", 16),
    ]
    assert [(one.name, one.arguments) for one in story.tools] == [("account_balance", None)]
    assert (story.ended_by, story.outcome, len(story.record)) == ("caller", "completed", len(CALL) + 4)
    assert "forty two" in story.whole
