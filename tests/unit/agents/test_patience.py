"""What a caller hears of a model that is slow, hangs, fails or says nothing. Times are real and short."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit.agents import APIConnectionError, APIStatusError, FlushSentinel, llm

from agents.patience import FILLERS, Chunk, Patience, is_empty

SORRY = "sorry {}"


def patience(filler_after_s: float = 60, given_up_after_s: float = 60, other_after_s: float = 60) -> Patience:
    return Patience(SORRY.format, filler_after_s, other_after_s, given_up_after_s)


async def words(some: Patience, *answers: AsyncIterator[Chunk], turn: int = 1) -> list[str]:
    models = [lambda answer=answer: answer for answer in answers]
    heard = [one async for one in some.hear(models, turn)]
    return [str(chunk) for chunk in heard if not isinstance(chunk, FlushSentinel)]


async def quick(*texts: str) -> AsyncIterator[Chunk]:
    for text in texts:
        yield text


async def late(until: asyncio.Event, *texts: str) -> AsyncIterator[Chunk]:
    await until.wait()
    for text in texts:
        yield text


async def test_a_quick_answer_goes_through_as_it_is() -> None:
    assert await words(patience(), quick("It is ", "nine.")) == ["It is ", "nine."]


async def test_a_slow_answer_has_a_filler_before_it_another_one_each_time() -> None:
    some = patience(filler_after_s=0.01)
    for filler in (*FILLERS, FILLERS[0]):
        coming = asyncio.Event()
        heard = some.hear([lambda coming=coming: late(coming, "It is nine.")], 1)
        assert await anext(heard) == filler
        assert isinstance(await anext(heard), FlushSentinel)  # it is spoken now, and not with what follows
        coming.set()
        assert [chunk async for chunk in heard] == ["It is nine."]


async def test_one_that_never_comes_is_given_up() -> None:
    some = patience(filler_after_s=0.01, given_up_after_s=0.05)
    assert await words(some, late(asyncio.Event())) == [FILLERS[0], "sorry 1"]


async def test_one_that_stops_in_the_middle_is_given_up_without_a_filler() -> None:
    async def stops() -> AsyncIterator[Chunk]:
        yield "It is"
        await asyncio.Event().wait()

    assert await words(patience(0.01, 0.05), stops()) == ["It is", "sorry 1"]


@pytest.mark.parametrize("error", [APIConnectionError(), APIStatusError("busy", status_code=429)])
async def test_one_that_fails_is_told_and_counted_until_it_answers(error: Exception) -> None:
    async def fails() -> AsyncIterator[Chunk]:
        raise error
        yield ""

    some = patience()
    assert await words(some, fails(), turn=1) == ["sorry 1"]
    assert await words(some, fails(), turn=1) == ["sorry 1"]  # prepared again, while the caller went on
    assert await words(some, fails(), turn=2) == ["sorry 2"]
    assert await words(some, quick("fine"), turn=3) == ["fine"]
    assert await words(some, fails(), turn=4) == ["sorry 1"]


async def test_an_answer_without_words_or_tool_is_none() -> None:
    assert await words(patience(), quick("")) == ["", "sorry 1"]
    call = llm.FunctionToolCall(name="hang_up", arguments="{}", call_id="1")
    tool = llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", tool_calls=[call]))
    count = llm.ChatChunk(id="1", delta=None)
    assert (is_empty(tool), is_empty(count)) == (False, True)


async def test_another_fault_is_not_hidden() -> None:
    async def broken() -> AsyncIterator[Chunk]:
        raise KeyError("ours")
        yield ""

    with pytest.raises(KeyError):
        await words(patience(), broken())


async def test_another_model_stands_in_for_one_that_fails_says_nothing_or_does_not_come() -> None:
    async def fails() -> AsyncIterator[Chunk]:
        raise APIConnectionError
        yield ""

    for first in (fails(), quick(), quick("")):
        assert (await words(patience(), first, quick("It is nine.")))[-1] == "It is nine."
    assert await words(patience(other_after_s=0.01), late(asyncio.Event()), quick("It is nine.")) == ["It is nine."]
    slow = patience(filler_after_s=0.01, other_after_s=0.05)
    assert await words(slow, late(asyncio.Event()), quick("It is nine.")) == [FILLERS[0], "It is nine."]


async def test_nobody_ends_the_sentence_of_another() -> None:
    async def breaks() -> AsyncIterator[Chunk]:
        yield "It is"
        raise APIConnectionError

    assert await words(patience(), breaks(), quick("Never asked.")) == ["It is", "sorry 1"]
