"""Who answered, by playbook: how long somebody speaks, pauses and waits, and what was understood."""

from __future__ import annotations

import pytest

from agents.amd.detector import Detector
from agents.amd.verdict import Kind
from tests.unit.amd.far_end import FarEnd, listen


def kind_of(far_end: FarEnd, *words: tuple[float, str], words_expected: bool = False) -> Kind | None:
    verdict = listen(far_end, *words, words_expected=words_expected).verdict
    return verdict.kind if verdict else None


@pytest.mark.parametrize(("waits", "says"), [(0.2, 0.3), (0.4, 0.6), (0.4, 1.1), (0.8, 0.8), (0.7, 1.2)])
def test_a_word_and_then_silence_is_a_person_within_two_seconds(waits: float, says: float) -> None:
    verdict = listen(FarEnd().silent(waits).says(says).silent(3)).verdict
    assert verdict and verdict.kind == "human"
    assert waits + says < verdict.at_s <= 2.0 + (waits if waits > 0.6 else 0.0)


def test_who_lets_one_wait_is_timed_from_the_first_word() -> None:
    verdict = listen(FarEnd().silent(3).says(0.4).silent(3)).verdict
    assert verdict and verdict.kind == "human"
    assert verdict.at_s <= 3 + 2.0


def test_a_longer_sentence_wants_a_longer_silence() -> None:
    short = listen(FarEnd().silent(0.4).says(0.4).silent(4)).verdict
    long = listen(FarEnd().silent(0.4).says(3.4).silent(4)).verdict
    assert short and long and long.kind == "human"
    assert long.at_s - 3.8 > short.at_s - 0.8 > 0.5


def test_a_second_hello_is_still_a_person() -> None:
    far_end = FarEnd().silent(0.2).says(0.1).silent(4).says(0.4).silent(3)  # the first is too short to be a word
    assert kind_of(far_end) == "human"


def test_who_speaks_on_and_on_is_a_recording() -> None:
    verdict = listen(FarEnd().silent(0.5).says(2).silent(0.4).says(3)).verdict
    assert verdict and (verdict.kind, verdict.certainty) == ("voicemail", "likely")
    assert verdict.at_s <= 4.7
    assert "only words can tell" in verdict.why


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Please leave your message.", "voicemail"),
        ("for sales, PRESS ONE", "ivr"),
        ("Go ahead and state your name", "screening"),
        ("Hi, if you record your name and reason for calling I’ll see if this person is available", "screening"),
        ("leave your name; who's calling? state your name and press one", "screening"),
    ],
)
def test_words_tell_machines_apart_at_once(words: str, kind: Kind) -> None:
    verdict = listen(FarEnd().silent(0.5).says(8).silent(2), (2.5, words)).verdict
    assert verdict and (verdict.kind, verdict.certainty) == (kind, "sure")
    assert 2.5 <= verdict.at_s <= 2.6


def test_with_ears_the_end_of_a_long_speech_is_waited_for() -> None:
    far_end = FarEnd().silent(0.5).says(6).silent(3)
    verdict = listen(far_end, words_expected=True).verdict
    assert verdict and verdict.kind == "voicemail" and verdict.at_s > 7.5
    assert kind_of(FarEnd().silent(0.5).says(6).silent(3), (6.2, "press two")) == "ivr"


def test_words_of_a_recording_outweigh_a_pause() -> None:
    far_end = FarEnd().silent(0.4).says(1).silent(1.2).says(3).silent(4)
    assert kind_of(far_end, (1.3, "hi you've reached")) == "voicemail"
    assert kind_of(FarEnd().silent(0.4).says(1).silent(1.2).says(3).silent(4)) == "human"


def test_a_company_greeting_gets_time_to_become_a_menu() -> None:
    def greeting() -> FarEnd:
        return FarEnd().silent(0.4).says(1.2).silent(0.9).says(3).silent(3)

    assert kind_of(greeting(), (1.4, "thank you for calling"), (4.0, "press one")) == "ivr"
    assert kind_of(greeting(), (4.0, "press one")) == "human"


def test_words_without_speech_are_none() -> None:
    assert kind_of(FarEnd().silent(8), (2.0, "mailbox")) == "silence"


def test_nobody_says_anything() -> None:
    verdict = listen(FarEnd().silent(8)).verdict
    assert verdict and verdict.kind == "silence"
    assert verdict.at_s == pytest.approx(6.0, abs=0.05)


def test_a_click_is_not_a_word() -> None:
    assert kind_of(FarEnd().silent(1).says(0.06).silent(7)) == "silence"


def test_a_television_behind_a_person_does_not_make_a_recording() -> None:
    far_end = FarEnd()
    far_end.says(0.4, level=300).says(0.5).says(4, level=300)
    assert kind_of(far_end) == "human"


def test_somebody_who_sings_for_half_a_minute_gets_a_verdict_and_bounded_memory() -> None:
    far_end = FarEnd().silent(0.2)
    for _ in range(50):
        far_end.says(0.1).silent(0.9)
    found = listen(far_end)
    assert found.verdict is not None
    assert found.verdict.at_s <= 20.1


def test_a_pause_that_looked_like_a_person_is_corrected_when_the_recording_goes_on() -> None:
    found = listen(FarEnd().silent(0.4).says(0.8).silent(1.0).says(5).silent(1))
    assert found.verdict and found.verdict.kind == "human"
    assert found.correction and found.correction.verdict.kind == "voicemail"
    assert 2.2 + 3.0 <= found.correction.verdict.at_s <= 2.2 + 3.2


def test_a_person_who_answers_a_question_is_not_corrected() -> None:
    found = listen(FarEnd().silent(0.4).says(0.5).silent(4).says(4).silent(1))
    assert found.verdict and found.verdict.kind == "human"
    assert found.correction is None


def test_words_and_beeps_correct_as_well() -> None:
    by_words = listen(FarEnd().silent(0.4).says(0.5).silent(4).says(1).silent(1), (5.5, "leave a message"))
    assert by_words.correction and by_words.correction.verdict.kind == "voicemail"
    by_beep = listen(FarEnd().silent(0.4).says(0.5).silent(3).tone(0.4, 1000).silent(1))
    assert by_beep.correction and by_beep.correction.verdict.why == "a beep after speech"


def test_words_wanted_until_they_cannot_change_anything() -> None:
    far_end = FarEnd().silent(0.4).says(0.5).silent(18)
    detector = Detector(far_end.voice)
    wanted: list[float] = []
    for frame in far_end.frames():
        detector.take(frame)
        if detector.wants_words:
            wanted.append(detector.now_s)
    assert detector.verdict
    assert wanted[-1] == pytest.approx(detector.verdict.at_s + 15.0, abs=0.05)
