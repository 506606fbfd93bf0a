"""What dialling needs from LiveKit. Tests use doubles of these; the adapters are in `gateway/livekit`."""

from __future__ import annotations

from typing import Protocol

from gateway.livekit.calling import CallOut


class Calling(Protocol):
    """`gateway.livekit.calling.LiveKitCalling`."""

    async def call(self, out: CallOut) -> None: ...


class Agents(Protocol):
    """An agent of the campaign in a room, before anybody is called."""

    async def reserve(self, attempt_id: str, agent_id: str) -> bool:
        """True once it is in the room of the attempt and listens; False when none came in time. Again is no harm.
        Raises Unavailable."""
        ...

    async def release(self, attempt_id: str) -> None:
        """Nobody was called: the room is closed. Raises Unavailable."""
        ...

    async def somebody_dialled(self, attempt_id: str) -> bool:
        """Whether the room has a phone in it. Raises Unavailable."""
        ...
