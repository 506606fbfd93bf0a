"""What an agent says is in the recording at the other end, word by word: of baresip, and of a call that SIPp makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gateway.demo.conversation import LINES
from gateway.phone.ears import Ears
from gateway.phone.recording import read_wav
from gateway.sip.node import SipNode
from gateway.stack.ports import PortAllocator
from tests.integration.sip_node.callee import THEIRS, client_to
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.baresip import HOST, Baresip
from tests.sip.foreign.conftest import THEIR_HERTZ
from tests.sip.foreign.speaker import RATE, Speaker, speaker_when_called
from tests.sip.foreign.tap import Tap
from tests.sip.scenarios.sipp import Sipp
from tests.sip.scenarios.steps import conversation, waits_for_us

BILL, HOURS, NEVER_SAID = "pay my bill", "opening hours", "credit card number"
SPOKEN = {BILL: "i_want_to_pay_my_bill", HOURS: "what_are_your_opening_hours"}
UP = RATE // 8000
PAUSE = np.zeros(RATE // 2, np.int16)


def line(phrase: str) -> np.ndarray:
    """A sentence that holds the phrase, at 48 kHz, and a pause."""
    narrow = read_wav(LINES / f"{SPOKEN[phrase]}.wav")
    wide = np.interp(np.arange(len(narrow) * UP) / UP, np.arange(len(narrow)), narrow).astype(np.int16)
    return np.concatenate((wide, PAUSE))


def understood(samples: np.ndarray) -> list[str]:
    return Ears([BILL, HOURS, NEVER_SAID]).understand(samples)


async def says_both(agent: Speaker) -> None:
    """Twice: a machine that is late drops a piece of speech now and then."""
    for phrase in (BILL, HOURS) * 2:
        await agent.say(line(phrase))


async def test_what_the_agent_says_is_in_the_recording_of_a_phone_that_called(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with Baresip(tmp_path, "caller", microphone) as phone:
            phone.call(f"sip:{NUMBER}@{HOST}:{node.port}")
            await phone.event("CALL_ESTABLISHED")
            agent = await coming
            await agent.hears(THEIR_HERTZ)
            await says_both(agent)
            phone.hang_up()
            await control_plane.fact("leg_left")
    assert understood(read_wav(phone.heard())) == [BILL, HOURS]


async def test_what_the_agent_says_is_in_the_recording_of_a_phone_that_was_called(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    agent = Speaker(switchboard)
    with Baresip(tmp_path, THEIRS, microphone) as phone:
        client = await client_to(switchboard, f"{HOST}:{phone.port}")
        await agent.join("office")
        dialling = client.dials()
        await phone.event("CALL_INCOMING")
        phone.answer()
        await dialling
        await agent.hears(THEIR_HERTZ)
        await says_both(agent)
        phone.hang_up()
        await control_plane.fact("leg_left")
        await agent.leave()
    assert understood(read_wav(phone.heard())) == [BILL, HOURS]


async def test_what_the_agent_says_reaches_sipp(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, tmp_path: Path
) -> None:
    """SIPp keeps no audio: it is taken off the wire at its port."""
    await switchboard.add_trunk_and_rule()
    ports = PortAllocator()
    caller = Sipp(tmp_path, conversation(*waits_for_us()), f"{HOST}:{node.port}", NUMBER, media_port=ports.block(4))
    async with speaker_when_called(switchboard) as coming:
        with Tap(caller.media_port) as tap:
            await caller.start()
            agent = await coming
            call_id = (await control_plane.fact("leg_answered"))["call_id"]
            await says_both(agent)
            await node.live_line(call_id).hold()
            await caller.done()
            heard = tap.samples
    assert understood(heard) == [BILL, HOURS]
    assert (await control_plane.fact("leg_left"))["slug"] == "completed"
    ports.close()
