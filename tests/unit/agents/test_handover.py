"""A consult that does not let go of its audio keeps no caller waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from agents import handover
from agents.handover import Handover
from gateway.calls.agent_commands import AgentAsked, Brief, GiveBack


class Room:
    """The commands, the conversation and the consult of one call."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[AgentAsked] = asyncio.Queue(maxsize=4)
        self.paused = False
        self.asking, self.released = asyncio.Event(), asyncio.Event()
        self.given_back: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def next(self, _: object) -> AgentAsked:
        return await self.asked.get()

    async def pause(self) -> None:
        self.paused = True

    async def briefing(self, _: str) -> str:
        return "somebody waits"

    async def take_back(self, outcome: str, _: object) -> None:
        self.given_back.set_result(outcome)

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[Room]:
        try:
            yield self
        finally:
            while not self.released.is_set():  # whoever cancels is not heeded
                with suppress(asyncio.CancelledError):
                    await self.released.wait()

    async def ask(self, _: str) -> None:
        self.asking.set()
        await asyncio.get_running_loop().create_future()


async def test_the_caller_is_taken_back_from_a_consult_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "CONSULT_ENDS_WITHIN_S", 0.01)
    room = Room()

    async def nobody_knows() -> None:
        return None

    one: Any = cast(Any, room)
    hand = Handover(one, one, one, one, lambda _: one, nobody_knows)
    hand.start()
    async with asyncio.timeout(30):
        await room.asked.put(Brief(transfer_id="trf_1", attempt_id="att_1", human="human"))
        await room.asking.wait()
        await room.asked.put(GiveBack(transfer_id="trf_1", outcome="declined"))
        assert await room.given_back == "declined"
        room.released.set()
        await hand.close()
