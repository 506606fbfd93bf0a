"""What LiveKit's dispatch rules may ask for: a PIN, a hidden number, attributes and metadata, time limits."""

from __future__ import annotations

import asyncio

import pytest
from livekit import api

from gateway.sip.node import SipNode
from gateway.sip.wire.ua import OutgoingCall
from tests.integration.sip_node.caller import CALLER, Caller
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called, rooms_of, until
from tests.integration.switchboard import Switchboard

PIN = "2468"


async def answered(caller: Caller, node: SipNode) -> OutgoingCall:
    """Picked up by the PIN desk: the prompt is heard."""
    call = await caller.dial(node.port)
    await caller.talk(call)
    caller.rtp.pull = None
    await caller.hears_loud(1000)
    return call


@pytest.mark.parametrize("wrong_first", [False, True])
async def test_the_right_pin_lets_the_caller_in_and_no_digit_of_it_is_told(
    wrong_first: bool, switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_rule(await switchboard.add_trunk_and_rule(rule=False), pin=PIN)
    async with agent_when_called(switchboard) as coming:
        call = await answered(caller, node)
        assert not await rooms_of(switchboard)
        if wrong_first:
            await caller.rtp.send_digits("1111#")
            await caller.hears_loud_again(1000)
        await caller.rtp.send_digits(f"{PIN}#")
        agent = await coming
        await caller.rtp.send_digits("7")
        assert await asyncio.wait_for(agent.digits.get(), 10) == "7"  # the first key that the room hears of
        phone = agent.phone()
        await until(lambda: phone.attributes["sip.callStatus"] == "active", "status active")
        await call.hangup()
        assert (await control_plane.fact("leg_left"))["slug"] == "completed"
    pressed = [fact["pii"]["digit"] for fact in control_plane.facts if fact["kind"] == "digit_pressed"]
    assert pressed == ["7"]


async def test_three_wrong_pins_and_a_goodbye_end_the_call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_rule(await switchboard.add_trunk_and_rule(rule=False), pin=PIN)
    await answered(caller, node)
    for _ in range(3):
        await caller.rtp.send_digits("99#")
        await caller.hears_loud_again(1000)
    await asyncio.wait_for(caller.bye.wait(), 30)
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("gateway", "wrong_pin")
    assert not await rooms_of(switchboard)


async def test_a_caller_who_hangs_up_instead_of_a_pin_leaves_nothing_behind(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_rule(await switchboard.add_trunk_and_rule(rule=False), pin=PIN)
    call = await answered(caller, node)
    await call.hangup()
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("caller", "completed")


async def test_a_rule_hides_the_number_everywhere_and_gives_attributes_and_metadata(
    switchboard: Switchboard, node: SipNode, caller: Caller, control_plane: FakeControlPlane
) -> None:
    trunk_id = await switchboard.add_trunk_and_rule(rule=False, include_headers=api.SIPHeaderOptions.SIP_ALL_HEADERS)
    await switchboard.add_rule(trunk_id, hide_phone_number=True, attributes={"team": "blue"}, metadata="m1")
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port, headers=[("X-Team", "red"), ("P-Asserted-Identity", f"<tel:{CALLER}>")])
        await caller.talk(call)
        phone = (await coming).phone()
        await until(lambda: phone.attributes["sip.callStatus"] == "active", "status active")
        told = [phone.identity, phone.name, phone.metadata, *phone.attributes.values()]
        assert not [text for text in told if CALLER.removeprefix("+") in text]
        assert (phone.attributes["team"], phone.metadata) == ("blue", "m1")
        assert phone.attributes["sip.h.x-team"] == "red"
        await call.hangup()
        await control_plane.fact("leg_left")


async def test_attributes_that_the_trunk_maps_are_headers_of_the_200_and_of_the_bye(
    switchboard: Switchboard, node: SipNode, caller: Caller, control_plane: FakeControlPlane
) -> None:
    mapped = {"team": "X-Team", "ticket": "X-Ticket", "evil": "Via"}
    trunk_id = await switchboard.add_trunk_and_rule(rule=False, attributes_to_headers=mapped)
    await switchboard.add_rule(trunk_id, attributes={"team": "blue", "evil": "x"})
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        assert ("X-Team", "blue") in call.response_headers
        agent = await coming
        who = agent.phone().identity
        async with switchboard.livekit_api() as lk:
            changed = api.UpdateParticipantRequest(room=agent.room.name, identity=who, attributes={"ticket": "7"})
            await lk.room.update_participant(changed)
        await until(lambda: agent.phone().attributes.get("ticket") == "7", "the attribute has arrived")
        await agent.packet("gateway.hangup", {"reason": "completed"})
        await asyncio.wait_for(caller.bye.wait(), 30)
    said = dict(call.bye_headers)
    assert (said["X-Team"], said["X-Ticket"]) == ("blue", "7")
    assert "x" not in said["Via"].split(",")
