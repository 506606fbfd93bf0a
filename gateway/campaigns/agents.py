"""Agents in rooms, before anybody is called (`gateway.campaigns.ports.Agents`)."""

from __future__ import annotations

import asyncio

from gateway.calls.ports import Rooms
from gateway.campaigns.names import room_of
from gateway.kernel.clock import Clock

THERE_WITHIN_S = 30.0
LOOK_S = 0.25  # LiveKit tells who came to the control plane only, and this may be another process


class RoomAgents:
    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms, self._clock = rooms, clock

    async def reserve(self, attempt_id: str, agent_id: str) -> bool:
        room = room_of(attempt_id)
        if await self._rooms.existing_rooms([room]):  # a process died: nobody of its may come too
            await self._rooms.delete_room(room)
        await self._rooms.dispatch_agent(room, agent_id=agent_id, call_id="", resume=False, attempt_id=attempt_id)
        until = self._clock.monotonic() + THERE_WITHIN_S
        while self._clock.monotonic() < until:
            there = await self._rooms.list_participants(room) or ()
            if any(one.kind == "agent" for one in there):
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def release(self, attempt_id: str) -> None:
        await self._rooms.delete_room(room_of(attempt_id))

    async def somebody_dialled(self, attempt_id: str) -> bool:
        there = await self._rooms.list_participants(room_of(attempt_id)) or ()
        return any(one.kind == "sip" for one in there)
