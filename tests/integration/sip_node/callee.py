"""A phone of a few lines that is called, and the LiveKit client that has it called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from livekit import api

from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall, UserAgent
from tests.integration.sip_node.caller import HOST, TONE
from tests.integration.switchboard import Switchboard

OURS, THEIRS = "+15105550100", "+15105550177"
ROOM, IDENTITY = "office", "callee"
PATIENCE_S = 20.0


class Callee:
    """Keeps the calls that come, and what it hears of the one that it picked up."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._low = switchboard.plan.ports.rtp_low + 100
        self.agent = UserAgent(HOST, 0, on_invite=self._on_invite)
        self._calls: asyncio.Queue[IncomingCall] = asyncio.Queue(maxsize=50)
        self.heard: asyncio.Queue[np.ndarray] = asyncio.Queue(maxsize=20_000)
        self.digits: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self.cancelled, self.bye, self.confirmed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.invites = 0
        self.rtp: RtpEndpoint | None = None
        self._media: MediaSession | None = None

    def _on_invite(self, call: IncomingCall) -> None:
        self.invites += 1
        call.on_cancelled = self.cancelled.set
        call.on_bye = self.bye.set
        call.on_confirmed = self.confirmed.set
        self._calls.put_nowait(call)

    async def invited(self) -> IncomingCall:
        return await asyncio.wait_for(self._calls.get(), PATIENCE_S)

    def half(self, call: IncomingCall) -> bytes:
        """Our half of offer and answer; from now on a tone is sent, and what comes is heard."""
        if self.rtp is None:
            self.rtp = RtpEndpoint(PortPool(HOST, self._low, self._low + 100))
            self.rtp.on_frame = lambda frame, at: self.heard.put_nowait(frame)
            self.rtp.on_digit = lambda digit, ms: self.digits.put_nowait(digit)
            self.rtp.pull = lambda: TONE
            self._media = MediaSession(HOST, self.rtp.local_port, session_id=1)
        assert self._media is not None and call.offer
        sdp = self._media.answer(call.offer)
        assert self._media.choice is not None
        self.rtp.retarget(self._media.choice)
        return sdp

    def sounds_early(self, call: IncomingCall) -> None:
        """183 with SDP: a tone before the answer."""
        response = call._reply(183)
        response.add("Content-Type", "application/sdp")
        response.body = self.half(call)
        self.agent.respond(call._transaction, response)

    def picks_up(self, call: IncomingCall, headers: list[tuple[str, str]] | None = None) -> None:
        call.answer(self.half(call), headers=headers or [])

    async def hears_loud(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while np.abs((await self.heard.get()).astype(int)).max() < 4000:
                pass

    async def presses(self, count: int) -> str:
        return "".join([await asyncio.wait_for(self.digits.get(), PATIENCE_S) for _ in range(count)])

    async def stop(self) -> None:
        if self.rtp:
            self.rtp.close()
        await self.agent.stop()


class Client:
    """livekit-api as anybody has it, and a trunk to the callee."""

    def __init__(self, switchboard: Switchboard, trunk_id: str) -> None:
        self._switchboard, self.trunk_id = switchboard, trunk_id

    async def dial(self, **fields: Any) -> api.SIPParticipantInfo:
        given: dict[str, Any] = {
            "sip_trunk_id": self.trunk_id,
            "sip_call_to": THEIRS,
            "room_name": ROOM,
            "participant_identity": IDENTITY,
        }
        async with self._switchboard.livekit_api() as lk:
            return await lk.sip.create_sip_participant(api.CreateSIPParticipantRequest(**(given | fields)))

    def dials(self, **fields: Any) -> asyncio.Task[api.SIPParticipantInfo]:
        """Until it is answered, or has failed."""
        return asyncio.ensure_future(self.dial(wait_until_answered=True, **fields))

    async def participants(self, room: str = ROOM) -> dict[str, api.ParticipantInfo]:
        async with self._switchboard.livekit_api() as lk:
            try:
                found = await lk.room.list_participants(api.ListParticipantsRequest(room=room))
            except api.TwirpError as error:
                assert error.code == "not_found"
                return {}
        return {one.identity: one for one in found.participants}

    async def transfer(self, to: str, *, identity: str = IDENTITY, room: str = ROOM, **fields: Any) -> None:
        async with self._switchboard.livekit_api() as lk:
            request = api.TransferSIPParticipantRequest(
                room_name=room, participant_identity=identity, transfer_to=to, **fields
            )
            await lk.sip.transfer_sip_participant(request)


async def client_to(switchboard: Switchboard, address: str, **trunk: Any) -> Client:
    async with switchboard.livekit_api() as lk:
        made = await lk.sip.create_outbound_trunk(
            api.CreateSIPOutboundTrunkRequest(
                trunk=api.SIPOutboundTrunkInfo(name="way out", address=address, numbers=[OURS], **trunk)
            )
        )
    return Client(switchboard, made.sip_trunk_id)


@asynccontextmanager
async def callee_and_client(switchboard: Switchboard, **trunk: Any) -> AsyncIterator[tuple[Callee, Client]]:
    callee = Callee(switchboard)
    await callee.agent.start()
    try:
        yield callee, await client_to(switchboard, f"{HOST}:{callee.agent.port}", **trunk)
    finally:
        await callee.stop()
