"""Who hears whom, set by the control plane through LiveKit and changed between two frames; hold by command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from livekit import api

from gateway.calls.leg_commands import AudioAsked, AudioCommand, sign_command
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens
from gateway.livekit.client import LiveKitClient
from gateway.livekit.rooms import LiveKitRooms
from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import TONE, Caller
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane, agent_when_called, until
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.voices import Voice


class Commander:
    """The control plane's side of it."""

    def __init__(self, switchboard: Switchboard, folder: Path, control_plane: FakeControlPlane) -> None:
        self.rooms = LiveKitRooms(LiveKitClient(switchboard.settings), "gateway")
        self.tokens = RoleTokens(folder / "state" / "keys")
        self._facts = control_plane

    async def asks(self, agent: EchoAgent | Voice, to: str = "", **asked: object) -> dict[str, object]:
        """Sends one command to the phone of the last call; what came of it."""
        call_id = self._facts.asked[-1]["call_id"]
        command = AudioCommand(id=new_id("cmd"), asked=AudioAsked.model_validate(asked))
        await self.rooms.send_command(
            agent.room.name, to or agent.phone().identity, sign_command(self.tokens, call_id, command)
        )

        def done() -> dict[str, object] | None:
            told = [fact for fact in self._facts.facts if fact["kind"] == "audio_set"]
            return next((fact for fact in told if fact["command_id"] == command.id), None)

        return await until(done, "the command was carried out")


def quiet(frames: list[np.ndarray]) -> bool:
    return max(int(np.abs(frame.astype(int)).max()) for frame in frames) < 200


async def hears_only(caller: Caller, least: int, most: int, frames: int = 100) -> None:
    """Until so many frames in a row are below `most`, and some of them above `least`."""
    run: list[int] = []
    async with asyncio.timeout(30):
        while len(run) < frames or max(run) < least:
            peak = int(np.abs((await caller.heard.get()).astype(int)).max())
            run = [*run, peak] if peak < most else []


async def test_the_phone_hears_those_it_is_told_to_and_the_room_hears_it_or_not(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent, commander = await coming, Commander(switchboard, tmp_path, control_plane)
        await caller.hears_loud()
        assert (await commander.asks(agent, hears=["somebody-else"]))["problem"] == ""
        await caller.hears_nothing_loud(30)
        await commander.asks(agent, hears=[agent.identity])
        await caller.hears_loud_again()
        await commander.asks(agent, speaks=False)
        agent.heard.clear()
        await until(lambda: len(agent.heard) > 30, "silence goes on in the room")
        assert quiet(agent.heard[10:])
        await commander.asks(agent, speaks=True, hears="all")
        await caller.hears_loud_again()
        await call.hangup()


async def test_hold_and_resume_by_command_and_nothing_by_a_command_for_another_call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        call.on_reinvite = lambda sdp: caller.media.answer(sdp or b"")
        await caller.talk(call)
        agent, commander = await coming, Commander(switchboard, tmp_path, control_plane)
        await caller.hears_loud()
        message = sign_command(commander.tokens, "call_other", AudioCommand(id="x", asked=AudioAsked(hears=[])))
        await commander.rooms.send_command(agent.room.name, agent.phone().identity, message)
        caller.rtp.pull = lambda: np.zeros_like(TONE)
        await commander.asks(agent, held=True)
        await caller.hears_loud_again(1000)
        await commander.asks(agent, held=False)
        caller.rtp.pull = lambda: TONE
        await caller.hears_loud_again()
        await call.hangup()
        await control_plane.fact("leg_left")
    assert len([fact for fact in control_plane.facts if fact["kind"] == "audio_set"]) == 2


async def test_music_or_ringback_in_place_of_the_room_while_keys_still_reach_it(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        call.on_reinvite = lambda sdp: pytest.fail("the phone is told nothing of it")
        await caller.talk(call)
        agent, commander = await coming, Commander(switchboard, tmp_path, control_plane)
        await caller.hears_loud()
        for what in ("music", "ringback"):
            assert (await commander.asks(agent, plays=what))["problem"] == ""
            await hears_only(caller, 1000, 8000)  # the echo of its own tone has 12000
            await caller.rtp.send_digits("7")
            assert await asyncio.wait_for(agent.digits.get(), 30) == "7"
        await commander.asks(agent, plays="nothing")
        await caller.hears_loud_again(8000)
        seen = caller.rtp.stats
        assert seen["lost"] == 0  # packets follow each other, whatever is in them
        await call.hangup()


async def test_keys_of_one_phone_reach_another_only_if_that_was_asked_for(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    trunk_id = await switchboard.add_trunk_and_rule(rule=False)
    async with switchboard.livekit_api() as lk:
        rule = api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name="shared"))
        wanted = api.SIPDispatchRuleInfo(name="direct", rule=rule, trunk_ids=[trunk_id])
        await lk.sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=wanted))
    other = Caller(switchboard, first_port=150)
    await other.agent.start()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent = await coming
        await caller.hears_loud()
        second = await other.dial(node.port, from_user="+15105550198")
        await other.talk(second)
        await other.hears_loud()
        await caller.rtp.send_digits("1")
        assert await asyncio.wait_for(agent.digits.get(), 30) == "1"
        await agent.room.local_participant.publish_dtmf(code=2, digit="2")  # comes after the 1, which did not
        assert await asyncio.wait_for(other.digits.get(), 30) == "2"
        phones = [one for one in agent.room.remote_participants.values() if one.identity.endswith("0198")]
        commander = Commander(switchboard, tmp_path, control_plane)
        await commander.asks(agent, to=phones[0].identity, relays_digits=True)
        await caller.rtp.send_digits("3")
        assert await asyncio.wait_for(other.digits.get(), 30) == "3"
        await call.hangup()
        await second.hangup()
    other.rtp.close()
    await other.agent.stop()
