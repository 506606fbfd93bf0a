"""A small round of the bench: spoken by flite and espeak-ng over a telephone line, with bounds that a worse one fails.

The seed is not that of the figures in docs/amd.md. All times are times of audio.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.amd.listening import outcomes
from bench.amd.score import Score

SEED, EACH = 7, 6  # 60 calls


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where sentences are kept that were spoken once."""
    return tmp_path_factory.mktemp("spoken")


@pytest.fixture(scope="module")
def by_audio(spoken: Path) -> Iterator[Score]:
    yield Score("audio", list(outcomes(spoken, "scored", "audio", SEED, EACH)))


@pytest.fixture(scope="module")
def by_words(spoken: Path) -> Iterator[Score]:
    yield Score("words", list(outcomes(spoken, "scored", "words", SEED, EACH)))


def test_people_are_known_in_two_seconds_and_not_taken_for_machines(by_audio: Score) -> None:
    figures = by_audio.figures()
    assert figures["human_in_time_percent"] >= 75  # one in twelve greets for longer than that
    assert figures["false_machine_percent"] + figures["missed_human_percent"] <= 10
    assert figures["human_corrected_wrongly_percent"] <= 6  # one of eighteen


def test_machines_are_known_in_the_end_by_audio_alone(by_audio: Score) -> None:
    figures = by_audio.figures()
    assert figures["false_human_percent"] <= 30
    assert figures["false_human_after_correction_percent"] <= 10
    assert figures["recall_percent"]["voicemail"] >= 80
    assert figures["recall_percent"]["fax"] == 100
    assert figures["recall_percent"]["announcement"] >= 85
    assert figures["recall_percent"]["silence"] >= 85


def test_audio_alone_never_claims_to_know_what_only_words_tell(by_audio: Score) -> None:
    claimed = [one for one in by_audio.outcomes if one.told in ("ivr", "screening")]
    assert claimed == []


def test_words_tell_menus_and_screening_apart(by_words: Score) -> None:
    recall = by_words.figures()["recall_percent"]
    assert recall["ivr"] + recall["screening"] >= 60
    claimed = [one for one in by_words.outcomes if one.final in ("ivr", "screening")]
    assert sum(one.final == one.truth for one in claimed) >= 0.75 * len(claimed) > 0


def test_beeps_are_found_to_the_hundredth_of_a_second(by_audio: Score) -> None:
    figures = by_audio.figures()
    assert figures["beeps"] >= 10
    assert figures["beeps_found"] >= 0.9 * figures["beeps"]
    assert figures["beeps_too_many"] <= 1
    assert figures["beep_ms_p95"] <= 20
