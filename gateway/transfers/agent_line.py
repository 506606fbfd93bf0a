"""The agent of a call is told through its room what a transfer wants of it (`ports.AgentLine`)."""

from __future__ import annotations

from gateway.calls.agent_commands import AgentAsked, AgentCommand, Brief, GiveBack, Introduce, sign_agent_command
from gateway.calls.ports import Rooms
from gateway.calls.transfer_facts import LastResort, TransferOutcome
from gateway.kernel.errors import NotFound
from gateway.kernel.role_tokens import RoleTokens
from gateway.transfers.ports import Place


class RoomAgentLine:
    """A command's name is made of what it is about: the agent takes one that is sent again only once."""

    def __init__(self, rooms: Rooms, tokens: RoleTokens) -> None:
        self._rooms, self._tokens = rooms, tokens

    async def brief(self, place: Place, transfer_id: str, attempt_id: str, human: str, note: str) -> None:
        asked = Brief(transfer_id=transfer_id, attempt_id=attempt_id, human=human, note=note)
        await self._send(place, f"{attempt_id}:brief", asked)

    async def introduce(self, place: Place, transfer_id: str) -> None:
        await self._send(place, f"{transfer_id}:introduce", Introduce(transfer_id=transfer_id))

    async def give_back(self, place: Place, transfer_id: str, outcome: TransferOutcome, then: LastResort) -> None:
        asked = GiveBack(transfer_id=transfer_id, outcome=outcome, then=then)
        await self._send(place, f"{transfer_id}:give-back", asked)

    async def _send(self, place: Place, name: str, asked: AgentAsked) -> None:
        """Raises NotFound when no agent is there, Unavailable when LiveKit does not answer."""
        if not place.agent:
            raise NotFound("no agent is with this call")
        command = AgentCommand(id=name, asked=asked)
        await self._rooms.send_command(
            place.room, place.agent, sign_agent_command(self._tokens, place.call_id, command)
        )
