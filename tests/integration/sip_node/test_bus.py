"""Our psrpc client against the real livekit-server: a contract, and what happens when Redis goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.kernel.errors import Unavailable
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.io_info import SERVICE, CallAsked, IoInfo, Party
from gateway.sip.bus.psrpc import PsrpcClient
from tests.integration.switchboard import NUMBER, Switchboard

CALLER = "+15105550199"


def asked(called: str = NUMBER, source: str = "192.0.2.7") -> CallAsked:
    return CallAsked("SCL_1", "a@b", source, Party(CALLER, "carrier.example"), Party(called, "127.0.0.1", 5060))


@pytest.fixture
async def io_info(switchboard: Switchboard) -> AsyncIterator[IoInfo]:
    bus = BusConnection(switchboard.plan.redis_url)
    io_info = IoInfo(PsrpcClient(bus, SERVICE))
    await bus.start()
    yield io_info
    await bus.close()


async def test_trunk_and_rule_are_found_as_livekit_has_them(switchboard: Switchboard, io_info: IoInfo) -> None:
    trunk_id = await switchboard.add_trunk_and_rule(credentials=("carrier", "s3cret"))
    trunk = await io_info.trunk_for(asked())
    assert (trunk.trunk_id, trunk.username, trunk.password) == (trunk_id, "carrier", "s3cret")
    rule = await io_info.rule_for(asked(), trunk_id, {"extra": "1"})
    assert rule is not None
    assert rule.room.startswith("call-")
    assert [agent.agent_name for agent in rule.room_config.agents] == ["gateway"]
    assert rule.attributes["sip.phoneNumber"] == CALLER
    assert rule.attributes["sip.trunkID"] == trunk_id
    assert rule.attributes["extra"] == "1"


async def test_an_unknown_number_finds_no_trunk_and_a_trunk_without_rule_no_room(
    switchboard: Switchboard, io_info: IoInfo
) -> None:
    trunk_id = await switchboard.add_trunk_and_rule(rule=False)
    assert (await io_info.trunk_for(asked("+15105559999"))).trunk_id == ""
    assert await io_info.rule_for(asked(), trunk_id, {}) is None


async def test_the_from_host_is_no_source_address(switchboard: Switchboard, io_info: IoInfo) -> None:
    await switchboard.add_trunk_and_rule(addresses=["carrier.example", "198.51.100.1"])
    assert (await io_info.trunk_for(asked(source="192.0.2.7"))).trunk_id == ""
    assert (await io_info.trunk_for(asked(source="198.51.100.1"))).trunk_id


async def test_without_redis_a_question_fails_in_time_and_works_again_after(
    switchboard: Switchboard, io_info: IoInfo
) -> None:
    await io_info.trunk_for(asked())
    await switchboard.redis.stop()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(Unavailable):
        await io_info.trunk_for(asked())
    assert loop.time() - begun < 3
    await switchboard.redis.start()
    await switchboard.redis.wait_ready()
    back_by = loop.time() + 10
    while True:
        try:
            await io_info.trunk_for(asked())
            break
        except Unavailable:
            assert loop.time() < back_by, "the bus did not come back within 10 s"
