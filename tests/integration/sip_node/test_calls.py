"""Real SIP and RTP against the node, real LiveKit behind it; control plane and agent are small fakes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from livekit import api

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.sip.node import SipNode
from gateway.sip.wire.sdp import read_answer
from gateway.sip.wire.ua import CallFailed
from tests.integration.sip_node.caller import CALLER, TONE, AnsweredCall, Caller, settings_for
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called, empty_room, new_room, until
from tests.integration.switchboard import Switchboard


async def test_a_caller_hears_itself_from_the_room_presses_keys_and_hangs_up(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    trunk_id = await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent = await coming
        await caller.hears_loud()
        await caller.rtp.send_digits("1223#")
        pressed = [await asyncio.wait_for(agent.digits.get(), 30) for _ in range(5)]
        assert "".join(pressed) == "1223#"
        await agent.room.local_participant.publish_dtmf(code=7, digit="7")
        assert await asyncio.wait_for(caller.digits.get(), 30) == "7"
        phone = agent.phone()
        await until(lambda: phone.attributes["sip.callStatus"] == "active", "status active")
        assert phone.attributes["sip.trunkID"] == trunk_id
        assert phone.attributes["sip.phoneNumber"] == CALLER
        assert phone.attributes["sip.callIDFull"] == call.sip_call_id
        assert phone.attributes["gateway.numberID"] == "num_1"
        assert phone.attributes["gateway.callID"] == control_plane.asked[0]["call_id"]
        await call.hangup()
        left = await control_plane.fact("leg_left")
        await until(lambda: not agent.room.remote_participants, "the leg left the room")
    assert (left["ended_by"], left["slug"]) == ("caller", "completed")
    assert left["rtp"]["received"] > 20
    answered = await control_plane.fact("leg_answered")
    assert set(answered["setup_ms"]) == {"auth", "admission", "ringing", "rules", "joined", "agent_audio", "answered"}
    expected = ["leg_joined", "leg_answered", "first_audio", *["digit_pressed"] * 5, "leg_left"]
    assert sorted(control_plane.kinds()) == sorted(expected)
    print("setup_ms", answered["setup_ms"])


async def test_cancel_while_ringing_leaves_nobody_in_the_room(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    call = await caller.dial(node.port)
    await control_plane.fact("leg_joined")
    await call.cancel()
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 487
    left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"], left["sip_code"]) == ("caller_cancelled", "caller", 487)
    room = await new_room(switchboard, set())
    await empty_room(switchboard, room)


async def test_nobody_comes_and_the_caller_is_told(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(agent_wait_s=0.3))
    call = await caller.dial(node.port)
    await caller.talk(call)
    await caller.hears_loud()
    await asyncio.wait_for(caller.bye.wait(), 10)
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("gateway", "no_agent")
    assert (await control_plane.fact("fallback_played"))["prompt"] == "sorry_call_back"


async def test_the_agent_hangs_up(answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller) -> None:
    async with answered() as (_, agent):
        await agent.packet("gateway.hangup", {"reason": "completed"})
        await asyncio.wait_for(caller.bye.wait(), 30)
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("agent", "completed")


async def test_a_removed_participant_is_a_bye(
    answered: AnsweredCall, switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (_, agent):
        who = api.RoomParticipantIdentity(room=agent.room.name, identity=agent.phone().identity)
        async with switchboard.livekit_api() as lk:
            await lk.room.remove_participant(who)
        await asyncio.wait_for(caller.bye.wait(), 30)
    assert (await control_plane.fact("leg_left"))["slug"] == "room_closed"


async def test_a_deleted_room_is_a_bye(
    answered: AnsweredCall, switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (_, agent):
        room = agent.room.name
        async with switchboard.livekit_api() as lk:
            await lk.room.delete_room(api.DeleteRoomRequest(room=room))
        await asyncio.wait_for(caller.bye.wait(), 30)
    assert (await control_plane.fact("leg_left"))["slug"] == "room_closed"


async def test_a_reinvite_moves_the_audio(
    answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, _):
        await caller.hears_loud()
        caller.rtp.close()
        answer = await caller.reinvite(call)
        caller.rtp.start(read_answer(answer))
        caller.rtp.pull = lambda: TONE
        await caller.hears_loud_again()
        await call.hangup()
        await control_plane.fact("leg_left")


async def test_no_audio_for_too_long_and_too_long_a_call_end_it(
    switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    settings = settings_for(switchboard, tmp_path / "state", media_timeout_s=0.4)
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await call.answered()
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left"))["slug"] == "media_timeout"
        control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(max_duration_s=1))
    caller.bye.clear()
    caller.rtp.close()
    async with agent_when_called(switchboard):
        await caller.talk(await caller.dial(node.port))
        await asyncio.wait_for(caller.bye.wait(), 30)
        assert (await control_plane.fact("leg_left", count=2))["slug"] == "max_duration"
    await node.stop()
