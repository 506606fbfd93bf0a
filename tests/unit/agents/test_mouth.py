"""The mouth says what ships with us without any engine, and says clearly when it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from livekit.agents import APIError

from agents.profile import AgentProfile
from agents.resume import first_words
from agents.skills.tools import account_balance
from agents.speech.dialogue import FAREWELL, NO_DIGITS
from agents.speech.engines import EspeakNg, Flite, installed, resampled, telephone_samples
from agents.speech.make_voice import LINES, PHONE_LINES, agent_texts
from agents.speech.mouth import EmbeddedMouth
from agents.speech.phrasebook import GAP_S, RATE, VOICE, Phrasebook, Samples, read_wav, shipped, slug
from gateway.kernel.errors import SetupError
from gateway.phone.ears import Ears
from tests.unit.agents.conftest import through_mu_law


def test_everything_the_demo_agent_may_say_ships_with_it(profile: AgentProfile) -> None:
    lines = [profile.greeting, profile.fallback_say, FAREWELL, NO_DIGITS]
    lines += [entry.say for entry in profile.dialogue]
    lines += [first_words(None), first_words(profile.dialogue[0])]
    assert shipped().missing(lines) == []


async def test_any_account_number_and_balance_can_be_read_out() -> None:
    assert shipped().missing([await account_balance("0987654321")]) == []


def test_the_recordings_are_those_of_the_texts() -> None:
    assert {path.stem for path in VOICE.glob("*.wav")} == {slug(text) for text in agent_texts()}
    assert {path.stem for path in LINES.glob("*.wav")} == {slug(text) for text in PHONE_LINES}


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Hello, this is the demo agent. How can I help you?", {"demo agent"}),
        ("Please key in your four digit account number.", {"account number"}),
        ("You entered one two three four. Your balance is forty two dollars.", {"forty two dollars"}),
        ("We are open from nine to five, Monday to Friday.", {"nine to five", "monday to friday"}),
        (FAREWELL, {"goodbye"}),
    ],
)
def test_the_phone_understands_the_agent(said: str, heard: set[str]) -> None:
    speech = shipped().say(said)
    assert speech is not None
    ears = Ears(("demo agent", "account number", "forty two dollars", "nine to five", "monday to friday", "goodbye"))
    pause: Samples = np.zeros(RATE // 3, np.int16)
    assert set(ears.understand(through_mu_law(np.concatenate([pause, speech, pause])))) == heard


def test_the_longest_recording_wins_and_words_are_joined_with_a_gap() -> None:
    book = shipped()
    whole = read_wav(VOICE / "your_balance_is_forty_two_dollars.wav")
    spoken = book.say("Your balance is forty two dollars")
    assert spoken is not None and len(spoken) == len(whole) + int(GAP_S * RATE)
    pieces = [read_wav(VOICE / f"{word}.wav") for word in ("your_balance_is", "forty", "three", "dollars")]
    joined = book.say("your balance is forty three dollars")
    assert joined is not None and len(joined) == sum(map(len, pieces)) + 4 * int(GAP_S * RATE)


def test_a_missing_word_means_the_sentence_is_not_said_in_part() -> None:
    assert shipped().say("You entered one banana") is None


def test_a_wav_of_another_format_is_refused(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "x.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * 100)
    with pytest.raises(ValueError, match=r"x\.wav"):
        Phrasebook(tmp_path)


async def test_the_tts_gives_the_recording_unchanged() -> None:
    mouth = EmbeddedMouth(shipped(), None)
    audio = await mouth.synthesize("Goodbye, and thank you for calling.").collect()
    assert (audio.sample_rate, audio.num_channels) == (8000, 1)
    samples = np.frombuffer(audio.data, np.int16)
    expected = shipped().say(FAREWELL)
    assert expected is not None
    assert np.array_equal(samples[: len(expected)], expected)
    assert not samples[len(expected) :].any()


def test_without_an_engine_an_unknown_sentence_is_a_clear_error() -> None:
    with pytest.raises(SetupError, match="1 sentences") as caught:
        EmbeddedMouth(shipped(), None).require(["Goodbye, and thank you for calling.", "We sell bananas."])
    assert "flite" in (caught.value.todo or "")


async def test_speaking_it_all_the_same_fails_and_is_not_retried() -> None:
    with pytest.raises(APIError) as caught:
        await EmbeddedMouth(shipped(), None).speak("We sell bananas.")
    assert not caught.value.retryable


@pytest.mark.parametrize("engine", [Flite(), EspeakNg()])
async def test_an_engine_of_the_system_speaks_anything_else(engine: Flite | EspeakNg) -> None:
    assert installed(engine.name), f"apt-get install {engine.name}"
    mouth = EmbeddedMouth(shipped(), engine)
    mouth.require(["We sell bananas and pineapples."])
    samples = await mouth.speak("We sell bananas and pineapples.")
    assert 1.0 < len(samples) / RATE < 5.0
    assert np.abs(samples.astype(np.int32)).max() > 3000


def test_resampling_keeps_the_tone_and_removes_what_8_khz_cannot_carry() -> None:
    time = np.arange(16000) / 16000
    low = (np.sin(2 * np.pi * 1000 * time) * 8000).astype(np.int16)
    high = (np.sin(2 * np.pi * 6000 * time) * 8000).astype(np.int16)
    kept, gone = resampled(low, 16000, 8000), resampled(high, 16000, 8000)
    assert len(kept) == 8000
    assert np.abs(np.fft.rfft(kept)).argmax() == 1000
    assert np.sqrt((gone.astype(float) ** 2).mean()) < 100


def test_a_wav_with_an_open_length_is_read_to_its_end() -> None:
    header = b"RIFF$\xf0\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\xf0\xff\x7f"
    samples = np.arange(100, dtype="<i2")
    assert np.array_equal(telephone_samples(header + samples.tobytes()), samples)
