"""A call out that is asked for with routes hears and says nothing else, from its first sound on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from livekit import api

from gateway.sip.dial_address import HostAddresses
from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import IDENTITY, ROOM, Callee, callee_and_client
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.sip_node.test_routes import Commander
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.voices import AGENT_HZ, HUMAN_HZ, LEAK_DB, STRANGER_HZ, Heard, Voice, mouth


def listening(callee: Callee) -> Heard:
    """Speaks the human's tone; what the phone hears."""
    heard = Heard()
    assert callee.rtp is not None
    callee.rtp.pull = mouth(HUMAN_HZ)
    callee.rtp.on_frame = lambda frame, at: heard.add(frame)
    return heard


async def test_it_hears_whom_it_may_and_is_not_heard_early_or_late_until_a_signed_command_says_so(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, tmp_path: Path
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await Voice(switchboard, "agent-w", AGENT_HZ).join(ROOM)
        stranger = await Voice(switchboard, "stranger", STRANGER_HZ).join(ROOM, kind="standard")
        born = {"gateway.hears": agent.identity, "gateway.speaks": "false", "gateway.role": "human"}
        dialling = client.dials(participant_attributes=born)
        call = await callee.invited()
        callee.sounds_early(call)
        heard = listening(callee)
        await agent.heard_of(IDENTITY).more(25)
        callee.picks_up(call)
        await dialling
        await heard.hears(AGENT_HZ, frames=100)
        await agent.heard_of(IDENTITY).more(50)
        assert heard.worst(STRANGER_HZ) < LEAK_DB
        for ear in (agent, stranger):
            assert ear.heard_of(IDENTITY).worst(HUMAN_HZ) < LEAK_DB
        shown = agent.phone().attributes
        assert shown["gateway.role"] == "human"
        assert not shown.keys() & {"gateway.hears", "gateway.speaks"}
        commander = Commander(switchboard, tmp_path, control_plane)
        assert (await commander.asks(agent, to=IDENTITY, hears="all", speaks=True))["problem"] == ""
        await heard.hears(STRANGER_HZ)
        await agent.heard_of(IDENTITY).hears(HUMAN_HZ)
        for one in (agent, stranger):
            await one.leave()


@pytest.mark.parametrize("wrong", [{"gateway.hears": "agent-w,,"}, {"gateway.speaks": "perhaps"}])
async def test_orders_that_cannot_be_read_shut_it_both_ways(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, wrong: dict[str, str]
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await Voice(switchboard, "agent-w", AGENT_HZ).join(ROOM)
        dialling = client.dials(participant_attributes=wrong)
        call = await callee.invited()
        callee.picks_up(call)
        heard = listening(callee)
        await dialling
        await heard.more(100)
        await agent.heard_of(IDENTITY).more(50)
        assert heard.worst(AGENT_HZ) < LEAK_DB
        assert agent.heard_of(IDENTITY).worst(HUMAN_HZ) < LEAK_DB
        await agent.leave()


async def test_attributes_that_are_changed_later_are_no_orders(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await Voice(switchboard, "agent-w", AGENT_HZ).join(ROOM)
        dialling = client.dials(participant_attributes={"gateway.hears": ""})
        call = await callee.invited()
        callee.picks_up(call)
        heard = listening(callee)
        await dialling
        changed = {"gateway.hears": agent.identity}
        async with switchboard.livekit_api() as lk:
            await lk.room.update_participant(
                api.UpdateParticipantRequest(room=ROOM, identity=IDENTITY, attributes=changed)
            )
        phone = await agent.meets_phone()
        await until(lambda: phone.attributes.get("gateway.hears") == agent.identity, "the room has it")
        await heard.more(100)
        assert heard.worst(AGENT_HZ) < LEAK_DB
        await agent.leave()


async def test_a_command_that_comes_before_the_invite_is_out_is_carried_out(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    may_dial, find = asyncio.Event(), HostAddresses.of

    async def late(self: HostAddresses, *which: object) -> object:
        await may_dial.wait()
        return await find(self, *which)  # type: ignore[arg-type]

    monkeypatch.setattr(HostAddresses, "of", late)
    async with callee_and_client(switchboard) as (callee, client):
        agent = await Voice(switchboard, "agent-w", AGENT_HZ).join(ROOM)
        dialling = client.dials(participant_attributes={"gateway.hears": "", "gateway.speaks": "false"})
        await control_plane.fact("leg_joined")
        commander = Commander(switchboard, tmp_path, control_plane)
        assert (await commander.asks(agent, to=IDENTITY, hears=[agent.identity], speaks=True))["problem"] == ""
        assert "dialled" in str((await commander.asks(agent, to=IDENTITY, held=True))["problem"])
        may_dial.set()
        call = await callee.invited()
        callee.picks_up(call)
        heard = listening(callee)
        await dialling
        await heard.hears(AGENT_HZ)
        await agent.heard_of(IDENTITY).hears(HUMAN_HZ)
        await agent.leave()
