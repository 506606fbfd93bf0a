"""Supervisors over REST: who may, what the token allows, what is refused and why, what is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from gateway.auth.scopes import Role
from gateway.calls.agent_commands import AgentDoor, Note
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomEvent, RoomParticipant
from gateway.calls.transfer_facts import TransferSettled
from gateway.kernel.ids import new_id
from gateway.livekit.passes import LiveKitPasses
from gateway.settings import LiveKitSettings
from gateway.transfers.story import human_identity
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.unit.calls.story import AGENT, CALL, CALLER, ROOM, T0, XFER, Facts

SECRET = "s" * 40
HUMAN = human_identity(f"{XFER}-0-0")
PATH = f"/v1/calls/{CALL}/supervisors"


@dataclass
class Desk:
    """A call that is on, and its room."""

    plane: Plane
    facts: Facts
    rooms: MemoryRooms

    async def tell(self, *facts: Any) -> None:
        self.plane.clock.go(1)
        await self.plane.container.calls.runner.take(list(facts))
        await self.plane.container.calls.runner.settled()

    async def human_comes(self, **attributes: str) -> None:
        """The caller is with a human; `attributes` are those of the caller's phone."""
        f = self.facts
        settled = f.transfer(TransferSettled, 6, outcome="connected")
        await self.tell(f.began(5), f.with_human(6), settled, f.lost(7, reason="left"))
        self.rooms.join(ROOM, RoomParticipant(CALLER, "sip", attributes or {"gateway.callID": CALL}))
        self.rooms.join(ROOM, RoomParticipant(HUMAN, "sip", {"gateway.callID": new_id("call")}))

    async def let_in(self, mode: str, **more: str) -> Json:
        return await self.plane.made(PATH, mode=mode, **more)

    async def refused(self, mode: str, **more: str) -> Json:
        answer = await self.plane.admin.post(PATH, json={"mode": mode, **more})
        assert answer.status_code == 409, answer.text
        return problem(answer)

    async def webhook(self, name: str, identity: str) -> None:
        person = RoomParticipant(identity, "standard")
        if name == "participant_joined":
            self.rooms.join(ROOM, person)
        self.plane.clock.go(1)
        event = RoomEvent(new_id("evt"), name, ROOM, self.plane.clock.now(), person)
        await self.plane.container.calls.heed_room(event)
        await self.plane.container.calls.runner.settled()

    async def present(self) -> list[Json]:
        return (await self.plane.admin.get(PATH)).json()["data"]

    async def sentences(self) -> list[str]:
        story = (await self.plane.admin.get(f"/v1/calls/{CALL}/timeline")).json()["data"]
        return [entry["sentence"] for entry in story]

    async def acts(self) -> list[str]:
        return [row["verb"] for row in await self.plane.rows("SELECT verb FROM audit WHERE object = :call", call=CALL)]


@pytest.fixture
async def desk(plane: Plane) -> AsyncIterator[Desk]:
    settings = LiveKitSettings(api_key="key", api_secret=SecretStr(SECRET), public_url="wss://calls.example")
    plane.app.state.passes = LiveKitPasses(settings, plane.clock)
    rooms = plane.container.calls.rooms
    assert isinstance(rooms, MemoryRooms)
    desk = Desk(plane, Facts(), rooms)
    f = desk.facts
    await desk.tell(f.invite(), f.admitted(), f.joined(), f.answered(), f.agent())
    rooms.join(ROOM, RoomParticipant(CALLER, "sip", {"gateway.callID": CALL}))
    rooms.join(ROOM, RoomParticipant(AGENT, "agent"))
    yield desk


def said(shown: Json) -> Json:
    return jwt.decode(shown["token"], SECRET, algorithms=["HS256"])


async def test_a_listener_is_hidden_and_can_only_listen(desk: Desk) -> None:
    shown = await desk.let_in("listen")
    claims = said(shown)
    assert shown["url"] == "wss://calls.example" and shown["identity"] == claims["sub"]
    assert claims["exp"] - claims["nbf"] <= 60
    assert claims["video"] == {
        "roomJoin": True, "room": ROOM, "canPublish": False, "canSubscribe": True, "canPublishData": False,
        "canPublishSources": [], "canUpdateOwnMetadata": False, "hidden": True,
    }  # fmt: skip
    assert claims["attributes"] == {"gateway.role": "supervisor", "gateway.supervises": "listen"}


async def test_one_who_barges_in_has_a_microphone(desk: Desk) -> None:
    claims = said(await desk.let_in("barge"))
    grants = claims["video"]
    assert grants["canPublish"] and grants["canPublishSources"] == ["microphone"]
    assert not grants["canPublishData"] and not grants["canUpdateOwnMetadata"] and not grants["hidden"]
    assert "gateway.heard_by" not in claims["attributes"]


