"""What a call and the next one live through when the control plane, Redis, LiveKit or an agent is away."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import pytest
from livekit import api

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.kernel.errors import Unavailable
from gateway.livekit.client import LiveKitClient
from gateway.livekit.rooms import LiveKitRooms
from gateway.sip.node import SipNode
from gateway.sip.room import LEAVING
from gateway.sip.wire.ua import CallFailed, OutgoingCall
from tests.integration.sip_node.callee import callee_and_client
from tests.integration.sip_node.caller import AnsweredCall, Caller
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane, agent_when_called, until
from tests.integration.switchboard import Switchboard


@pytest.mark.parametrize("policy", ["accept", "reject"])
async def test_without_control_plane_the_trunks_policy_decides(
    policy: str, switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    leg_policy = LegPolicy.model_validate({"on_control_plane_loss": policy})
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=leg_policy)
    async with agent_when_called(switchboard):
        first = await caller.dial(node.port)
        await caller.talk(first)
        await first.hangup()
        await control_plane.fact("leg_left")
        control_plane.away = True
        caller.ringing.clear()
        second = await caller.dial(node.port)
        if policy == "accept":
            await control_plane_returns_after_join(control_plane, second, caller)
            assert (await control_plane.fact("invite_received"))["admitted_by"] == "loss_policy"
        else:
            with pytest.raises(CallFailed) as failed:
                await second.answered()
            assert failed.value.code == 503
            control_plane.away = False
            assert (await control_plane.fact("invite_refused"))["slug"] == "control_plane_lost"


async def control_plane_returns_after_join(control_plane: FakeControlPlane, call: OutgoingCall, caller: Caller) -> None:
    await asyncio.wait_for(caller.ringing.wait(), 30)
    control_plane.away = False
    await control_plane.fact("leg_joined", count=2)
    await call.cancel()


async def test_a_call_survives_a_restart_of_redis(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    trunk = await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        await switchboard.redis.stop()
        await switchboard.redis.start()
        await switchboard.redis.wait_ready()
        await caller.hears_loud_again()
        await call.hangup()
        assert (await control_plane.fact("leg_left"))["slug"] == "completed"
    assert trunk


async def test_a_restart_of_livekit_ends_the_call_with_a_record_and_the_next_one_works(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        await switchboard.livekit.stop()
        await switchboard.livekit.start()
        await switchboard.livekit.wait_ready()
        await asyncio.wait_for(caller.bye.wait(), 15)
        left = await control_plane.fact("leg_left")
        print("ended", left["slug"], left["ended_by"], control_plane.kinds())
    caller.rtp.close()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await call.hangup()
        await control_plane.fact("leg_left", count=2)


async def test_a_leg_that_ends_while_livekit_is_away_leaves_its_room_for_good(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        assert switchboard.livekit.pid
        os.killpg(switchboard.livekit.pid, signal.SIGKILL)
        await switchboard.livekit.ended()
        await call.hangup()
        await control_plane.fact("leg_left")
    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    await until(lambda: not len(LEAVING), "the node has left the room")


async def test_a_room_whose_livekit_died_can_be_deleted(switchboard: Switchboard) -> None:
    client = LiveKitClient(switchboard.settings)
    rooms = LiveKitRooms(client, "gateway")
    async with switchboard.livekit_api() as lk:
        await lk.room.create_room(api.CreateRoomRequest(name="left"))
    assert switchboard.livekit.pid
    os.killpg(switchboard.livekit.pid, signal.SIGKILL)
    await switchboard.livekit.ended()
    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    assert await rooms.existing_rooms(["left"]) == {"left"}
    async with asyncio.timeout(60):
        while await rooms.existing_rooms(["left"]):
            with suppress(Unavailable):  # a dead process counts as alive for 5 s
                await rooms.delete_room("left")
    await client.close()


async def test_a_caller_whose_room_does_not_come_back_hears_that_nobody_can_come(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        await caller.talk(await caller.dial(node.port))
        await caller.hears_loud()
        assert switchboard.livekit.pid
        os.killpg(switchboard.livekit.pid, signal.SIGKILL)
        await asyncio.wait_for(caller.bye.wait(), 60)
    assert (await control_plane.fact("fallback_played"))["prompt"] == "sorry_call_back"
    assert (await control_plane.fact("leg_left"))["slug"] == "room_lost"


async def test_a_phone_that_is_alone_in_a_room_which_is_gone_is_let_go(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    """LiveKit's library would bring it into a new room of that name, in which nobody ever comes to it."""
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        assert switchboard.livekit.pid
        os.killpg(switchboard.livekit.pid, signal.SIGKILL)
        await switchboard.livekit.ended()
        await switchboard.livekit.start()
        await asyncio.wait_for(callee.bye.wait(), 60)
        left = await control_plane.fact("leg_left")
        assert (left["slug"], left["ended_by"]) == ("room_closed", "gateway")


async def test_the_node_names_its_calls_and_says_goodbye_to_those_whose_record_is_closed(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    assert control_plane.alive == [[]]
    async with agent_when_called(switchboard):
        await caller.talk(await caller.dial(node.port))
        call_id = control_plane.asked[0]["call_id"]
        await until(lambda: [call_id] in control_plane.alive, "the call was named")
        control_plane.ended = [call_id]
        await asyncio.wait_for(caller.bye.wait(), 30)
    assert (await control_plane.fact("fallback_played"))["prompt"] == "sorry_call_back"
    assert (await control_plane.fact("leg_left"))["slug"] == "no_agent"


async def test_without_livekit_a_call_is_503_and_the_next_one_works_after(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    await switchboard.livekit.stop()
    call = await caller.dial(node.port)
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 503
    assert (await control_plane.fact("invite_refused"))["slug"] == "livekit_unavailable"
    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await call.hangup()
        await control_plane.fact("leg_left")


async def test_a_silent_agent_is_lost_and_another_may_take_over(
    answered: AnsweredCall, switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, agent):
        await agent.packet("gateway.alive", {})
        lost = await control_plane.fact("agent_lost")
        assert (lost["identity"], lost["reason"]) == (agent.identity, "silent")
        await agent.leave()
        second = EchoAgent(switchboard, "agent-second")
        await second.join(agent.room.name)
        while not caller.heard.empty():
            caller.heard.get_nowait()
        await caller.hears_loud()
        await call.hangup()
        await control_plane.fact("leg_left")
        await second.leave()
    assert control_plane.kinds().count("agent_lost") == 1
