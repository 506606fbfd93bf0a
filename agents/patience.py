"""A model that is slow, stops in the middle or fails: the caller hears so in time, in words a person would use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import cycle

from livekit.agents import APIError, FlushSentinel, llm

from gateway.kernel.logs import get_logger

FILLER_AFTER_S = 1.0  # with the time a voice needs, the caller hears it within 1.5 s
OTHER_MODEL_AFTER_S = 2.0  # without a first word, if there is another model
GIVEN_UP_AFTER_S = 6.0  # without anything new
FILLERS = ("One moment, please.", "Just a second.", "Bear with me, please.")
Chunk = llm.ChatChunk | str | FlushSentinel
Model = Callable[[], AsyncIterator[Chunk]]

_log = get_logger(__name__)


class Patience:
    """Of one call with its models. `lost(n)`: what to say when all of them failed for the nth turn in a row."""

    def __init__(
        self, lost: Callable[[int], str], filler_after_s: float = FILLER_AFTER_S,
        other_after_s: float = OTHER_MODEL_AFTER_S, given_up_after_s: float = GIVEN_UP_AFTER_S,
    ) -> None:  # fmt: skip
        self._lost, self._fillers = lost, cycle(FILLERS)
        self._failures, self._failed_turn = 0, -1
        self._filler_after_s, self._other_after_s, self._given_up_after_s = (
            filler_after_s, other_after_s, given_up_after_s,
        )  # fmt: skip

    async def hear(self, models: Sequence[Model], turn: int) -> AsyncIterator[Chunk]:
        """The answer of the first that gives one; before it a filler when it is late, in its place an apology when none
        comes. `turn`: of the caller's; it may be answered several times before one is spoken, and counts once."""
        answer = _Answer(asyncio.get_running_loop().time() + self._filler_after_s)
        for ask in models:
            first_s = self._given_up_after_s if ask is models[-1] else self._other_after_s
            try:
                async for chunk in self._of_one(ask(), first_s, answer):
                    yield chunk
                self._failures = 0
                return
            except (APIError, TimeoutError, ValueError) as error:
                _log.warning("model_failed", kind=type(error).__name__, begun=answer.begun)
                if answer.begun:  # nobody else can end the sentence
                    break
        self._failures += turn != self._failed_turn
        self._failed_turn = turn
        yield self._lost(self._failures)

    async def _of_one(self, chunks: AsyncIterator[Chunk], first_s: float, answer: _Answer) -> AsyncIterator[Chunk]:
        """Raises TimeoutError, ValueError for an empty answer, and what the model's library raises."""
        clock = asyncio.get_running_loop().time
        until = clock() + first_s
        following = asyncio.ensure_future(_next(chunks))
        try:
            while True:
                filler_at = until if answer.begun or answer.filled else answer.filler_at
                done, _ = await asyncio.wait([following], timeout=max(min(filler_at, until) - clock(), 0))
                if not done and clock() >= until:
                    raise TimeoutError
                if not done:
                    answer.filled = True
                    yield next(self._fillers)
                    yield FlushSentinel()
                    continue
                if (chunk := following.result()) is None:
                    break
                answer.begun |= not is_empty(chunk)
                yield chunk
                until = clock() + self._given_up_after_s
                following = asyncio.ensure_future(_next(chunks))
        finally:
            following.cancel()
        if not answer.begun:
            raise ValueError("an empty answer")


class _Answer:
    """`filler_at`: when the caller has waited long enough, by the loop's clock."""

    def __init__(self, filler_at: float) -> None:
        self.filler_at, self.filled, self.begun = filler_at, False, False


def is_empty(chunk: Chunk) -> bool:
    """Neither words nor a tool, such as the count of tokens at the end."""
    if isinstance(chunk, llm.ChatChunk):
        return chunk.delta is None or not (chunk.delta.content or chunk.delta.tool_calls)
    return chunk == ""


async def _next(chunks: AsyncIterator[Chunk]) -> Chunk | None:
    return await anext(chunks, None)
