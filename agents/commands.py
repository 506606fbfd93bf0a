"""What the control plane says to this agent through the room, from the first moment on."""

from __future__ import annotations

import asyncio

from livekit import rtc

from gateway.calls.agent_commands import AgentAsked, AgentDoor
from gateway.calls.signed_commands import TOPIC
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.logs import get_logger

WAITING = 16

_log = get_logger(__name__)


class AgentCommands:
    """Made before the room is joined, so that it misses none; read when the call is known that they must be for."""

    def __init__(self, room: rtc.Room) -> None:
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(maxsize=WAITING)
        room.on("data_received", self._received)

    async def next(self, door: AgentDoor) -> AgentAsked:
        """The next one that `door` lets in."""
        while True:
            try:
                return door.take(await self._waiting.get()).asked
            except NotAuthenticated as error:
                _log.warning("command_refused", reason=error.detail)

    def _received(self, packet: rtc.DataPacket) -> None:
        if packet.topic != TOPIC:
            return
        if self._waiting.full():
            _log.warning("command_dropped")
        else:
            self._waiting.put_nowait(packet.data)
