"""The call record over REST: pages, logs, the live stream, and who may see what."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.auth.models import AuditRow
from gateway.auth.scopes import Role
from gateway.calls.stream import follow, server_sent
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import Clients, World
from tests.unit.calls.story import CALL, NUMBERS, ROOM, T0, Facts


async def a_call(world: World, call_id: str = CALL) -> Facts:
    f = Facts(call_id)
    await world.calls.runner.take(
        [f.invite(), f.admitted(), f.joined(), f.agent(), f.answered(), f.digit("4"), f.said("caller", "pay my bill")]
    )
    return f


async def test_a_call_as_it_is_now(world: World, clients: Clients) -> None:
    await a_call(world)
    told = (await clients[Role.ADMIN].get(f"/v1/calls/{CALL}")).json()
    assert (told["id"], told["status"], told["sip_call_id"]) == (CALL, "active", "abc@phone")
    assert (told["trunk_id"], told["rule_id"], told["agent_id"]) == ("trk_1", "rule_1", "agt_1")
    assert told["termination"] is None
    assert told["pii"]["ani"] == NUMBERS.ani


async def test_a_viewer_sees_the_call_and_nothing_personal(world: World, clients: Clients) -> None:
    f = await a_call(world)
    await world.calls.runner.take([f.left()])
    viewer = clients[Role.VIEWER]
    paths = ["", "/events", "/timeline", "/cdr"]
    told = [(await viewer.get(f"/v1/calls/{CALL}{path}")) for path in paths] + [await viewer.get("/v1/calls")]
    assert [answer.status_code for answer in told] == [200] * 5
    ndjson = await viewer.get(f"/v1/calls/{CALL}/events", headers={"Accept": "application/x-ndjson"})
    text = " ".join(answer.text for answer in [*told, ndjson])
    for personal in (NUMBERS.ani, NUMBERS.dnis, NUMBERS.source_address, ROOM, "pay my bill"):
        assert personal not in text
    assert (await viewer.get(f"/v1/calls/{CALL}/transcript")).status_code == 403
    assert (await viewer.post(f"/v1/calls/{CALL}/hangup")).status_code == 403


async def test_without_a_key_there_is_nothing(clients: Clients) -> None:
    client = clients[Role.ADMIN]
    for path in ("/v1/calls", f"/v1/calls/{CALL}", "/v1/calls/events/stream"):
        answer = await client.get(path, headers={"Authorization": ""})
        assert answer.status_code == 401, path


@pytest.mark.parametrize("path", ["", "/events", "/timeline", "/transcript", "/cdr"])
async def test_an_unknown_call_is_404(clients: Clients, path: str) -> None:
    answer = await clients[Role.ADMIN].get(f"/v1/calls/{new_id('call')}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "call.not_found")


async def test_pages_and_filters(world: World, clients: Clients) -> None:
    ids = sorted(new_id("call") for _ in range(5))
    for n, call_id in enumerate(ids):
        f = Facts(call_id)
        await world.calls.runner.take([f.invite(n * 60), *([f.left(n * 60 + 5)] if n % 2 else [])])
    client = clients[Role.OPERATOR]
    first = (await client.get("/v1/calls", params={"limit": 2})).json()
    rest = (await client.get("/v1/calls", params={"limit": 5, "cursor": first["next_cursor"]})).json()
    assert [call["id"] for call in first["data"] + rest["data"]] == ids[::-1]
    assert rest["next_cursor"] is None
    ended = (await client.get("/v1/calls", params={"status": "ended"})).json()["data"]
    assert [call["id"] for call in ended] == [ids[3], ids[1]]
    window = {
        "created_after": (T0 + timedelta(seconds=60)).isoformat(),
        "created_before": (T0 + timedelta(seconds=180)).isoformat(),
    }
    within = (await client.get("/v1/calls", params=window)).json()["data"]
    assert [call["id"] for call in within] == [ids[2], ids[1]]
    assert (await client.get("/v1/calls", params={"direction": "outbound"})).json()["data"] == []
    for wrong in ({"status": "asleep"}, {"cursor": "_w"}, {"limit": 0}, {"created_after": "2026-01-01T00:00:00"}):
        assert (await client.get("/v1/calls", params=wrong)).status_code == 422, wrong


async def test_the_log_by_pages_and_as_ndjson(world: World, clients: Clients) -> None:
    await a_call(world)
    client, path = clients[Role.ADMIN], f"/v1/calls/{CALL}/events"
    first = (await client.get(path, params={"limit": 4})).json()
    rest = (await client.get(path, params={"after": first["next_after"]})).json()
    events = first["data"] + rest["data"]
    assert [event["seq"] for event in events] == list(range(1, 8))
    assert rest["next_after"] is None
    assert "".join(event["pii"]["digit"] for event in events if event["kind"] == "digit_pressed") == "4"
    lines = (await client.get(path, headers={"Accept": "application/x-ndjson"})).text.splitlines()
    assert [json.loads(line) for line in lines] == events


async def test_timeline_transcript_and_record(world: World, clients: Clients) -> None:
    f = await a_call(world)
    await world.calls.runner.take([f.left()])
    client = clients[Role.OPERATOR]
    timeline = (await client.get(f"/v1/calls/{CALL}/timeline")).json()["data"]
    assert timeline[-1]["sentence"] == "The call ended normally."
    transcript = (await client.get(f"/v1/calls/{CALL}/transcript")).json()["data"]
    assert [(turn["speaker"], turn["text"]) for turn in transcript] == [("caller", "pay my bill")]
    record = (await client.get(f"/v1/calls/{CALL}/cdr")).json()
    assert (record["codec"], record["digits"], record["answer_ms"]) == ("PCMU", 1, 200.0)
    assert record["pii"]["dnis"] == NUMBERS.dnis


async def test_hanging_up(world: World, clients: Clients) -> None:
    world.caller_joins()
    f = await a_call(world)
    client = clients[Role.OPERATOR]
    assert (await client.post(f"/v1/calls/{CALL}/hangup")).status_code == 202
    await world.calls.runner.settled()
    assert world.rooms.rooms[ROOM] == {}
    await world.calls.runner.take([f.left(9, "gateway", "room_closed")])
    ended = (await client.get(f"/v1/calls/{CALL}")).json()["termination"]
    assert (ended["ended_by"], ended["slug"]) == ("human", "completed")
    again = await client.post(f"/v1/calls/{CALL}/hangup")
    assert (again.status_code, again.json()["code"]) == (409, "call.ended")
    async with world.database.begin() as session:
        acts = list(await session.scalars(select(AuditRow.verb)))
    assert acts == ["hangup"]


async def test_the_stream_tells_what_is_recorded_from_now_on(world: World) -> None:
    await a_call(world)
    stream = follow(world.calls, None, with_pii=False)
    first = asyncio.ensure_future(anext(stream))
    ready = world.calls.feed.ticket()
    while not first.done():
        f = Facts(new_id("call"))
        await world.calls.runner.take([f.invite()])
        await asyncio.wait([first], timeout=0.05)
    assert ready.is_set()
    event = first.result()
    assert event and event.kind == "invite_received" and event.call_id != CALL and event.pii is None
    await stream.aclose()


async def test_the_stream_goes_on_where_it_was_left(world: World) -> None:
    await a_call(world)
    seen = []
    async for event in follow(world.calls, 3, with_pii=True):
        assert event
        seen.append(event.position)
        if event.kind == "utterance":
            world.calls.closing = True
    assert seen == [4, 5, 6, 7]
    world.calls.closing = False


async def test_the_stream_over_http_is_an_event_stream(world: World, clients: Clients) -> None:
    world.calls.closing = True  # so that it ends by itself
    answer = await clients[Role.ADMIN].get("/v1/calls/events/stream", params={"after": 0})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == ": open\n\n"


async def test_an_entry_of_the_stream_has_an_id_to_go_on_from(world: World) -> None:
    await a_call(world)
    stream = server_sent(follow(world.calls, 0, with_pii=True))
    assert await anext(stream) == ": open\n\n"
    entry = await anext(stream)
    assert entry.startswith("id: 1\nevent: invite_received\ndata: {")
    assert json.loads(entry.split("data: ")[1])["call_id"] == CALL
    assert entry.endswith("\n\n")
