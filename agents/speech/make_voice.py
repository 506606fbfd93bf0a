"""Remakes the shipped recordings from their texts: `python -m agents.speech.make_voice` (needs flite and sox).

The agent's sentences go to `agents/speech/voice`, the lines of the demo's phones to `gateway/phone/lines`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import gateway.phone
from agents import briefing, capture_words
from agents.attempt import STOPPED
from agents.demo_profile import CALLED_NAMES, DEMO_PROFILE, WARNING, WARNING_OPENING
from agents.disclosure import PRIVATE
from agents.honest import ALL_WORDS
from agents.profile import BY_KEYPAD, ONE_MOMENT, STILL_THERE
from agents.resume import RESUMED
from agents.speech.dialogue import FAREWELL, NO_DIGITS
from agents.speech.phrasebook import RATE, VOICE, Samples, read_wav, slug
from compliance.caller_trust.weigh import STANDINGS
from compliance.consent.texts import texts_in
from gateway.kernel.errors import SetupError

AGENT_VOICE, CALLER_VOICE = "rms", "rms"  # rms is the flite voice that telephone ears understand best
LINES = Path(gateway.phone.__file__).parent / "lines"
PHONE_LINES = (
    "I want to pay my bill", "I want to pay by card", "what are your opening hours", "goodbye",
    "I want to speak to a human", "this is the office, how may I help you",
    "hello, you have reached the Millers, please leave a message after the beep",
)  # fmt: skip
NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
)
PHRASES = (
    "you entered",
    "your balance is",
    "your balance is forty two dollars",
    "dollars",
    "dollar",
    "and",
)
QUIET = 200  # samples below this are silence


def agent_texts() -> list[str]:
    """Everything the demo agent may say, sentence by sentence, and the words to build numbers from."""
    texts = [DEMO_PROFILE["greeting"], DEMO_PROFILE["fallback_say"], FAREWELL, NO_DIGITS, RESUMED]
    texts += [briefing.OFFER, briefing.ASK, briefing.ASK_AGAIN, briefing.ALL_RIGHT, briefing.CONNECTED]
    texts += [BY_KEYPAD, *capture_words.ALL_WORDS]
    texts += [ONE_MOMENT, STILL_THERE, *ALL_WORDS, PRIVATE, *(f"{text}." for text in STANDINGS.values())]
    texts += [entry["say"] for entry in DEMO_PROFILE["dialogue"]]
    texts += texts_in("en").say.model_dump().values()
    texts += [*(f"Hello {name}." for name in CALLED_NAMES), WARNING, WARNING_OPENING, STOPPED]
    sentences = [sentence for text in texts for sentence in re.findall(r"[^.?!]+[.?!]?", text) if slug(sentence)]
    return [*sentences, *PHRASES, *NUMBER_WORDS.split()]


def trimmed(samples: Samples, keep_s: float = 0.02) -> Samples:
    """Without the silence that the engine puts around its speech."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    if not len(loud):
        return samples
    keep = int(keep_s * RATE)
    return samples[max(loud[0] - keep, 0) : loud[-1] + keep]


def speak(text: str, voice: str, folder: Path) -> Samples:
    """One text by flite, resampled to 8 kHz without dither, so that the result is the same each time."""
    spoken, telephone = folder / "spoken.wav", folder / "telephone.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(spoken)], check=True)
    subprocess.run(
        ["sox", "-D", str(spoken), "-r", str(RATE), "-c", "1", "-b", "16", str(telephone), "gain", "-n", "-3"],
        check=True,
    )
    return trimmed(read_wav(telephone))


def make(texts: Iterable[str], voice: str, folder: Path) -> int:
    """Writes one wav per text into `folder`, which holds nothing else afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.wav"):
        old.unlink()
    names = {slug(text): text for text in texts}
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in names.items():
            samples = speak(text, voice, Path(scratch))
            with wave.open(str(folder / f"{name}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(samples.astype("<i2").tobytes())
    return len(names)


def main() -> None:
    if missing := [program for program in ("flite", "sox") if shutil.which(program) is None]:
        raise SetupError(f"{' and '.join(missing)} not found", todo="apt-get install flite sox")
    made = make(agent_texts(), AGENT_VOICE, VOICE) + make(PHONE_LINES, CALLER_VOICE, LINES)
    sys.stdout.write(f"{made} recordings\n")


if __name__ == "__main__":
    main()
