"""What nodes, workers and LiveKit may say on the internal address, and what nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway.calls.internal_endpoints import router
from gateway.calls.ports import RoomEvent, RoomParticipant
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import Audience, Role, RoleTokens
from gateway.rest import problems
from tests.integration.calls.conftest import World, asked
from tests.unit.calls.story import AGENT, CALL, CALLER, ROOM, T0, Facts

Headers = Callable[[Role, Audience], dict[str, str]]


@pytest.fixture
def token(key_folder: Path) -> Headers:
    tokens = RoleTokens(key_folder)
    return lambda role, audience: {"Authorization": f"Bearer {tokens.sign(role, audience, 'node-1')}"}


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.calls = world.calls
    app.include_router(router)
    problems.install(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://internal/internal/v1") as client:
        yield client


def batch(*facts: object) -> dict[str, object]:
    return {"facts": [fact.model_dump(mode="json") for fact in facts]}  # pyright: ignore[reportAttributeAccessIssue]


async def test_a_node_gets_its_verdict(http: httpx.AsyncClient, token: Headers) -> None:
    answer = await http.post(
        "/admissions", json=asked(CALL).model_dump(mode="json"), headers=token("node", "admissions")
    )
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "accept"
    assert answer.json()["attributes"]["gateway.agentID"] == "agt_1"


async def test_facts_are_counted(http: httpx.AsyncClient, token: Headers) -> None:
    f = Facts()
    invite = f.invite()
    answer = await http.post(
        "/facts", json=batch(invite, invite, Facts("call_bad").joined()), headers=token("worker", "facts")
    )
    assert (answer.status_code, answer.json()) == (202, {"stored": 1, "repeated": 1, "unknown_call": 1})


async def test_our_own_facts_are_not_taken_from_outside(http: httpx.AsyncClient, token: Headers) -> None:
    answer = await http.post("/facts", json=batch(Facts().admitted()), headers=token("node", "facts"))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "audience"), [("/admissions", "admissions"), ("/facts", "facts"), ("/nodes/node-1/alive", "facts")]
)
async def test_nobody_is_heard_without_the_right_token(
    http: httpx.AsyncClient, token: Headers, path: str, audience: Audience
) -> None:
    bodies = {
        "/admissions": asked(CALL).model_dump(mode="json"),
        "/facts": batch(Facts().invite()),
        "/nodes/node-1/alive": {"calls": []},
    }
    other: Audience = "facts" if audience == "admissions" else "admissions"
    for headers in ({}, {"Authorization": "Bearer nonsense"}, token("node", other)):
        assert (await http.post(path, json=bodies[path], headers=headers)).status_code == 401


async def test_a_node_speaks_for_itself_only(http: httpx.AsyncClient, token: Headers) -> None:
    answer = await http.post("/nodes/node-2/alive", json={"calls": []}, headers=token("node", "facts"))
    assert answer.status_code == 401


async def test_a_sign_of_life_tells_which_calls_are_over(http: httpx.AsyncClient, token: Headers, world: World) -> None:
    f, g = Facts(), Facts(new_id("call"))
    await world.calls.runner.take([f.invite(), f.left(), g.invite()])
    answer = await http.post("/nodes/node-1/alive", json={"calls": [CALL, g.call_id]}, headers=token("node", "facts"))
    assert answer.json() == {"ended": [CALL]}


async def test_a_new_agent_reads_the_conversation_so_far(http: httpx.AsyncClient, token: Headers, world: World) -> None:
    f = Facts()
    await world.calls.runner.take([f.agent(), f.said("agent", "hello", 1), f.said("caller", "my bill", 3)])
    answer = await http.get(f"/calls/{CALL}/conversation", headers=token("worker", "profiles"))
    told = answer.json()
    assert [(turn["speaker"], turn["text"]) for turn in told["turns"]] == [("agent", "hello"), ("caller", "my bill")]
    assert told["agents_so_far"] == 1
    missing = await http.get(f"/calls/{new_id('call')}/conversation", headers=token("worker", "profiles"))
    assert missing.status_code == 404
    assert (await http.get(f"/calls/{CALL}/conversation", headers=token("node", "facts"))).status_code == 401


async def test_a_webhook_must_be_livekits(http: httpx.AsyncClient) -> None:
    assert (await http.post("/livekit-webhooks", content=b"{}")).status_code == 401


async def hear(http: httpx.AsyncClient, world: World, event: RoomEvent) -> None:
    world.webhooks[event.id.encode()] = event
    answer = await http.post("/livekit-webhooks", content=event.id.encode(), headers={"Authorization": "signed"})
    assert answer.status_code == 204


async def test_webhooks_tell_what_a_foreign_node_does_not(http: httpx.AsyncClient, world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(node="livekit-sip"), f.joined()])
    agent, caller = RoomParticipant(AGENT, "agent"), RoomParticipant(CALLER, "sip")
    await hear(http, world, RoomEvent("EV_1", "participant_joined", ROOM, T0, agent))
    await hear(http, world, RoomEvent("EV_2", "participant_left", ROOM, T0, agent))
    await world.calls.runner.settled()
    assert [dispatch.resume for dispatch in world.rooms.dispatches] == [True]
    await hear(http, world, RoomEvent("EV_3", "participant_left", ROOM, T0, caller, client_initiated=True))
    await hear(http, world, RoomEvent("EV_3", "participant_left", ROOM, T0, caller, client_initiated=True))
    assert await world.termination(CALL) == "completed"
    assert (await world.kinds(CALL)).count("leg_left") == 1


async def test_a_node_of_ours_is_not_overtaken_by_webhooks(http: httpx.AsyncClient, world: World) -> None:
    f = Facts()
    await world.calls.node_is_alive("node-1", [])
    await world.calls.runner.take([f.admitted(), f.joined(), f.agent()])
    await hear(http, world, RoomEvent("EV_1", "participant_left", ROOM, T0, RoomParticipant(AGENT, "agent")))
    await hear(http, world, RoomEvent("EV_2", "participant_left", ROOM, T0, RoomParticipant(CALLER, "sip")))
    await hear(http, world, RoomEvent("EV_3", "room_finished", ROOM, T0))
    await hear(http, world, RoomEvent("EV_4", "room_finished", "another room", T0))
    assert (await world.kinds(CALL))[-1] == "agent_joined"
