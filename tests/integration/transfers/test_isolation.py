"""What `Isolation` promises, asked of both its switches on real legs: who hears whom at each step of a transfer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.kernel.errors import Conflict, NotFound, Unavailable
from gateway.livekit.client import LiveKitClient
from gateway.livekit.isolation import PhonesApart
from gateway.livekit.permission_switch import PermissionSwitch
from gateway.livekit.rooms import LiveKitRooms
from gateway.settings import LiveKitSettings
from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.parties import AGENT, SHUT, Parties, parties
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, LEAK_DB

LONG = 100  # frames, two seconds
SWITCHES = pytest.mark.parametrize("switch", ["commands", "permissions"])
BORN = {"commands": SHUT, "permissions": {"gateway.role": "human"}}  # the latter stands for a node that reads no orders


@pytest.fixture
async def some(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> AsyncIterator[Parties]:
    async with parties(switchboard, node, control_plane, caller, tmp_path) as three:
        yield three


@SWITCHES
async def test_a_caller_on_hold_hears_nobody_and_is_not_heard_until_given_back(some: Parties, switch: str) -> None:
    isolation = some.isolation(switch)
    for _ in range(2):
        await isolation.hold(some.room, some.identity)
    ear = some.agent.heard_of(some.identity)
    await asyncio.gather(some.heard.stops(AGENT_HZ), ear.stops(CALLER_HZ))
    begin, ear_begin = len(some.heard.frames), len(ear.frames)
    await some.heard.more(LONG)
    assert some.heard.worst(AGENT_HZ, begin) < LEAK_DB
    assert ear.worst(CALLER_HZ, ear_begin) < LEAK_DB
    for _ in range(2):
        await isolation.back(some.room, some.identity)
    await asyncio.gather(some.heard.hears(AGENT_HZ), some.caller_heard(CALLER_HZ))


@SWITCHES
async def test_agent_and_human_consult_alone_and_are_joined_with_the_caller(some: Parties, switch: str) -> None:
    isolation = some.isolation(switch)
    await isolation.hold(some.room, some.identity)
    await some.heard.stops(AGENT_HZ)
    held = len(some.heard.frames)
    human = await some.human()
    await human.is_called(some.room, **BORN[switch])
    await human.answers()
    for _ in range(2):
        await isolation.consult(some.room, some.identity, AGENT, human.identity)
    await asyncio.gather(human.heard.hears(AGENT_HZ, frames=LONG), some.agent.heard_of(human.identity).hears(HUMAN_HZ))
    assert human.heard.worst(CALLER_HZ) < LEAK_DB
    for hertz in (HUMAN_HZ, AGENT_HZ):
        assert some.heard.worst(hertz, held) < LEAK_DB
    for _ in range(2):
        await isolation.join(some.room, [some.identity, human.identity, AGENT])
    await asyncio.gather(
        some.heard.hears(HUMAN_HZ), some.heard.hears(AGENT_HZ),
        human.heard.hears(CALLER_HZ), some.caller_heard(CALLER_HZ),
    )  # fmt: skip


@SWITCHES
async def test_after_a_decline_the_caller_has_its_agent_again_and_never_heard_the_human(
    some: Parties, switch: str
) -> None:
    isolation = some.isolation(switch)
    await isolation.hold(some.room, some.identity)
    human = await some.human()
    await human.is_called(some.room, **BORN[switch])
    await human.answers()
    await isolation.consult(some.room, some.identity, AGENT, human.identity)
    await human.heard.hears(AGENT_HZ)
    await some.rooms.remove_participant(some.room, human.identity)
    await asyncio.wait_for(human.callee.bye.wait(), 30)
    await isolation.back(some.room, some.identity)
    await asyncio.gather(some.heard.hears(AGENT_HZ), some.caller_heard(CALLER_HZ))
    assert some.heard.worst(HUMAN_HZ) < LEAK_DB
    assert human.heard.worst(CALLER_HZ) < LEAK_DB


@SWITCHES
async def test_a_human_who_is_not_the_one_stays_apart_whoever_is_joined(some: Parties, switch: str) -> None:
    """Two are asked at once, and both answer."""
    isolation = some.isolation(switch)
    await isolation.hold(some.room, some.identity)
    first, second = await some.human("human-1"), await some.human("human-2")
    for human in (first, second):
        await human.is_called(some.room, **BORN[switch])
        await human.answers()
        if switch == "permissions":  # a phone without a track cannot be muted
            await some.agent.heard_of(human.identity).hears(HUMAN_HZ)
    await isolation.consult(some.room, some.identity, AGENT, first.identity)
    await first.heard.hears(AGENT_HZ)
    await isolation.join(some.room, [some.identity, first.identity, AGENT])
    await asyncio.gather(some.heard.hears(HUMAN_HZ), first.heard.hears(CALLER_HZ))
    start = await second.heard.more(LONG)
    for hertz in (CALLER_HZ, AGENT_HZ, HUMAN_HZ):
        assert second.heard.worst(hertz, start) < LEAK_DB
    assert second.heard.worst(CALLER_HZ) < LEAK_DB
    await some.rooms.remove_participant(some.room, first.identity)
    await some.heard.stops(HUMAN_HZ)  # the second one talks all the time


@SWITCHES
async def test_who_is_not_there_is_not_found_and_the_caller_stays_apart(some: Parties, switch: str) -> None:
    isolation = some.isolation(switch)
    await isolation.hold(some.room, some.identity)
    await some.heard.stops(AGENT_HZ)
    start = len(some.heard.frames)
    for step in (
        isolation.consult(some.room, some.identity, AGENT, "nobody"),
        isolation.consult(some.room, some.identity, "nobody", AGENT),
        isolation.join(some.room, [some.identity, "nobody"]),
        isolation.hold(some.room, "nobody"),
        isolation.hold(some.room, AGENT),
        isolation.back("no-room", some.identity),
    ):
        with pytest.raises(NotFound):
            await step
    await some.heard.more(LONG)
    assert some.heard.worst(AGENT_HZ, start) < LEAK_DB


async def test_without_livekit_nothing_is_promised(some: Parties) -> None:
    nobody = LiveKitClient(LiveKitSettings(url="ws://127.0.0.1:9", api_secret=SecretStr("x" * 32)))
    isolation = PhonesApart(LiveKitRooms(nobody, "gateway"), PermissionSwitch(nobody))
    for step in (
        isolation.hold(some.room, some.identity),
        isolation.consult(some.room, some.identity, AGENT, "human-1"),
        isolation.join(some.room, [some.identity]),
        isolation.back(some.room, some.identity),
    ):
        with pytest.raises(Unavailable):
            await step
    await nobody.close()


async def test_a_phone_that_takes_no_commands_or_refuses_them_is_not_taken_for_shut(
    some: Parties, switchboard: Switchboard
) -> None:
    """The latter is what comes of it when somebody changes which call a participant says it belongs to."""
    switch = some.switch("commands", within_s=1.0)
    present = {one.identity: one for one in await some.rooms.list_participants(some.room) or ()}
    with pytest.raises(Conflict):
        await switch.shut(some.room, present[AGENT], "music")
    attributes = {**present[some.identity].attributes, "gateway.callID": "call_other"}
    with pytest.raises(Unavailable):
        await switch.shut(some.room, replace(present[some.identity], attributes=attributes), "music")
    await asyncio.gather(some.heard.hears(AGENT_HZ), some.caller_heard(CALLER_HZ))
