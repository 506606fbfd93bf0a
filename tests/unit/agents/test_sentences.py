"""Where an answer is cut for the voice: after sentences, not after abbreviations or amounts (livekit-agents does)."""

from __future__ import annotations

import pytest
from livekit.agents import tokenize


@pytest.mark.parametrize(
    "sentences",
    [
        ["Dr. Smith owes $3.50 today.", "Mr. Brown pays."],
        ["Your balance is $1,234.56.", "Anything else?"],
        ["It costs 1.250,30 EUR.", "Shall I book it?"],
        ["We are open from 9 a.m. to 5 p.m. on weekdays.", "Goodbye, and thank you."],
    ],
)
async def test_each_sentence_is_spoken_as_one(sentences: list[str]) -> None:
    stream = tokenize.blingfire.SentenceTokenizer(retain_format=True).stream()
    for character in " ".join(sentences):
        stream.push_text(character)
    stream.end_input()
    assert [event.token.strip() async for event in stream] == sentences
