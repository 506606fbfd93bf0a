"""Little words while the agent speaks are no turn; the same words are one when they may be an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from livekit.agents import LanguageCode, stt

from agents.backchannel import is_backchannel, without_backchannels

FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT


@pytest.mark.parametrize("text", ["mm-hm", "Uh huh.", "okay", "yeah, okay", "oh I see", "right", "got it"])
def test_go_on(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["no", "wait", "okay but stop", "yes I want that", "", "yeah yeah yeah yeah yeah"])
def test_a_turn(text: str) -> None:
    assert not is_backchannel(text)


def test_a_yes_in_a_question_may_be_the_answer() -> None:
    assert not is_backchannel("yeah", in_question=True)
    assert is_backchannel("mm-hm", in_question=True)


def test_each_language_has_its_own_words() -> None:
    assert is_backchannel("ja genau", "de")
    assert not is_backchannel("ja genau", "en")
    assert is_backchannel("vale", "es")


@pytest.mark.parametrize(
    ("spoken", "left"),
    [
        (None, ["mm-hm", "no wait", "yes"]),
        ("The office opens at nine", ["no wait"]),
        ("Shall I put you through?", ["no wait", "yes"]),
    ],
)
async def test_only_while_something_is_spoken(spoken: str | None, left: list[str]) -> None:
    async def heard() -> AsyncIterator[stt.SpeechEvent | str]:
        yield stt.SpeechEvent(type=stt.SpeechEventType.START_OF_SPEECH)
        for text in ("mm-hm", "no wait", "yes"):
            yield stt.SpeechEvent(type=FINAL, alternatives=[stt.SpeechData(language=LanguageCode("en"), text=text)])

    nods: list[None] = []
    events = without_backchannels(heard(), lambda: spoken, lambda: nods.append(None))
    found = [event async for event in events]
    assert len(nods) == 3 - len(left)
    assert [one.alternatives[0].text for one in found if isinstance(one, stt.SpeechEvent) and one.alternatives] == left
    assert isinstance(found[0], stt.SpeechEvent) and found[0].type == stt.SpeechEventType.START_OF_SPEECH
