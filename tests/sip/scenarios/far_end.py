"""SIPp as the phone that is called: an unchanged livekit-api has the node dial it, one room for each call."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from livekit import api

from tests.integration.sip_node.callee import IDENTITY, Client, client_to
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.sipp import HOST, Sipp
from tests.sip.scenarios.steps import Steps

Dialling = asyncio.Task[api.SIPParticipantInfo]


@dataclass
class FarEnd:
    """One SIPp and one call to it. `call_id` is ours."""

    phones: Phones
    client: Client
    sipp: Sipp
    room: str
    dialling: Dialling
    call_id: str

    async def fact(self, *kinds: str) -> dict[str, Any]:
        return await self.phones.desk.fact_of(self.call_id, *kinds)

    async def answered(self) -> None:
        await self.dialling
        await self.fact("leg_answered")

    async def hangs_up(self) -> None:
        """The participant is taken out of its room."""
        async with self.phones.switchboard.livekit_api() as lk:
            await lk.room.remove_participant(api.RoomParticipantIdentity(room=self.room, identity=IDENTITY))

    async def goes_on(self) -> None:
        """The word that a phone in `waits_for_us` waits for."""
        await self.phones.node.live_line(self.call_id).hold()

    async def transfer(self, to: str) -> None:
        await self.client.transfer(to, room=self.room)

    async def fails(self) -> int:
        """The SIP status that livekit-api tells."""
        with pytest.raises(api.SipCallError) as failed:
            await self.dialling
        assert failed.value.sip_status_code is not None
        return failed.value.sip_status_code

    async def done(self, slug: str, ended_by: str) -> None:
        await self.sipp.done()
        end = await self.fact("leg_left", "dial_failed")
        assert (end["slug"], end["ended_by"]) == (slug, ended_by)


async def dialled(
    phones: Phones,
    callee: Steps | Sipp,
    *options: str,
    through: str = "",
    trunk: dict[str, Any] | None = None,
    calls: int = 1,
    **fields: Any,
) -> FarEnd:
    """SIPp listens, and the node has been asked to call it, directly or `through` a proxy (host:port)."""
    sipp = callee if isinstance(callee, Sipp) else await phones.called(callee, *options, calls=calls)
    client = await client_to(phones.switchboard, through or f"{HOST}:{sipp.port}", **(trunk or {}))
    room, before = f"room-{secrets.token_hex(4)}", len(phones.desk.asked)
    dialling = client.dials(room_name=room, **fields)
    call_id = await phones.desk.asked_since(before)
    return FarEnd(phones, client, sipp, room, dialling, call_id)
