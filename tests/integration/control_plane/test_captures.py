"""Captures over REST: begun when node and recorder have confirmed and not otherwise, followed, cancelled, audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.auth.scopes import Role
from gateway.calls import capture_facts as c
from gateway.calls.capture import HOLDS_RECORDING
from gateway.calls.leg_commands import BeginCapture, CancelCapture, CaptureCommand, CommandDoor
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomParticipant
from gateway.calls.recording_facts import RecordingPaused
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call
from gateway.kernel.ids import new_id
from tests.integration.control_plane.live_calls import person
from tests.integration.control_plane.plane import Json, Plane, client_of, problem
from tests.unit.calls.story import CALL, CALLER, ROOM, Facts

PATH = f"/v1/calls/{CALL}/captures"
CARD = {"fields": ["card_number", "cvv"]}


@dataclass
class Node:
    """The node that has the phone: `answers` a command with facts, or says nothing."""

    plane: Plane
    facts: Facts
    rooms: MemoryRooms
    answers: Callable[[BeginCapture], list[Any]] | None
    asked: list[BeginCapture | CancelCapture] = field(default_factory=list)
    seq: int = 100

    def __post_init__(self) -> None:
        self._door = CommandDoor(self.plane.container.tokens, CALL)
        self.rooms.send_command = self._take  # type: ignore[method-assign]

    async def _take(self, room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        assert (room, identity) == (ROOM, CALLER)
        command = self._door.take(message.encode())
        assert isinstance(command, CaptureCommand)
        self.asked.append(command.asked)
        if isinstance(command.asked, BeginCapture) and self.answers:
            await self.tell(*self.answers(command.asked))
        elif isinstance(command.asked, CancelCapture):
            await self.tell(self.fact(c.CaptureEnded, command.asked.capture_id, outcome="cancelled"))

    def fact(self, kind: type[Any], capture_id: str, **said: Any) -> Any:
        self.seq += 1
        at = self.plane.clock.now()
        envelope = {"id": new_id("evt"), "call_id": CALL, "source": "node:1", "seq": self.seq, "at": at}
        return kind.model_validate(envelope | {"capture_id": capture_id} | said)

    async def tell(self, *facts: Any) -> None:
        await self.plane.container.calls.runner.take(list(facts))

    def began(self, asked: BeginCapture) -> list[Any]:
        fields = [one.kind for one in asked.spec.fields]
        return [self.fact(c.CaptureBegan, asked.capture_id, fields=fields, talk=asked.spec.talk)]

    async def wants(self, role: Role = Role.OPERATOR, key: str = "", **body: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.plane.clients[role].post(PATH, json={**CARD, **body}, headers=headers)

    async def began_one(self, **body: Any) -> Json:
        answer = await self.wants(**body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def refused(self, status: int, **body: Any) -> Json:
        answer = await self.wants(**body)
        assert answer.status_code == status, answer.text
        told = problem(answer)
        assert told["todo"], told
        return told

    async def shown(self, capture_id: str, role: Role = Role.OPERATOR) -> Json:
        return (await self.plane.clients[role].get(f"{PATH}/{capture_id}")).json()

    async def call(self) -> Any:
        async with self.plane.container.database.begin() as session:
            row = await CallRepository(session).get(CALL)
            assert row
            return read_call(row)


@pytest.fixture
async def node(plane: Plane) -> Node:
    facts, rooms = Facts(CALL), plane.container.calls.rooms
    assert isinstance(rooms, MemoryRooms)
    await plane.container.calls.runner.take(
        [facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.agent()]
    )
    rooms.join(ROOM, RoomParticipant(CALLER, "sip", {"gateway.callID": CALL}))
    plane.container.settings.capture.confirm_within_s = 60
    one = Node(plane, facts, rooms, None)
    one.answers = one.began
    return one


async def test_one_that_the_node_confirms_has_begun_and_is_followed_to_its_token(node: Node) -> None:
    shown = await node.began_one(talk=True)
    assert (shown["state"], shown["fields"], shown["talk"], shown["outcome"]) == (
        "running", ["card_number", "cvv"], True, None,
    )  # fmt: skip
    name = shown["id"]
    await node.tell(node.fact(c.CaptureProgress, name, field="card_number", keys=4, of=16))
    shown = await node.shown(name)
    assert (shown["field"], shown["keys"], shown["of"]) == ("card_number", 4, 16)
    pii = {"token": "tok_1", "last4": "1111"}
    await node.tell(node.fact(c.CaptureEnded, name, outcome="taken", brand="visa", pii=pii))
    shown = await node.shown(name)
    assert (shown["state"], shown["outcome"], shown["brand"], shown["pii"]) == ("over", "taken", "visa", pii)
    assert (await node.shown(name, Role.VIEWER))["pii"] is None
    story = (await node.plane.admin.get(f"/v1/calls/{CALL}/timeline")).json()["data"]
    told = [entry["sentence"] for entry in story if entry["kind"].startswith("capture")]
    assert told == [
        "The caller is to key in, unseen: card number, security code.",
        "The capture began: keys go nowhere else, and nobody hears them.",
        "What the caller keyed in was taken.",
    ]
    acts = await node.plane.rows("SELECT verb FROM audit WHERE object = :it", it=name)
    assert [row["verb"] for row in acts] == ["capture"]


async def test_what_the_node_refuses_is_told_in_its_words_and_the_next_may_begin(node: Node) -> None:
    reason = "the phone's SIP node has no tokeniser; set GATEWAY_CAPTURE__TOKENISER there"
    node.answers = lambda asked: [node.fact(c.CaptureEnded, asked.capture_id, outcome="failed", problem=reason)]
    told = await node.refused(409)
    assert (told["code"], told["detail"]) == ("capture.refused", reason)
    node.answers = node.began
    await node.began_one()
    assert [one["state"] for one in (await node.plane.admin.get(PATH)).json()["data"]] == ["over", "running"]


async def test_a_node_that_says_nothing_in_time_has_not_begun_and_is_told_so(node: Node) -> None:
    node.answers = None
    node.plane.container.settings.capture.confirm_within_s = 0.2
    told = await node.refused(503)
    assert told["code"] == "capture.unconfirmed"
    begin, cancel = node.asked
    assert isinstance(cancel, CancelCapture) and begin.capture_id == cancel.capture_id
    shown = await node.shown(begin.capture_id)
    assert shown["state"] == "over" and shown["pii"] is None
    assert isinstance(begin, BeginCapture)
    await node.tell(*node.began(begin))  # late: it changes nothing
    assert (await node.shown(begin.capture_id))["state"] == "over"


async def test_on_a_bridge_that_tells_everybody_the_keys_nothing_is_captured(node: Node) -> None:
    node.rooms.join(ROOM, RoomParticipant(CALLER, "sip"))
    told = await node.refused(409)
    assert told["code"] == "capture.foreign_leg" and "gateway sip" in told["todo"]
    assert node.asked == [] and (await node.plane.admin.get(PATH)).json()["data"] == []


async def test_one_at_a_time_and_none_on_a_call_that_is_over_or_being_transferred(node: Node) -> None:
    first = await node.began_one()
    told = await node.refused(409)
    assert told["code"] == "capture.under_way" and first["id"] in told["todo"]
    await node.tell(node.fact(c.CaptureEnded, first["id"], outcome="timed_out", field="card_number"))
    await node.tell(node.facts.began(90))
    assert (await node.refused(409))["code"] == "capture.transfer"
    await node.tell(node.facts.left(95))
    assert (await node.refused(409))["code"] == "call.ended"


async def test_nobody_is_put_through_to_a_human_while_keying_in(node: Node) -> None:
    running = await node.began_one()
    ana = await person(node.plane)
    answer = await node.plane.admin.post(f"/v1/calls/{CALL}/transfers", json={"to": ana})
    assert (answer.status_code, problem(answer)["code"]) == (409, "transfer.capture")
    await node.tell(node.fact(c.CaptureEnded, running["id"], outcome="cancelled"))
    assert (await node.plane.admin.post(f"/v1/calls/{CALL}/transfers", json={"to": ana})).status_code == 202


async def test_the_end_of_the_call_is_the_end_of_its_capture(node: Node) -> None:
    running = await node.began_one()
    await node.tell(node.facts.left(95))
    shown = await node.shown(running["id"])
    assert (shown["state"], shown["outcome"]) == ("over", "hung_up")


async def test_cancelled_it_is_over_once_the_node_says_so(node: Node) -> None:
    running = await node.began_one()
    operator = node.plane.clients[Role.OPERATOR]
    assert (await operator.delete(f"{PATH}/{running['id']}")).status_code == 204
    assert (await node.shown(running["id"]))["outcome"] == "cancelled"
    again = await operator.delete(f"{PATH}/{running['id']}")
    assert (again.status_code, problem(again)["code"]) == (409, "capture.over")
    assert (await operator.delete(f"{PATH}/cap_none")).status_code == 404
    acts = await node.plane.rows("SELECT verb FROM audit WHERE object = :it ORDER BY id", it=running["id"])
    assert [row["verb"] for row in acts] == ["capture", "cancel"]


async def test_the_same_request_again_begins_nothing_new(node: Node) -> None:
    first = await node.began_one(key="a")
    assert (await node.began_one(key="a"))["id"] == first["id"]
    assert len(node.asked) == 1
    answer = await node.wants(key="a", talk=True)
    assert (answer.status_code, problem(answer)["code"]) == (409, "idempotency.reused")


async def test_a_viewer_sees_them_and_begins_none(node: Node) -> None:
    shown = await node.began_one()
    viewer = node.plane.clients[Role.VIEWER]
    assert (await viewer.post(PATH, json=CARD)).status_code == 403
    assert (await viewer.delete(f"{PATH}/{shown['id']}")).status_code == 403
    assert [one["id"] for one in (await viewer.get(PATH)).json()["data"]] == [shown["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": []},
        {"fields": ["passport"]},
        {"fields": ["cvv", "card_number"]},
        {"patience": {"whole_s": 1}},
        {"x": 1},
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(node: Node, body: Json) -> None:
    answer = await node.wants(**body)
    assert answer.status_code == 422 and problem(answer)["detail"]
    assert node.asked == []


async def test_nobody_is_asked_for_a_digit_before_the_recorder_rests(node: Node) -> None:
    """And it goes on when the capture is over, however it ended."""
    plane, recording = node.plane, new_id("rec")
    await records(node, recording)
    plane.container.settings.capture.confirm_within_s = 0.2
    assert (await node.refused(503))["code"] == "capture.recorder"
    assert not any(isinstance(one, BeginCapture) for one in node.asked)
    assert (await node.call()).recording.held_by == ()

    plane.container.settings.capture.confirm_within_s = 60
    heard: list[tuple[str, ...]] = []

    def paused(call: Any) -> None:
        held = call.recording.held_by
        if held and not heard:
            heard.append(held)
            plane.container.calls.runner._tasks.start(
                node.tell(recorded(node, RecordingPaused, recording, at_ms=10)), name="recorder"
            )

    plane.container.calls.runner.on_call(paused)
    running = await node.began_one()
    assert heard == [(HOLDS_RECORDING,)] and (await node.call()).recording.state == "paused"
    await node.tell(node.fact(c.CaptureEnded, running["id"], outcome="invalid", field="card_number"))
    assert (await node.call()).recording.held_by == ()


def recorded(node: Node, kind: type[Any], recording_id: str, **said: Any) -> Any:
    node.seq += 1
    return kind.model_validate(
        {"id": new_id("evt"), "call_id": CALL, "source": "recorder:1", "seq": node.seq, "at": node.plane.clock.now(),
         "recording_id": recording_id, **said}
    )  # fmt: skip


async def records(node: Node, recording_id: str) -> None:
    """The call is being recorded."""
    async with node.plane.container.database.begin() as session:
        row = await CallRepository(session).get(CALL)
        assert row
        row.state = {**row.state, "recording": {"state": "recording", "id": recording_id, "starts": 1}}
    assert (await node.call()).recording.is_on


async def test_an_agent_begins_what_its_profile_names_and_is_told_what_came_of_it(node: Node) -> None:
    plane = node.plane
    choice = {"name": "card", "fields": ["card_number", "cvv"]}
    agent = await plane.made("/v1/agents", name="till", greeting="Hello", captures=[choice])
    await node.tell(node.facts.admitted(agent_id=agent["id"]))
    inside = client_of(plane.internal)
    inside.headers["Authorization"] = f"Bearer {plane.container.tokens.sign('worker', 'captures', 'worker:1')}"
    path = f"/internal/v1/calls/{CALL}/captures"
    other = await inside.post(path, json={"choice": "pin", "request": "1"})
    assert (other.status_code, problem(other)["code"]) == (403, "capture.forbidden")
    begun = await inside.post(path, json={"choice": "card", "request": "1"})
    assert begun.status_code == 201, begun.text
    name = begun.json()["capture_id"]
    assert (await inside.get(f"{path}/{name}")).json()["outcome"] is None
    await node.tell(node.fact(c.CaptureEnded, name, outcome="taken", pii={"token": "tok_1", "last4": "1111"}))
    told = (await inside.get(f"{path}/{name}", params={"wait_s": 10})).json()
    assert (told["outcome"], told["token"], told["name"]) == ("taken", "tok_1", "card")
    assert (await node.shown(name))["asked_by"] == agent["id"]
    inside.headers["Authorization"] = f"Bearer {plane.container.tokens.sign('worker', 'transfers', 'worker:1')}"
    assert (await inside.post(path, json={"choice": "card", "request": "2"})).status_code == 401
