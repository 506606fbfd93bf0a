"""baresip holds and resumes, and is held."""

from __future__ import annotations

from pathlib import Path

from gateway.sip.node import SipNode
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.baresip import HOST, MEDIA_PORTS, Baresip
from tests.sip.foreign.conftest import THEIR_HERTZ
from tests.sip.foreign.sound import tone
from tests.sip.foreign.speaker import RATE, speaker_when_called
from tests.sip.foreign.tap import Tap

BEFORE, WHILE, AFTER = 1000, 700, 1500  # Hz, what the agent says


async def test_a_phone_that_holds_hears_nothing_and_is_not_heard_until_it_resumes(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with Baresip(tmp_path, "caller", microphone) as phone, Tap(phone.media_port, MEDIA_PORTS) as tap:
            phone.call(f"sip:{NUMBER}@{HOST}:{node.port}")
            await phone.event("CALL_ESTABLISHED")
            agent = await coming
            await agent.hears(THEIR_HERTZ)
            await agent.says_until_heard(BEFORE, tap)
            phone.hold()
            assert (await control_plane.fact("leg_held"))["held"] is True
            await until(lambda: agent.phone().attributes.get("gateway.held") == "true", "the room knows of the hold")
            await agent.hears_silence()
            tap.forget()
            await agent.say(tone(WHILE, RATE, 1))
            assert tap.recording.seconds_loud() == 0
            phone.resume()
            assert (await control_plane.fact("leg_held", count=2))["held"] is False
            await agent.hears(THEIR_HERTZ)
            await agent.says_until_heard(AFTER, tap)
            phone.hang_up()
            left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")


async def test_a_phone_that_is_held_hears_music_and_is_not_heard_until_it_is_taken_back(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with Baresip(tmp_path, "caller", microphone) as phone, Tap(phone.media_port, MEDIA_PORTS) as tap:
            phone.call(f"sip:{NUMBER}@{HOST}:{node.port}")
            await phone.event("CALL_ESTABLISHED")
            agent = await coming
            await agent.hears(THEIR_HERTZ)
            await agent.says_until_heard(BEFORE, tap)
            line = node.live_line(control_plane.asked[0]["call_id"])
            await line.hold()
            tap.forget()
            await agent.hears_silence()
            await agent.say(tone(WHILE, RATE, 1))  # to nobody
            await until(lambda: tap.recording.seconds_loud(other_than=(BEFORE, WHILE, AFTER)) > 1, "music")
            assert tap.recording.seconds_of(WHILE) == 0
            await line.resume()
            await agent.hears(THEIR_HERTZ)
            await agent.says_until_heard(AFTER, tap)
            phone.hang_up()
            left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")
