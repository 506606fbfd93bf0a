"""A leg leaves its room however long that takes: LiveKit's library would go on without it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.sip import room
from gateway.sip.room import LEAVING, RoomLink


class Stuck:
    """A room whose connection is away: what is sent waits; `back` when it is there again."""

    def __init__(self) -> None:
        self.back, self.left = asyncio.Event(), asyncio.Event()
        self.local_participant, self.attributes = self, dict[str, str]()

    def isconnected(self) -> bool:
        return True

    async def set_attributes(self, attributes: dict[str, str]) -> None:
        await asyncio.Event().wait()

    async def disconnect(self, reason: Any) -> None:
        await self.back.wait()
        self.left.set()


async def test_a_leg_leaves_a_room_whose_connection_is_away_as_soon_as_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEAVE_WITHIN_S", 0.01)
    monkeypatch.setattr(room, "GOODBYE_WITHIN_S", 0.01)
    link, stuck = RoomLink("ws://127.0.0.1:1", "token", listener=None), Stuck()  # type: ignore[arg-type]
    monkeypatch.setattr(link, "_room", stuck)
    await link.leave()
    assert len(LEAVING) == 1 and not stuck.left.is_set()
    stuck.back.set()
    async with asyncio.timeout(30):
        await stuck.left.wait()
        await LEAVING.join()
    assert not len(LEAVING)
