"""Card numbers on their way from the caller's mouth to the model, its tools and the record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from livekit.agents import llm, stt
from livekit.agents.language import LanguageCode

from agents import spoken_numbers
from agents.facts_out import MOST_LINES, CallReporter
from agents.spoken_numbers import SpokenNumbers, without_numbers

CARD = "4111 1111 1111 1111"
KIND = stt.SpeechEventType


def event(kind: stt.SpeechEventType, text: str = "") -> stt.SpeechEvent:
    said = stt.SpeechData(language=LanguageCode("en"), text=text, source_texts=[text])
    return stt.SpeechEvent(type=kind, alternatives=[said] if text else [])


async def heard(numbers: SpokenNumbers, *events: stt.SpeechEvent) -> list[stt.SpeechEvent]:
    async def given() -> AsyncIterator[stt.SpeechEvent | str]:
        for one in events:
            yield one

    return [one async for one in numbers.events(given()) if isinstance(one, stt.SpeechEvent)]


@pytest.fixture
def silenced() -> list[tuple[datetime, datetime]]:
    return []


@pytest.fixture
def numbers(silenced: list[tuple[datetime, datetime]]) -> SpokenNumbers:
    return SpokenNumbers(lambda begin, end: silenced.append((begin, end)))


async def test_a_card_number_leaves_the_recogniser_as_a_label_and_its_sound_is_to_be_silenced(
    numbers: SpokenNumbers, silenced: list[tuple[datetime, datetime]]
) -> None:
    out = await heard(
        numbers,
        event(KIND.START_OF_SPEECH),
        event(KIND.INTERIM_TRANSCRIPT, "my card is 4111 1111"),
        event(KIND.INTERIM_TRANSCRIPT, "my card is four one one one"),
        event(KIND.FINAL_TRANSCRIPT, f"my card is {CARD} thank you"),
        event(KIND.END_OF_SPEECH),
    )
    assert [one.type for one in out] == [KIND.START_OF_SPEECH, KIND.FINAL_TRANSCRIPT, KIND.END_OF_SPEECH]
    assert out[1].alternatives[0].text == "my card is [card number] thank you"
    assert "1111" not in repr(out)
    [(begin, end)] = silenced
    assert timedelta(0) <= end - begin < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("early", "is_read"),
    [
        ("I want to pay my bill", True),  # "to" is no digit there
        ("four one one one", False),
        ("my card is four", False),
        ("call me at 4111 1111 please now", False),
        (f"my card is {CARD} thank you very much", False),
    ],
)
async def test_an_early_answer_is_given_out_only_as_what_it_is(
    numbers: SpokenNumbers, early: str, is_read: bool
) -> None:
    out = await heard(numbers, event(KIND.START_OF_SPEECH), event(KIND.PREFLIGHT_TRANSCRIPT, early))
    assert [one.type for one in out[1:]] == ([KIND.PREFLIGHT_TRANSCRIPT] if is_read else [])


async def test_an_early_answer_after_the_beginning_of_a_number_waits(numbers: SpokenNumbers) -> None:
    begun = event(KIND.FINAL_TRANSCRIPT, "my card number is four one one one one one one one")
    for early in ("one one one one", "and then I"):
        assert len(await heard(numbers, begun, event(KIND.PREFLIGHT_TRANSCRIPT, early))) == 1


async def test_what_is_said_where_a_long_number_was_asked_for_is_not_kept_though_nobody_understood_it(
    silenced: list[tuple[datetime, datetime]],
) -> None:
    asked = 0
    numbers = SpokenNumbers(lambda begin, end: silenced.append((begin, end)), lambda: asked)
    unclear = (event(KIND.START_OF_SPEECH), event(KIND.END_OF_SPEECH), event(KIND.FINAL_TRANSCRIPT, "[unclear]"))
    await heard(numbers, *unclear)
    asked = 4
    await heard(numbers, *unclear)
    assert not silenced
    asked = 16
    await heard(numbers, *unclear)
    assert len(silenced) == 2  # what is surely part of it at its beginning, all of it at its end
    assert all(begin <= end for begin, end in silenced)
    asked = 0  # a tool took what there was for the answer; the caller goes on
    await heard(numbers, *unclear)
    assert len(silenced) == 4
    numbers.keyed(4)
    await heard(numbers, *unclear)
    assert len(silenced) == 6
    numbers.keyed(16)
    await heard(numbers, *unclear)
    assert len(silenced) == 6


async def test_an_answer_that_the_agent_speaks_into_is_not_kept_from_its_beginning_on(
    silenced: list[tuple[datetime, datetime]],
) -> None:
    numbers = SpokenNumbers(lambda begin, end: silenced.append((begin, end)), lambda: 16)
    await heard(numbers, event(KIND.START_OF_SPEECH))
    numbers.take("agent", "You said something.")
    await heard(numbers, event(KIND.END_OF_SPEECH))
    first, whole = silenced
    assert whole[0] == first[0]


async def test_an_answer_in_the_middle_of_which_the_call_ends_is_not_kept(
    silenced: list[tuple[datetime, datetime]],
) -> None:
    numbers = SpokenNumbers(lambda begin, end: silenced.append((begin, end)), lambda: 16)
    await heard(numbers, event(KIND.START_OF_SPEECH))
    numbers.close()
    numbers.close()
    assert len(silenced) == 2


async def test_what_is_said_long_after_a_long_number_was_asked_for_is_kept(
    silenced: list[tuple[datetime, datetime]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_numbers, "LINGERS_MS", -1)
    asked = 16
    numbers = SpokenNumbers(lambda begin, end: silenced.append((begin, end)), lambda: asked)
    await heard(numbers, event(KIND.START_OF_SPEECH))
    asked = 0
    await heard(numbers, event(KIND.START_OF_SPEECH), event(KIND.END_OF_SPEECH))
    assert not silenced


async def test_a_number_over_two_turns_is_corrected_where_it_was_read_already(numbers: SpokenNumbers) -> None:
    first = numbers.take("caller", "my card is 4111 1111")
    message = llm.ChatMessage(role="user", content=[first])
    corrected: list[bool] = []
    numbers.on_correction = lambda: corrected.append(True)
    assert numbers.unsettled
    second = numbers.take("caller", "1111 1111 that was it")
    numbers.correct([message])
    assert corrected and "1111" not in f"{message.text_content} {second} {numbers.corrected(first)}"


async def test_a_correction_of_one_digit_leaves_the_numbers_alone_that_have_it_too(numbers: SpokenNumbers) -> None:
    numbers._corrections.append(("4", "[card number]"))
    assert numbers.corrected("4 and 42, 1-4") == "[card number] and 42, 1-[card number]"


async def test_the_model_waits_while_five_digits_stand_open_and_not_for_four(numbers: SpokenNumbers) -> None:
    numbers.take("caller", "it begins with 4111")
    await asyncio.wait_for(numbers.settled(), 60)
    numbers.take("caller", "11")
    waiting = asyncio.ensure_future(numbers.settled())
    await asyncio.sleep(0)
    assert not waiting.done()
    numbers.take("caller", "11 1111 1111 thank you")
    await asyncio.wait_for(waiting, 60)


def test_tools_get_no_card_number_whatever_the_model_makes_of_it() -> None:
    call = llm.FunctionToolCall(name="pay", arguments=json.dumps({"note": f"card {CARD}", "amount": 12}), call_id="c")
    chunk = without_numbers(llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", tool_calls=[call])))
    assert chunk.delta is not None
    arguments = chunk.delta.tool_calls[0].arguments
    assert "1111" not in arguments and json.loads(arguments)["amount"] == 12
    broken = llm.FunctionToolCall(name="pay", arguments=f'{{"note": "{CARD}', call_id="c")
    cleared = without_numbers(llm.ChatChunk(id="1", delta=llm.ChoiceDelta(tool_calls=[broken])))
    assert cleared.delta is not None and cleared.delta.tool_calls[0].arguments == "{}"
    assert without_numbers("words") == "words"


class Sent:
    """A fact sender that keeps what it is given."""

    def __init__(self) -> None:
        self.facts: list[dict[str, Any]] = []

    def record(self, kind: type, call_id: str, **fields: Any) -> None:
        self.facts.append({"kind": kind.__name__, **fields})


async def test_a_line_waits_for_its_end_before_it_is_recorded(numbers: SpokenNumbers) -> None:
    sent = Sent()
    reporter = CallReporter(sent, "call_1", None)  # type: ignore[arg-type]
    reporter.numbers = numbers

    def said(role: str, text: str) -> None:
        item = llm.ChatMessage(role=role, content=[numbers.take("caller", text) if role == "user" else text])  # type: ignore[arg-type]
        reporter._utterance("caller" if role == "user" else "agent", item, item.text_content or "")

    said("assistant", "your card number please")
    assert [one["kind"] for one in sent.facts] == ["Utterance"]
    said("user", "4111 1111")
    said("assistant", "4111 1111, go on")
    assert len(sent.facts) == 1  # they may be the beginning of one
    said("user", "1111 1111 that is all of it")
    await reporter.close()
    assert len(sent.facts) == 4 and "1111" not in repr(sent.facts)


async def test_so_many_lines_that_wait_are_sent_before_one_is_lost(numbers: SpokenNumbers) -> None:
    sent = Sent()
    reporter = CallReporter(sent, "call_1", None)  # type: ignore[arg-type]
    reporter.numbers = numbers
    numbers.take("caller", "my card is 4111 11")
    assert numbers.unsettled
    for line in range(MOST_LINES + 6):
        item = llm.ChatMessage(role="user", content=[f"line {line}"])
        reporter._utterance("caller", item, f"line {line}")
    await reporter.close()
    assert [one["pii"]["text"] for one in sent.facts] == [f"line {line}" for line in range(MOST_LINES + 6)]
