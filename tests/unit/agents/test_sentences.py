"""Where an answer is cut for the voice: after sentences, not after abbreviations, amounts or quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from livekit.agents import tts

from agents.sentences import Sentences, by_sentences
from agents.speech.engines import Flite
from agents.speech.mouth import EmbeddedMouth
from agents.speech.phrasebook import Samples

SENTENCES = [
    ["Dr. Smith owes $3.50 today.", "Mr. Brown pays."],
    ["Your balance is $1,234.56.", "Anything else?"],
    ["It costs 1.250,30 EUR.", "Shall I book it?"],
    ["We are open from 9 a.m. to 5 p.m. on weekdays.", "Goodbye, and thank you."],
    ['She said to him "Please stop now." and left the room.', "Then we talked."],
    ['She said to him "Please stop now!" and left the room.', "Then we talked."],
    ['"Are you really quite sure?" she asked.', "I was sure."],
    ["She said to him “Please stop now.” and left.", "Then we talked."],
    ["She said to him 'Please stop now.' and left.", "Then we talked."],
    ["Er sagte zu ihnen „Bitte halt.“ und ging.", "Dann sprachen wir."],
    ["Il leur a dit « Stop maintenant. » et partit.", "Puis nous avons parlé."],
    ['She only said "Please stop now."', "Then everybody left."],
    ["Please come in (see the note here.) and sit down.", "Thank you."],
    ["Please come at about 5 p.m. tomorrow.", "See you then."],
    ["Please do wait for J. R. Smith to call.", "He will."],
    ["I have to pay $1,200.50 for it.", "That is a lot."],
    ["You have version 3.5 of it now.", "Please keep it."],
    ["Well... let me think about it.", "Yes, it is."],
    ["Write to a.b@c.example.com now.", "Or see www.example.com today.", "Goodbye now."],
    ["Visit https://a.example.com/x.html?y=1.", "Then click."],
    ["1. First open the door.", "2. Then close the door.", "3. Done with that."],
    ["Das kostet etwa z. B. 3,50 Euro.", "Ist das in Ordnung?"],
    ["Am 3. Oktober ist geschlossen.", "Wir öffnen am 4. Oktober."],
    ["El Sr. García llamó ayer.", "La Sra. López también llamó."],
    ["He lives in the U.S. and works.", "So do I."],
]
WAYS = {"characters": r"(?s).", "tokens": r"\s?\w+|\W", "whole": r"(?s).+"}


async def _cut(pieces: Sequence[str]) -> list[str]:
    stream = Sentences().stream()
    for piece in pieces:
        stream.push_text(piece)
    stream.end_input()
    return [event.token async for event in stream]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sentences", SENTENCES, ids=lambda one: one[0][:24])
async def test_each_sentence_is_spoken_as_one(sentences: list[str], way: str) -> None:
    text = " ".join(sentences)
    found = await _cut(re.findall(WAYS[way], text))
    if way != "whole":
        assert [one.strip() for one in found] == sentences
    assert "".join("".join(found).split()) == "".join(text.split())  # nothing is lost


@pytest.mark.parametrize(
    ("begun", "rest"), [("It is open until nine today. ", ""), ('He said "Stop it, please." ', "T")]
)
async def test_a_sentence_is_given_out_as_soon_as_it_is_known_to_be_over(begun: str, rest: str) -> None:
    stream = Sentences().stream()
    stream.push_text(begun + rest)
    assert (await anext(stream)).token.strip() == begun.strip()
    await stream.aclose()


async def test_a_voice_that_takes_whole_texts_gets_our_sentences() -> None:
    asked: list[str] = []

    class Noted(EmbeddedMouth):
        async def speak(self, text: str) -> Samples:
            asked.append(text)
            return await super().speak(text)

    voice = by_sentences(Noted(None, Flite()))
    assert isinstance(voice, tts.StreamAdapter)
    stream = voice.stream()
    for character in 'She said to him "Please stop now." and left the room. Then we talked.':
        stream.push_text(character)
    stream.end_input()
    assert [event.frame.sample_rate async for event in stream]
    assert asked == ['She said to him "Please stop now." and left the room.', "Then we talked."]
