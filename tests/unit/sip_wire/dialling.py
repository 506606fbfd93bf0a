"""A UserAgent that dials a peer of plain strings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from gateway.sip.wire.ua import OutgoingCall, UserAgent
from tests.unit.sip_wire.peer import HOST, Peer, user_agent

SDP = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 42000 RTP/AVP 0\r\n"


class Dialled:
    """One call to the peer; what our side was told is in `told`, in order."""

    def __init__(self, agent: UserAgent, peer: Peer, call: OutgoingCall, invite: str) -> None:
        self.agent, self.peer, self.call, self.invite = agent, peer, call, invite
        self.told: list[object] = []
        call.on_progress = lambda status, sdp, headers: self.told.append((status, bool(sdp)))
        call.on_bye = lambda: self.told.append("bye")
        call.on_lost = lambda: self.told.append("lost")

    async def pick_up(self, *, tag: str = "b1", body: str = SDP, extra: str = "", **options: Any) -> str:
        """200 and its ACK; the ACK."""
        self.peer.answer(self.invite, 200, tag=tag, body=body, extra=extra, **options)
        return await self.next("ACK")

    async def next(self, method: str) -> str:
        message = await self.peer.next()
        assert message.startswith(f"{method} "), message
        return message


@asynccontextmanager
async def dialled(**options: Any) -> AsyncIterator[Dialled]:
    """The INVITE has come, nothing has been answered."""
    async with user_agent(lambda call: call.reject(480)) as agent:
        peer = Peer(agent.port)
        try:
            uri = f"sip:bob@{HOST}:{peer.port}"
            call = await agent.call(uri, **{"offer_sdp": b"v=0\r\n", "from_user": "+15105550100", **options})
            invite = await peer.next()
            assert invite.startswith(f"INVITE {uri} SIP/2.0"), invite
            yield Dialled(agent, peer, call, invite)
        finally:
            peer.close()


@asynccontextmanager
async def connected(extra: str = "", **options: Any) -> AsyncIterator[Dialled]:
    """Answered and acknowledged."""
    async with dialled(**options) as line:
        await line.pick_up(extra=extra)
        await asyncio.wait_for(line.call.answered(), 10)
        yield line
