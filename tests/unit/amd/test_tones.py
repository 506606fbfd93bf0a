"""Beeps to the hundredth of a second, and tones that are none: the network's, fax machines', whistles, keys."""

from __future__ import annotations

import pytest

from tests.unit.amd.far_end import LEVEL, FarEnd, listen


@pytest.mark.parametrize("hertz", [400, 440, 620, 1000, 1400, 2000])
@pytest.mark.parametrize("seconds", [0.16, 0.3, 0.8])
@pytest.mark.parametrize("level", [LEVEL / 10, LEVEL])
def test_a_beep_after_a_greeting(hertz: float, seconds: float, level: float) -> None:
    far_end = FarEnd().silent(0.4).says(4.6).silent(0.6).tone(seconds, hertz, level=level).silent(1)
    (beep,) = listen(far_end).beeps
    assert beep.at_s == pytest.approx(5.6 + seconds, abs=0.015)
    assert beep.hertz == pytest.approx(hertz, abs=3)
    assert beep.length_s == pytest.approx(seconds, abs=0.03)


def test_a_beep_right_after_speech_makes_a_voicemail() -> None:
    found = listen(FarEnd().silent(0.4).says(1.6).tone(0.4, 850).silent(2))
    assert found.verdict and (found.verdict.kind, found.verdict.certainty) == ("voicemail", "sure")
    assert [round(beep.at_s, 1) for beep in found.beeps] == [2.4]


def test_a_beep_while_somebody_speaks_behind_it() -> None:
    far_end = FarEnd().silent(0.4).says(5)
    beep = FarEnd().tone(0.5, 1200).sound[0]
    behind = FarEnd(seed=2).says(0.5, level=LEVEL / 8).sound[0]
    far_end.tone(0.5, 1200)
    far_end.sound[-1] = beep + behind
    (found,) = listen(far_end.silent(1)).beeps
    assert found.at_s == pytest.approx(5.9, abs=0.02)


def test_a_beep_and_nothing_before_it_is_likely_voicemail() -> None:
    verdict = listen(FarEnd().silent(1).tone(0.5, 1000).silent(2)).verdict
    assert verdict and (verdict.kind, verdict.certainty) == ("voicemail", "likely")


def test_a_beep_before_somebody_speaks_says_nothing_about_who_does() -> None:
    found = listen(FarEnd().silent(0.4).tone(0.3, 1000).silent(0.7).says(0.5).silent(3))
    assert len(found.beeps) == 1
    assert found.verdict and found.verdict.kind == "human"


def test_speech_has_no_beeps() -> None:
    assert listen(FarEnd().silent(0.3).says(12).silent(1)).beeps == []


def test_a_person_who_whistles_like_a_beep() -> None:
    found = listen(FarEnd().silent(0.4).whistles(0.6, 900, 1300).silent(0.2).says(0.4).silent(3))
    assert found.beeps == []
    assert found.verdict and found.verdict.kind == "human"


@pytest.mark.parametrize("key", [(697, 1209), (770, 1336), (941, 1477)])
def test_a_key_is_no_beep(key: tuple[int, int]) -> None:
    assert listen(FarEnd().silent(0.4).says(0.4).silent(1).tone(0.3, *key).silent(1)).beeps == []


@pytest.mark.parametrize("ringing", [(440, 480), (425,), (400, 450)])
def test_the_rest_of_the_ringing_is_neither_beep_nor_speech(ringing: tuple[int, ...]) -> None:
    found = listen(FarEnd().tone(0.7, *ringing).silent(0.6).says(0.4).silent(3))
    assert found.beeps == []
    assert found.verdict and found.verdict.kind == "human"


@pytest.mark.parametrize(("ringing", "seconds"), [((440, 480), 2.0), ((425,), 1.0)])
def test_a_line_that_rings_on_is_silence(ringing: tuple[int, ...], seconds: float) -> None:
    found = listen(FarEnd().silent(0.4).tone(seconds, *ringing).silent(4).tone(seconds, *ringing).silent(4))
    assert found.beeps == []
    assert found.verdict and (found.verdict.kind, found.verdict.why) == ("silence", "it still rings")


@pytest.mark.parametrize("hertz", [2085, 2100, 2115])
def test_a_fax_machine_that_answers(hertz: float) -> None:
    found = listen(FarEnd().silent(0.5).tone(3, hertz).silent(1))
    assert found.verdict and (found.verdict.kind, found.verdict.certainty) == ("fax", "sure")
    assert found.verdict.at_s < 0.5 + 1.2
    assert found.beeps == []


def test_a_fax_machine_whose_phase_turns() -> None:
    """ITU-T V.8: every 450 ms."""
    far_end = FarEnd().silent(0.5)
    for turned in range(7):
        far_end.tone(0.44 if turned % 2 else 0.46, 2100)
        far_end.sound[-1] *= -1 if turned % 2 else 1
    found = listen(far_end.silent(1))
    assert found.verdict and found.verdict.kind == "fax"
    assert found.beeps == []


def test_a_fax_machine_that_calls_is_known_by_its_second_tone() -> None:
    found = listen(FarEnd().silent(1).tone(0.5, 1100).silent(3).tone(0.5, 1100).silent(3))
    assert found.verdict and found.verdict.kind == "fax"
    assert found.beeps == []


def test_a_beep_of_1100_hz_without_a_second_one_is_told_late_but_with_its_own_time() -> None:
    (beep,) = listen(FarEnd().silent(1).tone(0.5, 1100).silent(6)).beeps
    assert beep.at_s == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("tones", [(950, 1400, 1800), (913.8, 1370.6, 1776.7), (985.2, 1428.5, 1776.7)])
def test_the_networks_information_tones(tones: tuple[float, ...]) -> None:
    far_end = FarEnd().silent(0.4)
    for hertz in tones:
        far_end.tone(0.34, hertz)
    found = listen(far_end.silent(0.3).says(3).silent(2))
    assert found.verdict and (found.verdict.kind, found.verdict.certainty) == ("announcement", "sure")
    assert found.beeps == []
