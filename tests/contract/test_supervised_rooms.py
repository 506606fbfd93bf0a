"""What supervisors need of a running livekit-server: it tells of listeners whom nobody sees, and carries long notes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from livekit import rtc

from gateway.calls.agent_commands import AgentCommand, AgentDoor, Note, sign_agent_command
from gateway.calls.ports import RoomEvent
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.livekit.client import LiveKitClient
from gateway.livekit.passes import LiveKitPasses
from gateway.livekit.rooms import LiveKitRooms
from gateway.livekit.webhooks import webhook_reader
from gateway.supervision.terms import entry_of
from tests.integration.switchboard import Switchboard

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def told(switchboard: Switchboard) -> AsyncIterator[asyncio.Queue[RoomEvent]]:
    """What livekit-server posts about rooms, as it arrives."""
    queue: asyncio.Queue[RoomEvent] = asyncio.Queue()
    read = webhook_reader(switchboard.settings)

    async def take(request: web.Request) -> web.Response:
        event = read(await request.read(), request.headers.get("Authorization", ""))
        if event is not None:
            queue.put_nowait(event)
        return web.Response()

    app = web.Application()
    app.router.add_post("/internal/v1/livekit-webhooks", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, switchboard.plan.host, switchboard.plan.ports.internal).start()
    yield queue
    await runner.cleanup()


async def told_of(told: asyncio.Queue[RoomEvent], name: str, identity: str) -> RoomEvent:
    async with asyncio.timeout(30):
        while True:
            event = await told.get()
            if event.name == name and event.participant and event.participant.identity == identity:
                return event


async def test_a_hidden_listener_is_told_of_and_listed_and_can_be_taken_out(
    switchboard: Switchboard, client: LiveKitClient, told: asyncio.Queue[RoomEvent]
) -> None:
    room, identity, rooms = new_id("call"), new_id("sup"), LiveKitRooms(client, "gateway")
    by = LiveKitPasses(switchboard.settings, SystemClock()).give(entry_of(room, identity, "listen", ""))
    person, gone = rtc.Room(), asyncio.Event()
    person.on("disconnected", lambda _: gone.set())
    await person.connect(by.url, by.token)
    assert (await told_of(told, "participant_joined", identity)).room == room
    assert [one.identity for one in await rooms.list_participants(room) or ()] == [identity]
    await rooms.remove_participant(room, identity)
    await asyncio.wait_for(gone.wait(), 30)
    await told_of(told, "participant_left", identity)
    await rooms.delete_room(room)


async def _arrived(
    rooms: LiveKitRooms, room: str, tokens: RoleTokens, call_id: str, command: AgentCommand, came: asyncio.Queue[bytes]
) -> bytes:
    """Sent again until it arrives, as whoever waits for an acknowledgement does: LiveKit drops what comes before the
    newcomer's channel is open."""
    for _ in range(30):
        await rooms.send_command(room, "agent-1", sign_agent_command(tokens, call_id, command))
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(came.get(), 2)
    raise AssertionError("the note did not arrive")


@pytest.mark.parametrize("letter", ["x", "ü", "🦜"])
async def test_the_longest_note_reaches_the_agent_whatever_it_is_written_in(
    switchboard: Switchboard, client: LiveKitClient, tmp_path: Path, letter: str
) -> None:
    ensure_role_keys(tmp_path)
    tokens, rooms = RoleTokens(tmp_path), LiveKitRooms(client, "gateway")
    room, call_id = new_id("room"), new_id("call")
    agent, came = rtc.Room(), asyncio.Queue[bytes]()
    agent.on("data_received", lambda packet: came.put_nowait(packet.data))
    await agent.connect(switchboard.url, switchboard.token("agent-1", room, kind="agent"))
    command = AgentCommand(id=new_id("cmd"), asked=Note(text=letter * 2000))
    taken = AgentDoor(tokens, call_id).take(await _arrived(rooms, room, tokens, call_id, command, came))
    assert taken == command
    await agent.disconnect()
