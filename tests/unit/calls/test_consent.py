"""What each answer about recording leads to; and that no answer that is less than the law asks for counts."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.consent.plan import DisclosurePlan
from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.calls.consent_facts import ConsentGiven, ConsentRefused, ConsentRevoked, DisclosurePlayed
from gateway.calls.effects import StartRecording, StopRecording, TrimRecording
from gateway.calls.events import RecordingWithheld
from gateway.calls.recording_facts import RecordingStarted
from gateway.calls.timeline import timeline_of
from tests.unit.calls.story import Facts, Playbook


def call(record: str = "notice", **plan: Any) -> tuple[Facts, Playbook]:
    f = Facts()
    asked = DisclosurePlan.model_validate({"tell_ai": True, "record": record, **plan})
    verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(), disclosure=asked)
    return f, Playbook().play(f.admitted(verdict=verdict), f.joined(), f.answered())


def played(f: Facts, saying: str = "notice", *, whole: bool = True, t: float = 1.0) -> DisclosurePlayed:
    words: dict[str, Any] = {"text": "This call is recorded.", "language": "en", "version": 1, "audio_sha256": "0" * 64}
    measured: dict[str, Any] = {"offset_ms": 0, "played_ms": 900, "whole": whole}
    return DisclosurePlayed(**f._env(t, "worker:1"), saying=saying, **words, **measured)  # type: ignore[arg-type]


def given(f: Facts, method: str, t: float = 2.0) -> ConsentGiven:
    return ConsentGiven(**f._env(t, "worker:1"), method=method)  # type: ignore[arg-type]


def revoked(f: Facts, method: str = "voice", t: float = 9.0) -> ConsentRevoked:
    return ConsentRevoked(**f._env(t, "worker:1"), method=method)  # type: ignore[arg-type]


def withheld(book: Playbook) -> list[str]:
    return [event.what.reason for event in book.events if isinstance(event.what, RecordingWithheld)]


def kinds(book: Playbook) -> list[type]:
    return [type(effect) for effect in book.effects]


@pytest.mark.parametrize(
    ("record", "method", "starts"),
    [
        ("no", "key", False),
        ("none", "not_needed", True),
        ("none", "key", True),
        ("notice", "not_needed", False),
        ("notice", "staying", True),
        ("notice", "voice", True),
        ("ask", "not_needed", False),
        ("ask", "staying", False),
        ("ask", "key", True),
        ("ask", "voice", True),
    ],
)
def test_an_answer_starts_the_recording_if_it_is_as_much_as_the_law_asks_for(
    record: str, method: str, starts: bool
) -> None:
    f, book = call(record)
    book.play(played(f), given(f, method))
    assert kinds(book) == ([StartRecording] if starts else [])
    assert withheld(book) == ([] if starts else ["consent_not_enough"])
    assert book.call is not None and book.call.recording_allowed is starts


def test_who_was_cut_off_while_being_told_has_not_been_told() -> None:
    f, book = call("notice")
    book.play(played(f, whole=False), given(f, "staying"))
    assert (kinds(book), withheld(book)) == ([], ["consent_not_enough"])
    book.play(played(f, t=3.0), given(f, "staying", t=4.0))
    assert kinds(book) == [StartRecording]


def test_a_call_without_a_plan_is_not_recorded() -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.answered(), given(f, "key"))
    assert (kinds(book), withheld(book)) == ([], ["consent_not_enough"])


def test_a_no_is_kept_with_its_reason_and_the_call_goes_on() -> None:
    f, book = call("ask")
    book.play(played(f, "ask"), ConsentRefused(**f._env(2.0, "worker:1"), method="silence"))
    assert (kinds(book), withheld(book)) == ([], ["consent_refused"])
    assert book.call is not None and not book.call.ended and book.call.consent.standing == "refused"
    book.play(given(f, "voice", t=5.0))
    assert kinds(book) == [StartRecording]


@pytest.mark.parametrize(
    ("on_revocation", "effects"), [("trim", [TrimRecording, StopRecording]), ("stop", [StopRecording])]
)
def test_consent_taken_back_ends_the_recording_and_forgets_it_where_the_terms_say_so(
    on_revocation: str, effects: list[type]
) -> None:
    f, book = call("ask", on_revocation=on_revocation)
    book.play(given(f, "key"), RecordingStarted(**f._env(3.0, "recorder:1"), recording_id="rec_1"))
    book.effects.clear()
    book.play(revoked(f))
    assert (kinds(book), withheld(book)) == (effects, ["consent_revoked"])
    assert book.call is not None and not book.call.recording_allowed
    book.effects.clear()
    book.play(revoked(f, t=10.0))
    assert StartRecording not in kinds(book)
    book.play(given(f, "voice", t=12.0))
    assert book.call.recording_allowed


def test_taken_back_before_anything_began_nothing_is_ordered() -> None:
    f, book = call("ask")
    book.play(revoked(f))
    assert (kinds(book), withheld(book)) == ([], ["consent_revoked"])


def test_said_twice_it_starts_once() -> None:
    f, book = call("ask")
    book.play(given(f, "key"), given(f, "voice", t=3.0))
    assert kinds(book) == [StartRecording]


def test_every_step_has_a_sentence_and_none_tells_what_was_said() -> None:
    f, book = call("ask")
    said = {"pii": {"text": "yes of course 4111"}}
    book.play(
        *(played(f, one) for one in ("ai", "notice", "ask", "again", "given", "refused", "revoked")),
        played(f, whole=False),
        *(given(f, one) for one in ("not_needed", "staying", "key", "voice")),
        *(ConsentRefused(**f._env(3.0, "w"), method=one) for one in ("key", "voice", "silence")),  # type: ignore[arg-type]
        ConsentRevoked(**f._env(4.0, "w"), method="key", **said),  # type: ignore[arg-type]
        revoked(f, "api"),
    )
    sentences = [entry.sentence for entry in timeline_of(book.events) if entry.kind.startswith(("disc", "consent"))]
    assert len(sentences) == 17 and all(one.endswith(".") and "4111" not in one for one in sentences)
