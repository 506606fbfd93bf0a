"""The agent of a call is told through its room what a transfer wants of it (`ports.AgentLine`)."""

from __future__ import annotations

from gateway.calls.agent_commands import AgentAsked, AgentCommand, Brief, GiveBack, Introduce, Wait, sign_agent_command
from gateway.calls.ports import Rooms
from gateway.calls.transfer_facts import LastResort, TransferOutcome
from gateway.kernel.errors import NotFound
from gateway.kernel.role_tokens import RoleTokens
from gateway.transfers.ports import Place
from gateway.transfers.story import Attempt, Story


class RoomAgentLine:
    """A command's name is made of what it is about: the agent takes one that is sent again only once."""

    def __init__(self, rooms: Rooms, tokens: RoleTokens) -> None:
        self._rooms, self._tokens = rooms, tokens

    async def wait(self, place: Place, transfer_id: str) -> None:
        await self._send(place, f"{transfer_id}:wait", Wait(transfer_id=transfer_id))

    async def brief(self, place: Place, attempt: Attempt, story: Story) -> None:
        asked = Brief(
            transfer_id=story.transfer_id, attempt_id=attempt.id, human=attempt.human, note=story.note,
            detects_machine=attempt.voicemail_detection,
        )  # fmt: skip
        await self._send(place, f"{attempt.id}:brief", asked)

    async def introduce(self, place: Place, story: Story) -> None:
        asked = Introduce(transfer_id=story.transfer_id, mode=story.mode)
        await self._send(place, f"{story.transfer_id}:introduce", asked)

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
