"""Opens and shuts a leg of our own node by signed commands, and believes it only when the leg has said so."""

from __future__ import annotations

from typing import Protocol

from gateway.calls.leg_commands import AudioAsked, AudioCommand, sign_command
from gateway.calls.participants import CALL_ID
from gateway.calls.ports import RoomParticipant, Rooms
from gateway.kernel.errors import Conflict, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens
from gateway.livekit.isolation import Plays


class Confirmations(Protocol):
    """The `audio_set` facts that legs report."""

    async def problem_of(self, call_id: str, command_id: str) -> str:
        """What went wrong with a command; empty when it was carried out. Raises Unavailable when nothing comes."""
        ...


class LegSwitch:
    """A `PhoneSwitch`. Routes change between two frames; the phone is not told."""

    def __init__(self, rooms: Rooms, tokens: RoleTokens, confirmations: Confirmations) -> None:
        self._rooms, self._tokens, self._confirmations = rooms, tokens, confirmations

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None:
        await self._ask(room, phone, AudioAsked(hears=[], speaks=False, plays=plays))

    async def confide(self, room: str, phone: RoomParticipant, agent: str) -> None:
        await self._ask(room, phone, AudioAsked(hears=[agent], speaks=True, plays="nothing"))

    async def open(self, room: str, phone: RoomParticipant) -> None:
        await self._ask(room, phone, AudioAsked(hears="all", speaks=True, plays="nothing"))

    async def _ask(self, room: str, phone: RoomParticipant, asked: AudioAsked) -> None:
        call_id = phone.attributes.get(CALL_ID, "")
        if not call_id:
            raise Conflict("this phone is not on a SIP node of ours", code="isolation.foreign_leg")
        command = AudioCommand(id=new_id("cmd"), asked=asked)
        await self._rooms.send_command(room, phone.identity, sign_command(self._tokens, call_id, command))
        if problem := await self._confirmations.problem_of(call_id, command.id):
            raise Unavailable(f"the leg did not change its audio: {problem}", code="isolation.refused")
