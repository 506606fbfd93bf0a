"""What the call needs from LiveKit. The adapter is `gateway/livekit/rooms.py`; tests use `MemoryRooms`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from gateway.calls.effects import RecordingEffect

ParticipantKind = Literal["sip", "agent", "standard", "other"]


@dataclass(frozen=True)
class RoomParticipant:
    """One participant as LiveKit names it. `identity` of a SIP one carries a telephone number."""

    identity: str
    kind: ParticipantKind
    attributes: dict[str, str] = field(default_factory=dict)
    joined_at: datetime | None = None


@dataclass(frozen=True)
class RoomEvent:
    """A verified LiveKit webhook about a room. `name` is LiveKit's: room_finished, participant_left …"""

    id: str
    name: str
    room: str
    at: datetime
    participant: RoomParticipant | None = None
    client_initiated: bool = False


class Rooms(Protocol):
    """LiveKit rooms. Every method raises `gateway.kernel.errors.Unavailable` when LiveKit does not
    answer, and takes a room or participant that is gone already for done."""

    async def dispatch_agent(
        self, room: str, *, agent_id: str, call_id: str, resume: bool, attempt_id: str = ""
    ) -> None:
        """Explicit dispatch with metadata `{"agent_id", "call_id", "resume", "attempt_id"}`: of a campaign."""
        ...

    async def remove_participant(self, room: str, identity: str) -> None: ...

    async def send_command(self, room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        """A data message on `gateway.command` to one participant. Raises NotFound when none is listed, unless it is
        known to be there `unlisted`."""
        ...

    async def delete_room(self, room: str) -> None: ...

    async def list_participants(self, room: str) -> list[RoomParticipant] | None:
        """None when the room does not exist."""
        ...

    async def existing_rooms(self, rooms: list[str]) -> set[str]:
        """Which of `rooms` exist; one question for all of them."""
        ...


class Recordings(Protocol):
    """The recorders. Raises Unavailable when what was asked for has not come about, which is then tried again."""

    async def carry_out(self, call_id: str, asked: RecordingEffect, effect_id: str) -> str:
        """`done`, or `dropped` when there is nothing to record any more. The same effect twice is done once."""
        ...