async def test_a_whisper_is_for_the_human_alone(desk: Desk) -> None:
    await desk.human_comes()
    claims = said(await desk.let_in("whisper"))
    assert claims["attributes"]["gateway.heard_by"] == HUMAN
    assert claims["video"]["canPublishSources"] == ["microphone"] and not claims["video"]["canPublishData"]


async def test_whispering_by_voice_to_the_agent_is_refused_and_told_how_it_goes(desk: Desk) -> None:
    refused = await desk.refused("whisper", whom="agent")
    assert refused["code"] == "supervisor.agent_reads" and f"/v1/calls/{CALL}/notes" in refused["todo"]
    assert (await desk.refused("whisper"))["code"] == "supervisor.no_human"


async def test_no_whisper_where_the_callers_phone_would_hear_it(desk: Desk) -> None:
    await desk.human_comes(**{"sip.callID": "SCL_1"})
    refused = await desk.refused("whisper")
    assert refused["code"] == "supervisor.foreign_leg" and "would hear" in refused["detail"]
    desk.rooms.rooms[ROOM].pop(CALLER)
    assert (await desk.refused("whisper"))["code"] == "supervisor.foreign_leg"
    desk.rooms.rooms[ROOM].pop(HUMAN)
    assert (await desk.refused("whisper"))["code"] == "supervisor.no_human"
    assert not await desk.present()


async def test_a_call_that_is_not_on_has_no_supervisors(desk: Desk) -> None:
    unknown = await desk.plane.admin.post(f"/v1/calls/{new_id('call')}/supervisors", json={"mode": "listen"})
    assert (unknown.status_code, problem(unknown)["code"]) == (404, "call.not_found")
    other = Facts(new_id("call"))
    await desk.tell(other.invite(), other.admitted())
    ringing = await desk.plane.admin.post(f"/v1/calls/{other.call_id}/supervisors", json={"mode": "listen"})
    assert (ringing.status_code, problem(ringing)["code"]) == (409, "call.not_on")
    shown = await desk.let_in("listen")
    await desk.tell(desk.facts.left())
    assert (await desk.refused("listen"))["code"] == "call.ended"
    late = await desk.plane.admin.patch(f"{PATH}/{shown['identity']}", json={"mode": "barge"})
    assert problem(late)["code"] == "call.ended"
    note = await desk.plane.admin.post(f"/v1/calls/{CALL}/notes", json={"text": "hurry"})
    assert problem(note)["code"] == "call.ended"


async def test_two_supervisors_come_and_go_and_the_record_tells_who_let_them_in(desk: Desk) -> None:
    one, other = await desk.let_in("listen"), await desk.let_in("barge")
    for shown in (one, other):
        await desk.webhook("participant_joined", shown["identity"])
    await desk.webhook("participant_left", one["identity"])
    left, there = await desk.present()
    assert left["left_at"] and there["joined_at"] and not there["left_at"]
    assert left["key_id"] == there["key_id"] != ""
    assert await desk.acts() == ["supervise:listen", "supervise:barge"]
    told = await desk.sentences()
    assert [sentence for sentence in told if "supervisor" in sentence.lower()] == [
        "A supervisor was let in to listen.", "A supervisor was let in to barge in.", "A supervisor listens.",
        "A supervisor is in the call and heard by all.", "The supervisor left.",
    ]  # fmt: skip


async def test_another_mode_is_another_token_and_the_one_before_lets_nobody_in_again(desk: Desk) -> None:
    before = await desk.let_in("listen")
    await desk.webhook("participant_joined", before["identity"])
    answer = await desk.plane.admin.patch(f"{PATH}/{before['identity']}", json={"mode": "barge"})
    assert answer.status_code == 200 and answer.json()["identity"] != before["identity"]
    await desk.plane.container.calls.runner.settled()
    assert before["identity"] not in desk.rooms.rooms[ROOM]
    assert [one["identity"] for one in await desk.present()] == [answer.json()["identity"]]
    await desk.webhook("participant_joined", before["identity"])
    assert before["identity"] not in desk.rooms.rooms[ROOM]
    assert "Somebody came with a supervisor's token that counts no more, and was sent away." in await desk.sentences()


async def test_who_is_sent_away_is_out_of_the_room(desk: Desk) -> None:
    shown = await desk.let_in("barge")
    await desk.webhook("participant_joined", shown["identity"])
    assert (await desk.plane.admin.delete(f"{PATH}/{shown['identity']}")).status_code == 204
    await desk.plane.container.calls.runner.settled()
    assert shown["identity"] not in desk.rooms.rooms[ROOM] and not await desk.present()
    again = await desk.plane.admin.delete(f"{PATH}/{shown['identity']}")
    assert (again.status_code, problem(again)["code"]) == (404, "supervisor.not_found")
    assert await desk.acts() == ["supervise:barge", "supervise:dismiss"]


