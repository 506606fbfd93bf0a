"""A SIP bridge in front that asks nobody, as livekit-sip: its leg is a participant with the attributes that it sets."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from livekit import api, rtc

from tests.sip.stack import PATIENCE, RunningStack
from tests.stir import maker

STRICT = {"failed": {"do": "refuse"}, "unsigned": {"do": "refuse"}}
NUMBER = "+15105550187"


@dataclass
class Bridge:
    """The leg, in its room. `heard` is set by any sound that somebody publishes."""

    room: rtc.Room
    sip_call_id: str
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def a_call(stack: RunningStack, trunk_id: str, agent_id: str, headers: dict[str, str]) -> AsyncIterator[Bridge]:
    """The bridge has brought a caller into a room, and LiveKit's rule has sent for the agent."""
    env, name = stack.env, f"bridge-{secrets.token_hex(4)}"
    sip_call_id = f"{secrets.token_hex(8)}@bridge"
    livekit_id = stack.get(f"/v1/inbound-trunks/{trunk_id}")["livekit_id"]
    attributes = {
        "sip.callID": "SCL_" + secrets.token_hex(6), "sip.callIDFull": sip_call_id, "sip.callStatus": "active",
        "sip.trunkID": livekit_id, "sip.phoneNumber": f"+{maker.ORIG}", "sip.trunkPhoneNumber": NUMBER,
        **{f"sip.h.{name}": value for name, value in headers.items()},
    }  # fmt: skip
    token = (
        api.AccessToken(env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"])
        .with_identity(f"sip_+{maker.ORIG}")
        .with_kind("sip")
        .with_attributes(attributes)
        .with_grants(api.VideoGrants(room_join=True, room=name))
        .with_room_config(
            api.RoomConfiguration(
                agents=[api.RoomAgentDispatch(agent_name="gateway", metadata=json.dumps({"agent_id": agent_id}))]
            )
        )
    )
    bridge = Bridge(rtc.Room(), sip_call_id)
    bridge.room.on("track_published", lambda *_: bridge.heard.set())
    bridge.room.on("disconnected", lambda *_: bridge.gone.set())
    await bridge.room.connect(env["LIVEKIT_URL"], token.to_jwt())
    try:
        yield bridge
    finally:
        await bridge.room.disconnect()


@pytest.fixture
def signed_now(signed: Callable[..., str]) -> str:
    line = signed(NUMBER.removeprefix("+"), orig={"tn": maker.ORIG})
    return line.removeprefix("Identity: ")


async def test_who_may_not_be_heard_is_gone_before_any_sound_and_the_record_says_why(
    stack: RunningStack, a_number: Any
) -> None:
    with a_number(NUMBER, STRICT) as number:
        async with a_call(stack, number.trunk_id, number.agent_id, {}) as bridge:
            await asyncio.wait_for(bridge.gone.wait(), PATIENCE)
            assert not bridge.heard.is_set()
        record = await asyncio.to_thread(stack.ended_call, bridge.sip_call_id)
        assert (record["termination"]["slug"], record["termination"]["sip_code"]) == ("unverified_caller", 428)


async def test_who_is_vouched_for_hears_the_agent_and_has_a_record(
    stack: RunningStack, a_number: Any, signed_now: str
) -> None:
    with a_number(NUMBER, STRICT) as number:
        async with a_call(stack, number.trunk_id, number.agent_id, {"identity": signed_now}) as bridge:
            await asyncio.wait_for(bridge.heard.wait(), PATIENCE)

            def answered() -> dict[str, Any] | None:
                call = stack.call_of(bridge.sip_call_id)
                return call if call and call["answered_at"] else None

            call = await asyncio.to_thread(stack.until, answered, "the record has the answer")
            assert (call["caller_trust"], call["termination"]) == ("A", None)
        record = await asyncio.to_thread(stack.ended_call, bridge.sip_call_id)
        assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "caller")
