"""A caller whose agent goes is not told that nobody came while a person talks to it, and is once that one goes too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.sip.node import SipNode
from gateway.sip.wire.ua import OutgoingCall
from tests.integration.sip_node.callee import callee_and_client
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import FakeControlPlane, new_room
from tests.integration.sip_node.test_routes import Commander
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, Heard, Voice, mouth

WAIT_S = 1.0
FRAMES_BEYOND = 200  # 20 ms each: the caller would have been told long before
AGENT, PERSON = "agent-w", "operator"


@asynccontextmanager
async def talking(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> AsyncIterator[tuple[OutgoingCall, Voice, Heard]]:
    """A caller who talks with an agent."""
    await switchboard.add_trunk_and_rule()
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(agent_wait_s=30.0))
    call = await caller.dial(node.port)
    agent = await Voice(switchboard, AGENT, AGENT_HZ).join(await new_room(switchboard, set()))
    await caller.talk(call)
    heard = Heard()
    caller.rtp.pull = mouth(CALLER_HZ)
    caller.rtp.on_frame = lambda frame, at: heard.add(frame)
    await heard.hears(AGENT_HZ)
    node_leg = node._live[control_plane.asked[0]["call_id"]].leg
    assert node_leg is not None
    node_leg._care._wait_s = WAIT_S  # patience enough to set up a call, and none after
    yield call, agent, heard
    await agent.leave()


async def test_a_client_that_is_heard_keeps_the_caller_until_it_leaves(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with talking(switchboard, node, control_plane, caller) as (_, agent, heard):
        person = await Voice(switchboard, PERSON, HUMAN_HZ).join(agent.room.name, kind="standard")
        await heard.hears(HUMAN_HZ)
        await agent.leave()
        assert (await control_plane.fact("agent_lost"))["reason"] == "left"
        await heard.hears(HUMAN_HZ, frames=FRAMES_BEYOND)
        assert "fallback_played" not in control_plane.kinds()
        await person.leave()
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left"))["slug"] == "no_agent"


async def test_a_client_that_stops_publishing_is_no_company_any_more(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with talking(switchboard, node, control_plane, caller) as (_, agent, heard):
        person = await Voice(switchboard, PERSON, HUMAN_HZ).join(agent.room.name, kind="standard")
        await heard.hears(HUMAN_HZ)
        await agent.leave()
        await control_plane.fact("agent_lost")
        await person.fall_silent()
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left"))["slug"] == "no_agent"
        await person.leave()


async def test_a_client_that_the_caller_may_not_hear_is_no_company(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with talking(switchboard, node, control_plane, caller) as (_, agent, heard):
        person = await Voice(switchboard, PERSON, HUMAN_HZ).join(agent.room.name, kind="standard")
        await heard.hears(HUMAN_HZ)
        await Commander(switchboard, tmp_path, control_plane).asks(agent, hears=[agent.identity])
        await agent.leave()
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left"))["slug"] == "no_agent"
        await person.leave()


@pytest.mark.parametrize("first", ["human", "caller"])
async def test_a_human_on_the_phone_and_the_caller_keep_each_other_until_one_hangs_up(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller,
    monkeypatch: pytest.MonkeyPatch, first: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("gateway.sip.outbound_leg.AGENT_WAIT_S", WAIT_S)
    async with (
        callee_and_client(switchboard) as (human, client),
        talking(switchboard, node, control_plane, caller) as (call, agent, heard),
    ):
        dialling = client.dials(room_name=agent.room.name, participant_attributes={"gateway.role": "human"})
        theirs = await human.invited()
        human.picks_up(theirs)
        assert human.rtp is not None
        human.rtp.pull, human_heard = mouth(HUMAN_HZ), Heard()
        human.rtp.on_frame = lambda frame, at: human_heard.add(frame)
        await dialling
        await heard.hears(HUMAN_HZ)
        await agent.leave()
        await control_plane.fact("agent_lost", count=2)
        await asyncio.gather(
            heard.hears(HUMAN_HZ, frames=FRAMES_BEYOND), human_heard.hears(CALLER_HZ, frames=FRAMES_BEYOND)
        )
        await (theirs if first == "human" else call).hangup()
        await asyncio.wait_for((caller if first == "human" else human).bye.wait(), 30)
        slugs = [(await control_plane.fact("leg_left", count=count))["slug"] for count in (1, 2)]
    assert slugs == ["completed", "no_agent" if first == "human" else "agent_gone"]


async def test_a_phone_that_only_rings_is_no_company(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with (
        callee_and_client(switchboard) as (human, client),
        talking(switchboard, node, control_plane, caller) as (_, agent, _),
    ):
        await client.dial(room_name=agent.room.name, participant_attributes={"gateway.role": "human"})
        (await human.invited()).ring()
        await control_plane.fact("dial_progress")
        await agent.leave()
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left"))["slug"] == "no_agent"
