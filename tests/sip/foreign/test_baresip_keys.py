"""Keys by RFC 4733 between baresip and the room, both ways: each press once, in order."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import THEIRS, client_to
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.baresip import HOST, Baresip
from tests.sip.foreign.conftest import THEIR_HERTZ
from tests.sip.foreign.speaker import Speaker, speaker_when_called

KEYS = "1223334444*0#99"


async def test_each_press_of_a_phone_arrives_once_and_in_order(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with Baresip(tmp_path, "caller", microphone) as phone:
            phone.call(f"sip:{NUMBER}@{HOST}:{node.port}")
            await phone.event("CALL_ESTABLISHED")
            agent = await coming
            await agent.hears(THEIR_HERTZ)
            phone.press(KEYS)
            pressed = [await asyncio.wait_for(agent.digits.get(), 30) for _ in KEYS]
            await agent.hears(THEIR_HERTZ)  # speech goes on after them
            phone.hang_up()
            await control_plane.fact("leg_left")
            assert agent.digits.empty()
    assert "".join(pressed) == KEYS
    told = [fact for fact in control_plane.facts if fact["kind"] == "digit_pressed"]
    assert [fact["pii"]["digit"] for fact in told] == [""] * len(KEYS)  # as many may be a card's number
    assert {fact["transport"] for fact in told} == {"rfc4733"}


async def test_each_key_of_ours_is_seen_by_the_phone_once_and_in_order(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    """Those that the call was asked for with, and those that somebody in the room presses."""
    agent = Speaker(switchboard)
    with Baresip(tmp_path, THEIRS, microphone) as phone:
        client = await client_to(switchboard, f"{HOST}:{phone.port}")
        await agent.join("office")
        dialling = client.dials(dtmf="1ww22#")
        await phone.event("CALL_INCOMING")
        phone.answer()
        await dialling
        seen = [await phone.pressed() for _ in "122#"]
        await agent.hears(THEIR_HERTZ)
        for code, digit in ((3, "3"), (3, "3"), (10, "*")):
            await agent.room.local_participant.publish_dtmf(code=code, digit=digit)
            seen.append(await phone.pressed())
        await agent.hears(THEIR_HERTZ)
        phone.hang_up()
        await phone.event("CALL_CLOSED")
        assert not phone.untaken("CALL_DTMF_START")
        left = await control_plane.fact("leg_left")
        await agent.leave()
    assert "".join(seen) == "122#33*"
    assert left["slug"] == "completed"
