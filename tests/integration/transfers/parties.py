"""A caller on the phone, an agent in the room, humans who are called in: on real legs, each with a tone of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np

from gateway.kernel.errors import Unavailable
from gateway.kernel.role_tokens import RoleTokens
from gateway.livekit.client import LiveKitClient
from gateway.livekit.isolation import PhonesApart, PhoneSwitch
from gateway.livekit.leg_switch import LegSwitch
from gateway.livekit.permission_switch import PermissionSwitch
from gateway.livekit.rooms import LiveKitRooms
from gateway.sip.node import SipNode
from gateway.sip.wire.ua import IncomingCall, OutgoingCall
from tests.integration.sip_node.callee import Callee, Client, callee_and_client
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import PATIENCE, FakeControlPlane, new_room, rooms_of, until
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, Heard, Voice, mouth

AGENT = "agent-w"
SHUT = {"gateway.hears": "", "gateway.speaks": "false", "gateway.role": "human"}


class ToldFacts:
    """The confirmations of legs, as a control plane gets them."""

    def __init__(self, control_plane: FakeControlPlane, within_s: float = PATIENCE) -> None:
        self._control_plane, self._within_s = control_plane, within_s

    async def problem_of(self, call_id: str, command_id: str) -> str:
        facts = self._control_plane.facts

        def told() -> list[str]:
            wanted = {"kind": "audio_set", "call_id": call_id, "command_id": command_id}
            return [fact["problem"] for fact in facts if wanted.items() <= fact.items()]

        try:
            async with asyncio.timeout(self._within_s), self._control_plane._changed:
                await self._control_plane._changed.wait_for(told)
        except TimeoutError as error:
            raise Unavailable("the leg said nothing") from error
        return told()[0]


class Human:
    """One who is called into the room of a caller."""

    def __init__(self, identity: str, callee: Callee, client: Client) -> None:
        self.identity, self.callee, self._client = identity, callee, client
        self.heard = Heard()
        self.invited = asyncio.Event()
        self.call: IncomingCall
        self._dialling: asyncio.Task[object]
        self._spoken = 0

    async def is_called(self, room: str, **attributes: str) -> Human:
        self._dialling = self._client.dials(
            room_name=room, participant_identity=self.identity, participant_attributes=attributes
        )
        self.call = await self.callee.invited()
        self.invited.set()
        return self

    def speaks(self) -> None:
        """Once it has half a line."""
        assert self.callee.rtp is not None
        speak = mouth(HUMAN_HZ)

        def say() -> np.ndarray:
            self._spoken += 1
            return speak()

        self.callee.rtp.pull = say
        self.callee.rtp.on_frame = lambda frame, at: self.heard.add(frame, at)

    async def spoke(self, frames: int) -> None:
        """So many frames have been said."""
        await until(lambda: self._spoken >= frames, "the human speaks")

    async def answers(self) -> Human:
        self.callee.picks_up(self.call)
        self.speaks()
        await self._dialling
        return self

    async def left(self, some: Parties) -> None:
        """The room is without this one, and the line is over."""
        await until(lambda: self.identity not in some.agent.room.remote_participants, "the human left the room")

    @property
    def lost(self) -> int:
        return int(self.callee.rtp.stats["lost"]) if self.callee.rtp else 0

    def hangs_up_for_good(self) -> None:
        """The phone is free for the next one."""
        assert self.callee.rtp is not None
        self.callee.rtp.close()
        self.callee.rtp = None


class Parties:
    """`async with parties(...)`: a caller who talks with an agent. `wire`: what the caller's phone gets."""

    def __init__(self, switchboard: Switchboard, control_plane: FakeControlPlane, folder: Path) -> None:
        self.switchboard, self.control_plane = switchboard, control_plane
        self.heard = Heard()
        self.room, self.identity = "", ""
        self.agent: Voice
        self.call: OutgoingCall
        self.livekit = LiveKitClient(switchboard.settings)
        self.rooms = LiveKitRooms(self.livekit, "gateway")
        self._tokens = RoleTokens(folder / "state" / "keys")
        self._stack = AsyncExitStack()

    def switch(self, of: str, *, within_s: float = PATIENCE) -> PhoneSwitch:
        if of == "permissions":
            return PermissionSwitch(self.livekit)
        return LegSwitch(self.rooms, self._tokens, ToldFacts(self.control_plane, within_s))

    def isolation(self, of: str) -> PhonesApart:
        return PhonesApart(self.rooms, self.switch(of))

    async def talk(self, caller: Caller, port: int) -> None:
        before = await rooms_of(self.switchboard)
        self.call = await caller.dial(port)
        self.room = await new_room(self.switchboard, before)
        self.agent = await Voice(self.switchboard, AGENT, AGENT_HZ).join(self.room)
        await caller.talk(self.call)
        caller.rtp.pull = mouth(CALLER_HZ)
        caller.rtp.on_frame = lambda frame, at: self.heard.add(frame, at)
        self.identity = (await self.agent.meets_phone()).identity

    async def human(self, identity: str = "human-1") -> Human:
        callee, client = await self._stack.enter_async_context(callee_and_client(self.switchboard))
        return Human(identity, callee, client)

    async def caller_heard(self, hertz: int) -> None:
        """By the agent, from now on."""
        await self.agent.heard_of(self.identity).hears(hertz)

    async def close(self) -> None:
        if hasattr(self, "agent"):
            await self.agent.leave()
        await self._stack.aclose()
        await self.livekit.close()


@asynccontextmanager
async def parties(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, folder: Path,
    *, provision: bool = True,
) -> AsyncIterator[Parties]:  # fmt: skip
    if provision:
        await switchboard.add_trunk_and_rule()
    some = Parties(switchboard, control_plane, folder)
    try:
        await some.talk(caller, node.port)
        await asyncio.gather(some.heard.hears(AGENT_HZ), some.caller_heard(CALLER_HZ))
        yield some
        await some.call.hangup()
    finally:
        await some.close()