async def test_lost_webhooks_are_made_up_for_by_a_look_into_the_room(desk: Desk) -> None:
    shown, stray = await desk.let_in("listen"), new_id("sup")
    for identity in (shown["identity"], stray):
        desk.rooms.join(ROOM, RoomParticipant(identity, "standard", joined_at=T0))
    loops = desk.plane.container.calls.loops
    await loops.ask_livekit()
    await desk.plane.container.calls.runner.settled()
    assert (await desk.present())[0]["joined_at"] and stray not in desk.rooms.rooms[ROOM]
    desk.rooms.rooms[ROOM].pop(shown["identity"])
    desk.plane.clock.go(5)
    await loops.ask_livekit()
    assert (await desk.present())[0]["left_at"]


async def test_more_than_ten_at_a_time_are_refused(desk: Desk) -> None:
    for _ in range(10):
        await desk.let_in("listen")
    assert (await desk.refused("listen"))["code"] == "supervisor.too_many"
    first = (await desk.present())[0]["identity"]
    assert (await desk.plane.admin.patch(f"{PATH}/{first}", json={"mode": "barge"})).status_code == 200


async def test_a_supervisor_keeps_no_room_open_when_the_caller_has_gone(desk: Desk) -> None:
    shown = await desk.let_in("barge")
    await desk.webhook("participant_joined", shown["identity"])
    desk.rooms.rooms[ROOM].pop(CALLER)
    await desk.tell(desk.facts.left())
    assert ROOM not in desk.rooms.rooms


async def test_a_viewer_may_not_and_an_operator_may(desk: Desk) -> None:
    for method, path, body in (
        ("POST", PATH, {"mode": "listen"}), ("GET", PATH, None), ("DELETE", f"{PATH}/sup_x", None),
        ("PATCH", f"{PATH}/sup_x", {"mode": "barge"}), ("POST", f"/v1/calls/{CALL}/notes", {"text": "x"}),
    ):  # fmt: skip
        answer = await desk.plane.clients[Role.VIEWER].request(method, path, json=body)
        assert answer.status_code == 403 and "calls:supervise" in problem(answer)["detail"]
    assert (await desk.plane.clients[Role.OPERATOR].post(PATH, json={"mode": "listen"})).status_code == 201
    assert not (await desk.acts())[1:]


async def test_the_same_request_sent_twice_lets_one_in(desk: Desk) -> None:
    headers = {"Idempotency-Key": "once"}
    assert (await desk.plane.admin.post(PATH, json={"mode": "listen"}, headers=headers)).status_code == 201
    again = await desk.plane.admin.post(PATH, json={"mode": "listen"}, headers=headers)
    assert (again.status_code, problem(again)["code"]) == (409, "idempotency.done")
    assert len(await desk.present()) == 1


async def test_a_note_reaches_the_agent_and_is_kept_nowhere(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    words = "offer a discount of eleven percent"
    answer = await desk.plane.admin.post(f"/v1/calls/{CALL}/notes", json={"text": words})
    assert answer.status_code == 202
    room, identity, message = desk.rooms.commands[-1]
    assert (room, identity) == (ROOM, AGENT)
    command = AgentDoor(desk.plane.container.tokens, CALL).take(message.encode())
    assert command.id == answer.json()["command_id"] and command.asked == Note(text=words)
    assert await desk.acts() == ["note"]
    assert "A supervisor wrote the agent a note." in await desk.sentences()
    kept = [*await desk.plane.rows("SELECT * FROM call_events"), *await desk.plane.rows("SELECT * FROM audit")]
    assert kept and not any("eleven" in str(row) for row in kept)
    assert "eleven" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("text", ["", "x" * 2001, "\0", 7])
async def test_a_note_that_is_none_is_refused(desk: Desk, text: object) -> None:
    answer = await desk.plane.admin.post(f"/v1/calls/{CALL}/notes", json={"text": text})
    assert answer.status_code == 422 and not desk.rooms.commands


async def test_a_note_without_an_agent_says_so(desk: Desk) -> None:
    desk.rooms.rooms[ROOM].pop(AGENT)
    answer = await desk.plane.admin.post(f"/v1/calls/{CALL}/notes", json={"text": "hello"})
    assert (answer.status_code, problem(answer)["code"]) == (409, "call.no_agent")
    await desk.human_comes()
    answer = await desk.plane.admin.post(f"/v1/calls/{CALL}/notes", json={"text": "hello"})
    assert (answer.status_code, problem(answer)["code"]) == (409, "call.no_agent")
    assert "A supervisor wrote the agent a note." not in await desk.sentences()
