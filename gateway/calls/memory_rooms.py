"""LiveKit's rooms in memory: the port's second adapter, for tests and for trying things without LiveKit."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import NotFound, Unavailable


@dataclass(frozen=True)
class Dispatch:
    room: str
    agent_id: str
    call_id: str
    resume: bool
    attempt_id: str = ""


@dataclass
class MemoryRooms:
    """Rooms by name with their participants by identity; `away` makes every question fail."""

    rooms: dict[str, dict[str, RoomParticipant]] = field(default_factory=dict)
    dispatches: list[Dispatch] = field(default_factory=list)
    commands: list[tuple[str, str, str]] = field(default_factory=list)  # room, identity, message
    away: bool = False

    def join(self, room: str, participant: RoomParticipant) -> None:
        self.rooms.setdefault(room, {})[participant.identity] = participant

    async def dispatch_agent(
        self, room: str, *, agent_id: str, call_id: str, resume: bool, attempt_id: str = ""
    ) -> None:
        self._answer()
        self.dispatches.append(Dispatch(room, agent_id, call_id, resume, attempt_id))

    async def remove_participant(self, room: str, identity: str) -> None:
        self._answer()
        self.rooms.get(room, {}).pop(identity, None)

    async def send_command(self, room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        self._answer()
        if not unlisted and identity not in self.rooms.get(room, {}):
            raise NotFound("the room has no such participant")
        self.commands.append((room, identity, message))

    async def delete_room(self, room: str) -> None:
        self._answer()
        self.rooms.pop(room, None)

    async def list_participants(self, room: str) -> list[RoomParticipant] | None:
        self._answer()
        return list(self.rooms[room].values()) if room in self.rooms else None

    async def existing_rooms(self, rooms: list[str]) -> set[str]:
        self._answer()
        return {room for room in rooms if room in self.rooms}

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("LiveKit does not answer", code="livekit.unavailable")
