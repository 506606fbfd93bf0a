"""A human on a phone of their own in the caller's room: LiveKit is asked to call them in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from livekit import api

from gateway.phone.phone import Phone
from gateway.stack.ports import PortAllocator
from tests.sip.capture.till import Payer
from tests.sip.stack import PATIENCE
from tests.sip.transfers.caller import seconds_with

NUMBER = "+15105550171"


class Colleague:
    """`keys`: those that their phone was told of."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.keys: list[str] = []
        self.there, self.leaves = asyncio.Event(), asyncio.Event()

    async def stays(self) -> None:
        assert self._phone._rtp is not None
        self._phone._rtp.on_digit = lambda digit, _: self.keys.append(digit)
        self.there.set()
        await self.leaves.wait()

    @property
    def heard(self) -> np.ndarray:
        return self._phone.recording.sides()[1]

    async def hears(self, hertz: int, seconds: float = 0.5) -> None:
        """A tone, from now on."""
        start = len(self.heard)
        async with asyncio.timeout(PATIENCE):
            while seconds_with(self.heard[max(start, len(self.heard) - 16000) :], hertz) < seconds:
                await self._phone.sound()


@asynccontextmanager
async def colleague_of(payer: Payer) -> AsyncIterator[Colleague]:
    stack, ports = payer.till.stack, PortAllocator()
    low = ports.block(40)
    async with Phone(rtp_ports=(low, low + 38)) as phone:
        address = {"address": f"127.0.0.1:{phone.port}", "transport": "udp", "numbers": [payer.till.number]}
        trunk = await asyncio.to_thread(stack.post, "/v1/outbound-trunks", {"name": "colleague", **address})
        path = f"/v1/outbound-trunks/{trunk['id']}"
        one = Colleague(phone)
        talking = asyncio.ensure_future(phone.taken(one.stays, within_s=PATIENCE))
        try:
            known = await asyncio.to_thread(stack.until, lambda: stack.get(path)["livekit_id"], "the trunk in LiveKit")
            keys = (stack.env["LIVEKIT_API_KEY"], stack.env["LIVEKIT_API_SECRET"])
            async with api.LiveKitAPI(stack.env["LIVEKIT_URL"].replace("ws", "http", 1), *keys) as livekit:
                await livekit.sip.create_sip_participant(
                    api.CreateSIPParticipantRequest(
                        sip_trunk_id=known, sip_call_to=NUMBER, room_name=payer.room, participant_identity="colleague",
                        participant_attributes={"gateway.role": "human"},
                    )
                )  # fmt: skip
            async with asyncio.timeout(PATIENCE):
                await one.there.wait()
            yield one
        finally:
            one.leaves.set()
            await asyncio.gather(talking, return_exceptions=True)
            await asyncio.to_thread(stack.api.delete, path)
            ports.close()
