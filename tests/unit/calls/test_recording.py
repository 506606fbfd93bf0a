"""The recording of a call in its record: what is ordered, who holds it, and what a lost recorder leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.calls import recording as deciders
from gateway.calls import recording_facts as r
from gateway.calls.call import Call
from gateway.calls.consent import ConsentState
from gateway.calls.effects import PauseRecording, ResumeRecording, StartRecording, StopRecording, TrimRecording
from gateway.calls.timeline import sentence_of
from gateway.kernel.ids import new_id
from tests.unit.calls.story import CALL, ROOM, T0, Facts, Playbook

FIRST, SECOND = new_id("rec"), new_id("rec")


def fact(kind: type[Any], t: float, **fields: Any) -> Any:
    given = {"id": new_id("evt"), "call_id": CALL, "source": "test", "seq": 0, "at": T0 + timedelta(seconds=t)}
    return kind(**given, **fields)


def asked(do: str, t: float = 6) -> Any:
    return fact(r.RecordingAsked, t, do=do, key_id="key_1")


def answered(*, allowed: bool = True) -> Playbook:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.answered())
    assert book.call is not None
    consent = ConsentState(standing="given" if allowed else "")
    book.call = book.call.model_copy(update={"consent": consent})
    return book


def recorded() -> Playbook:
    return answered().play(asked("start", 5), fact(r.RecordingStarted, 5.2, recording_id=FIRST))


def call_of(book: Playbook) -> Call:
    assert book.call is not None
    return book.call


def test_without_consent_nothing_starts_and_the_reason_is_kept() -> None:
    book = answered(allowed=False).play(asked("start"))
    assert not book.effects
    assert call_of(book).recording.state == "off"
    assert call_of(book).recording.withheld == "consent_not_given"
    assert any("consent was not given" in sentence_of(event) for event in book.events)


def test_it_starts_once_with_the_caller_on_the_left() -> None:
    book = answered().play(asked("start"), asked("start"))
    assert book.effects == [StartRecording(room=ROOM, caller=call_of(book).leg_identity)]
    assert call_of(book).recording.state == "starting"
    book.play(fact(r.RecordingStarted, 7, recording_id=FIRST))
    assert (call_of(book).recording.state, call_of(book).recording.id) == ("recording", FIRST)


def test_who_holds_it_is_not_overruled_by_another_who_lets_go() -> None:
    book = recorded()
    call = call_of(book)
    capture = deciders.pause(call, asked("pause"), "capture")
    assert capture.effects == (PauseRecording(),)
    for event in capture.events:
        call = call.model_copy(update={"recording": deciders.with_event(call.recording, event)})
    book.call = call
    before = len(book.effects)
    book.play(asked("pause"), asked("resume"))
    assert book.effects[before:] == []
    assert call_of(book).recording.held_by == ("capture",)
    assert deciders.resume(call_of(book), asked("resume"), "capture").effects == (ResumeRecording(),)


def test_what_is_held_before_it_begins_begins_with_silence() -> None:
    book = answered().play(asked("pause"), asked("start"))
    assert book.effects == [StartRecording(room=ROOM, caller=call_of(book).leg_identity, paused=True)]
    book.play(fact(r.RecordingStarted, 7, recording_id=FIRST, paused=True))
    assert call_of(book).recording.state == "paused"


@pytest.mark.parametrize(
    "end",
    [
        fact(r.RecordingFailed, 8, recording_id=FIRST, reason="recorder_lost"),
        fact(r.RecordingStopped, 8, recording_id=FIRST, reason="recorder_ended", chunks=3, size=900, duration_ms=1500),
    ],
)
def test_a_lost_recorder_has_a_successor_that_keeps_the_pause(end: Any) -> None:
    book = recorded().play(asked("pause"), fact(r.RecordingPaused, 7, recording_id=FIRST, at_ms=1800), end)
    started = [one for one in book.effects if isinstance(one, StartRecording)]
    assert started[1:] == [
        StartRecording(room=ROOM, caller=call_of(book).leg_identity, paused=True, continues=FIRST),
    ]
    book.play(fact(r.RecordingStarted, 9, recording_id=SECOND, paused=True))
    assert (call_of(book).recording.state, call_of(book).recording.id) == ("paused", SECOND)


def test_a_loss_after_the_stop_or_told_twice_starts_nothing() -> None:
    lost = fact(r.RecordingFailed, 9, recording_id=FIRST, reason="recorder_lost")
    book = recorded().play(asked("stop"), lost)
    assert book.effects[-1] == StopRecording()
    assert sum(isinstance(one, StartRecording) for one in book.effects) == 1
    twice = recorded().play(lost, fact(r.RecordingFailed, 10, recording_id=FIRST, reason="disk"))
    assert sum(isinstance(one, StartRecording) for one in twice.effects) == 2


def test_recorders_that_keep_dying_are_not_started_for_ever() -> None:
    book = answered().play(asked("start"))
    for number in range(3 * deciders.MOST_STARTS):
        part = new_id("rec")
        book.play(
            fact(r.RecordingStarted, 10 + number, recording_id=part),
            fact(r.RecordingFailed, 10.5 + number, recording_id=part, reason="recorder_lost"),
        )
    assert sum(isinstance(one, StartRecording) for one in book.effects) == deciders.MOST_STARTS


def test_trimming_is_ordered_only_where_something_was_recorded() -> None:
    assert deciders.trim(call_of(answered()), asked("stop")).effects == ()
    assert deciders.trim(call_of(recorded()), asked("stop"), 400).effects == (TrimRecording(from_ms=400),)


def test_every_step_has_a_sentence_without_a_number() -> None:
    book = recorded().play(
        asked("pause"),
        fact(r.RecordingPaused, 7, recording_id=FIRST, at_ms=1),
        asked("resume"),
        fact(r.RecordingResumed, 8, recording_id=FIRST, at_ms=2),
        fact(r.RecordingTrimmed, 8, recording_id=FIRST, from_ms=0, to_ms=2),
        asked("stop"),
        fact(r.RecordingStopped, 9, recording_id=FIRST, reason="asked", chunks=1, size=2, duration_ms=3),
        fact(r.RecordingNotStarted, 9, recording_id=FIRST, reason="no_recorder"),
        fact(r.RecordingReady, 9, recording_id=FIRST),
    )
    told = [sentence_of(event) for event in book.events if event.what.kind.startswith("recording")]
    assert len(told) == len(set(told)) == 15
    assert not any("Something was reported" in one or "changed" in one for one in told)


def test_what_comes_after_every_call_is_not_late_and_starts_nothing() -> None:
    book = recorded().play(Facts().left(9))
    before = len(book.effects)
    book.play(
        fact(r.RecordingStopped, 10, recording_id=FIRST, reason="recorder_ended", chunks=1, size=2, duration_ms=3),
        fact(r.RecordingReady, 11, recording_id=FIRST),
    )
    assert book.effects[before:] == []
    assert [event.late for event in book.events[-2:]] == [False, False]
    assert call_of(book).recording.state == "stopped"
