"""The embedded ears understand the demo caller over both telephone codecs, and stay deaf to strangers."""

from __future__ import annotations

import numpy as np
import pytest
from livekit import rtc

from agents.profile import AgentProfile
from agents.speech.catalog import phrases_of
from agents.speech.ears import UNCLEAR, KeywordEars, pcm_at
from agents.speech.keywords import KeywordSpotter, spoken_digits
from agents.speech.make_voice import LINES
from agents.speech.phrasebook import Samples, read_wav, shipped, silence
from tests.unit.agents.conftest import at_16_khz, through_a_law, through_mu_law

HEARD = {
    "i_want_to_pay_my_bill": "pay my bill",
    "what_are_your_opening_hours": "opening hours",
    "goodbye": "goodbye",
}


@pytest.fixture(scope="module")
def spotter() -> KeywordSpotter:
    from agents.demo_profile import DEMO_PROFILE

    return KeywordSpotter(phrases_of(AgentProfile.model_validate({"id": "agt_demo", **DEMO_PROFILE})))


def around(samples: Samples) -> Samples:
    return np.concatenate([silence(0.3), samples, silence(0.3)])


@pytest.mark.parametrize("codec", [through_mu_law, through_a_law])
@pytest.mark.parametrize(("line", "heard"), HEARD.items())
def test_the_callers_lines_are_understood(spotter: KeywordSpotter, codec, line: str, heard: str) -> None:
    speech = codec(around(read_wav(LINES / f"{line}.wav")))
    assert spotter.understand(at_16_khz(speech)) == heard


@pytest.mark.parametrize("codec", [through_mu_law, through_a_law])
@pytest.mark.parametrize("digits", ["one two three four", "nine zero five seven", "eight six one two"])
def test_digits_are_understood_only_while_they_are_expected(spotter: KeywordSpotter, codec, digits: str) -> None:
    spoken = shipped().say(digits)
    assert spoken is not None
    speech = at_16_khz(codec(around(spoken)))
    assert spotter.understand(speech, digits_expected=4) == digits
    assert spotter.understand(speech) == ""
    assert spotter.understand(speech, digits_expected=6) == ""


def test_other_words_and_noise_are_no_command(spotter: KeywordSpotter) -> None:
    stranger = shipped().say("sorry we were cut off for a moment")
    assert stranger is not None
    assert spotter.understand(at_16_khz(through_mu_law(around(stranger)))) == ""
    noise = np.random.default_rng(7).normal(0, 800, 16000).astype(np.int16)
    assert spotter.understand(at_16_khz(noise)) == ""


def test_a_phrase_with_an_unknown_word_is_named_and_left_out() -> None:
    spotter = KeywordSpotter(["pay my bill", "frobnicate the xyzzy"])
    assert spotter.unknown == ["frobnicate the xyzzy"]
    assert spotter.phrases == ["pay my bill"]


def frame(samples: Samples, rate: int = 8000) -> rtc.AudioFrame:
    return rtc.AudioFrame(samples.tobytes(), rate, 1, len(samples))


async def test_the_stt_hears_8_khz_frames_and_calls_long_mumbling_unclear(spotter: KeywordSpotter) -> None:
    ears = KeywordEars(spotter, lambda: 0)
    line = around(read_wav(LINES / "what_are_your_opening_hours.wav"))
    event = await ears.recognize([frame(line[:4000]), frame(line[4000:])])
    assert event.alternatives[0].text == "opening hours"
    mumbling = shipped().say("sorry we were cut off for a moment")
    assert mumbling is not None
    assert (await ears.recognize([frame(mumbling)])).alternatives[0].text == UNCLEAR
    assert (await ears.recognize([frame(silence(0.4))])).alternatives[0].text == ""


def test_pcm_is_brought_to_the_wanted_rate() -> None:
    tone = (np.sin(np.arange(8000) * 2 * np.pi * 400 / 8000) * 10000).astype(np.int16)
    samples = np.frombuffer(pcm_at([frame(tone)], 16000), np.int16)
    assert len(samples) == 16000
    spectrum = np.abs(np.fft.rfft(samples))
    assert int(spectrum.argmax()) == 400


@pytest.mark.parametrize(("text", "digits"), [("one two oh", "120"), ("one two please", ""), ("", ""), ("Nine", "9")])
def test_digit_words(text: str, digits: str) -> None:
    assert spoken_digits(text) == digits
