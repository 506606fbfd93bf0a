"""`POST /v1/calls/{id}/audio`: who may, when, and what the phone's participant is sent."""

from __future__ import annotations

from sqlalchemy import select

from gateway.auth.models import AuditRow
from gateway.auth.scopes import Role
from gateway.calls.leg_commands import AudioAsked, CommandDoor
from gateway.calls.ports import RoomParticipant
from tests.integration.calls.conftest import Clients, World
from tests.unit.calls.story import CALL, CALLER, ROOM, Facts

PATH = f"/v1/calls/{CALL}/audio"
ASKED = {"hears": ["agent-1"], "speaks": False}


async def test_the_phone_is_sent_a_command_that_its_node_takes(world: World, clients: Clients) -> None:
    f = Facts()
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    world.rooms.join(ROOM, RoomParticipant(CALLER, "sip"))
    taken = await clients[Role.OPERATOR].post(PATH, json=ASKED)
    assert taken.status_code == 202, taken.text
    [(room, identity, message)] = world.rooms.commands
    assert (room, identity) == (ROOM, CALLER)
    command = CommandDoor(world.calls.tokens, CALL).take(message.encode())
    assert command.id == taken.json()["command_id"]
    assert command.asked == AudioAsked(hears=["agent-1"], speaks=False)
    async with world.database.begin() as session:
        assert list(await session.scalars(select(AuditRow.verb))) == ["audio"]


async def test_who_may_only_look_may_not(world: World, clients: Clients) -> None:
    f = Facts()
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    assert (await clients[Role.VIEWER].post(PATH, json=ASKED)).status_code == 403


async def test_a_call_that_is_not_on_and_a_body_that_is_none_are_refused(
    world: World,
    clients: Clients,
) -> None:
    operator, f = clients[Role.OPERATOR], Facts()
    assert (await operator.post(PATH, json=ASKED)).status_code == 404
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined()])
    refused = await operator.post(PATH, json=ASKED)
    assert (refused.status_code, refused.json()["code"]) == (409, "call.not_on")
    await world.calls.runner.take([f.answered()])
    gone = await operator.post(PATH, json=ASKED)
    assert gone.status_code == 404  # the phone is in no room any more
    for wrong in ({"hears": "me"}, {"loud": True}, []):
        assert (await operator.post(PATH, json=wrong)).status_code == 422
    world.rooms.away = True
    assert (await operator.post(PATH, json=ASKED)).status_code == 503
