"""Who hears a supervisor, on real legs with tokens of ours: by a whisper the human alone, from its first packet on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from livekit import api, rtc
from livekit.rtc.participant import PublishDataError, PublishTrackError

from gateway.calls.passes import Entry
from gateway.calls.supervisor_facts import SupervisorMode
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.livekit.passes import LiveKitPasses
from gateway.sip.node import SipNode
from gateway.supervision.terms import entry_of
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.parties import SHUT, Human, Parties, parties
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, LEAK_DB, STRANGER_HZ, Voice

FRAMES = 150  # 3 s


@asynccontextmanager
async def with_a_human(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, folder: Path
) -> AsyncIterator[tuple[Parties, Human]]:
    """Caller and human talk; the agent, which stays in the room, is heard by both."""
    async with parties(switchboard, node, control_plane, caller, folder) as some:
        human = await (await (await some.human()).is_called(some.room, **SHUT)).answers()
        await some.isolation("commands").join(some.room, (some.identity, human.identity))
        await asyncio.gather(some.heard.hears(HUMAN_HZ), human.heard.hears(CALLER_HZ))
        yield some, human


async def let_in(some: Parties, mode: SupervisorMode, whom: str = "", *, speaks: bool = True) -> Voice:
    entry = entry_of(some.room, new_id("sup"), mode, whom)
    return await come(some, entry, speaks=speaks)


async def come(some: Parties, entry: Entry, *, speaks: bool = True) -> Voice:
    by = LiveKitPasses(some.switchboard.settings, SystemClock()).give(entry)
    return await Voice(some.switchboard, entry.identity, STRANGER_HZ).join(some.room, speaks=speaks, token=by.token)


async def test_a_whisper_reaches_the_human_and_no_frame_of_it_the_caller(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with with_a_human(switchboard, node, control_plane, caller, tmp_path) as (some, human):
        before = len(some.heard.frames)
        supervisor = await let_in(some, "whisper", human.identity)
        await human.heard.hears(STRANGER_HZ, frames=FRAMES)
        await supervisor.heard_of(some.identity).hears(CALLER_HZ)
        await some.heard.more(FRAMES)
        assert some.heard.worst(STRANGER_HZ, before) < LEAK_DB
        # nor after a command that lets the caller hear everybody
        await some.isolation("commands").join(some.room, (some.identity, human.identity))
        await some.heard.more(FRAMES)
        assert some.heard.worst(STRANGER_HZ, before) < LEAK_DB
        await supervisor.leave()


async def test_one_who_barges_in_is_heard_by_all(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with with_a_human(switchboard, node, control_plane, caller, tmp_path) as (some, human):
        supervisor = await let_in(some, "barge")
        await asyncio.gather(some.heard.hears(STRANGER_HZ), human.heard.hears(STRANGER_HZ))
        await supervisor.leave()


async def test_a_listener_hears_all_is_seen_by_nobody_and_can_do_nothing(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with with_a_human(switchboard, node, control_plane, caller, tmp_path) as (some, human):
        supervisor = await let_in(some, "listen", speaks=False)
        await asyncio.gather(
            supervisor.heard_of(some.identity).hears(CALLER_HZ),
            supervisor.heard_of(human.identity).hears(HUMAN_HZ),
            supervisor.heard_of(some.agent.identity).hears(AGENT_HZ),
        )
        with pytest.raises(PublishTrackError):
            await supervisor.speak()
        await cannot_tell_the_room_anything(supervisor, some)
        assert supervisor.identity not in some.agent.room.remote_participants
        assert supervisor.identity in {one.identity for one in await some.rooms.list_participants(some.room) or ()}
        await supervisor.leave()


@pytest.mark.parametrize("mode", ["whisper", "barge"])
async def test_one_who_speaks_has_a_microphone_and_nothing_else(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path,
    mode: SupervisorMode,
) -> None:  # fmt: skip
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        supervisor = await let_in(some, mode, "human-1", speaks=False)
        screen = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO)
        track = rtc.LocalAudioTrack.create_audio_track("screen", supervisor.source)
        with pytest.raises(PublishTrackError):
            await supervisor.room.local_participant.publish_track(track, screen)
        await cannot_tell_the_room_anything(supervisor, some)
        await supervisor.leave()


async def cannot_tell_the_room_anything(supervisor: Voice, some: Parties) -> None:
    """Neither data nor attributes; a command that comes later is the first that the agent gets."""
    told: list[bytes] = []
    some.agent.room.on("data_received", lambda packet: told.append(packet.data))
    me = supervisor.room.local_participant
    await me.set_attributes({"gateway.heard_by": some.identity, "gateway.role": "human"})  # LiveKit says nothing to it
    with suppress(PublishDataError):
        await me.publish_data(b"forged", reliable=True, topic="gateway.hangup")
    async with some.switchboard.livekit_api() as lk:
        await lk.room.send_data(
            api.SendDataRequest(room=some.room, data=b"ours", destination_identities=[some.agent.identity])
        )
    await until(lambda: told, "what we sent came")
    assert told == [b"ours"]
    shown = {one.identity: one for one in await some.rooms.list_participants(some.room) or ()}[supervisor.identity]
    assert shown.attributes["gateway.role"] == "supervisor"
    assert shown.attributes.get("gateway.heard_by") in (None, "human-1")


@pytest.mark.parametrize("said", [",", "nobody", "human-1,,human-2"])
async def test_who_says_what_cannot_be_read_is_heard_by_no_leg_whatever_it_says_later(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path, said: str
) -> None:
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        entry = Entry(some.room, new_id("sup"), {"gateway.heard_by": said}, speaks=True)
        supervisor = await come(some, entry)
        await some.agent.heard_of(supervisor.identity).hears(STRANGER_HZ)
        async with switchboard.livekit_api() as lk:
            changed = {"gateway.heard_by": some.identity}
            await lk.room.update_participant(
                api.UpdateParticipantRequest(room=some.room, identity=supervisor.identity, attributes=changed)
            )
        seen = some.agent.room.remote_participants[supervisor.identity]
        await until(lambda: seen.attributes.get("gateway.heard_by") == some.identity, "the room has it")
        await supervisor.fall_silent()
        await supervisor.speak()
        await some.agent.heard_of(supervisor.identity).hears(STRANGER_HZ, frames=FRAMES)
        assert some.heard.worst(STRANGER_HZ) < LEAK_DB
        await supervisor.leave()


async def test_who_says_later_that_the_caller_may_not_hear_is_heard_no_more(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        supervisor = await let_in(some, "barge")
        await some.heard.hears(STRANGER_HZ)
        async with switchboard.livekit_api() as lk:
            changed = {"gateway.heard_by": "human-1"}
            await lk.room.update_participant(
                api.UpdateParticipantRequest(room=some.room, identity=supervisor.identity, attributes=changed)
            )
        await some.heard.stops(STRANGER_HZ)
        before = await some.agent.heard_of(supervisor.identity).more(FRAMES)
        assert some.agent.heard_of(supervisor.identity)._audible(STRANGER_HZ, before) > 0
        assert some.heard.worst(STRANGER_HZ, len(some.heard.frames) - 50) < LEAK_DB
        await supervisor.leave()
