"""All rehearsals of a run: by text first, then by voice, each with its judge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from gateway.rehearsals.by_text import rehearse_by_text
from gateway.rehearsals.by_voice import AT_ONCE, rehearse_by_voice
from gateway.rehearsals.held import Held
from gateway.rehearsals.judge import Judge, JudgeSettings
from gateway.rehearsals.stage import Place
from gateway.rehearsals.wanted import Wanted
from gateway.settings import SpeechSettings


async def rehearse(
    wanted: Sequence[Wanted], speech: SpeechSettings, stack: Callable[[], AbstractAsyncContextManager[Place]],
    judging: JudgeSettings, tell: Callable[[Held], None], *, at_once: int = AT_ONCE,
) -> list[Held]:  # fmt: skip
    """In the order of `wanted`. `stack` is asked for only when somebody is to call; `tell` hears of each when it is
    over and judged."""
    loop = asyncio.get_running_loop()
    by_text, by_voice = ([one for one in wanted if one.rehearsal.by == way] for way in ("text", "voice"))
    async with Judge(judging) as judge:

        async def over(held: Held) -> None:
            if not held.fault:
                held.ending += [await judge.ask(question, held.story) for question in held.rehearsal.end.judge]
            tell(held)

        def over_there(held: Held) -> None:
            asyncio.run_coroutine_threadsafe(over(held), loop).result()

        found = await asyncio.to_thread(rehearse_by_text, by_text, speech, over_there)
        if by_voice:
            async with stack() as place:
                found += await rehearse_by_voice(by_voice, place, over, at_once=at_once)
    places = {id(one.rehearsal): number for number, one in enumerate(wanted)}
    return sorted(found, key=lambda held: places[id(held.rehearsal)])
