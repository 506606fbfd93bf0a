"""A human who comes from a browser, by a token of ours, is kept apart from the caller as one on a phone is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.passes import Entry
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.livekit.passes import LiveKitPasses
from gateway.sip.node import SipNode
from gateway.transfers.story import attempt_id, human_identity
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.parties import AGENT, Parties, parties
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, LEAK_DB, Voice

LONG = 100  # frames, two seconds


async def operator(some: Parties) -> Voice:
    identity = human_identity(attempt_id(new_id("xfer"), 0, 0))
    entry = Entry(some.room, identity, {ROLE: HUMAN}, speaks=True)
    by = LiveKitPasses(some.switchboard.settings, SystemClock()).give(entry)
    return await Voice(some.switchboard, identity, HUMAN_HZ).join(some.room, token=by.token)


async def test_agent_and_operator_consult_alone_and_then_all_hear_each_other(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        isolation = some.isolation("commands")
        await isolation.hold(some.room, some.identity)
        await some.heard.stops(AGENT_HZ)
        held = len(some.heard.frames)
        human = await operator(some)
        await isolation.consult(some.room, some.identity, AGENT, human.identity)
        ear = human.heard_of(some.identity)
        await asyncio.gather(
            human.heard_of(AGENT).hears(AGENT_HZ, frames=LONG), some.agent.heard_of(human.identity).hears(HUMAN_HZ)
        )
        await asyncio.gather(some.heard.more(LONG), ear.more(LONG))
        assert ear.worst(CALLER_HZ) < LEAK_DB
        for hertz in (HUMAN_HZ, AGENT_HZ):
            assert some.heard.worst(hertz, held) < LEAK_DB
        await isolation.join(some.room, [some.identity, human.identity])
        await asyncio.gather(some.heard.hears(HUMAN_HZ), ear.hears(CALLER_HZ))
        await some.agent.leave()
        await asyncio.gather(some.heard.hears(HUMAN_HZ, frames=LONG), ear.hears(CALLER_HZ))
        await human.leave()


async def test_a_caller_who_is_given_back_has_not_heard_the_operator_who_said_no(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        isolation = some.isolation("commands")
        await isolation.hold(some.room, some.identity)
        human = await operator(some)
        await isolation.consult(some.room, some.identity, AGENT, human.identity)
        await some.agent.heard_of(human.identity).hears(HUMAN_HZ, frames=LONG)
        await some.rooms.remove_participant(some.room, human.identity)
        await until(lambda: human.identity not in some.agent.room.remote_participants, "the human has gone")
        await isolation.back(some.room, some.identity)
        await asyncio.gather(some.heard.hears(AGENT_HZ, frames=LONG), some.caller_heard(CALLER_HZ))
        assert some.heard.worst(HUMAN_HZ) < LEAK_DB
        await human.leave()
