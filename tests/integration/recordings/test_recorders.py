"""Orders to recorders, and what becomes of a recording: none is played before its pass, and none is lost."""

from __future__ import annotations

import asyncio

import pytest

from compliance.recordings.orders import PassDone
from gateway.auth.scopes import Role
from gateway.calls import recording_facts as r
from gateway.calls.effects import PauseRecording
from gateway.calls.recorder_commands import RecorderDoor
from gateway.kernel.errors import Unavailable
from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import problem
from tests.integration.recordings.conftest import HandRecorder, Office


async def test_consent_orders_a_recording_and_its_recorder_gets_room_and_key(office: Office) -> None:
    order = await office.started()
    assert order.call_id == office.call.id and order.room and order.caller and len(order.key) == 32
    shown = await office.shown(order.recording_id)
    assert (shown["state"], shown["call_id"]) == ("recording", office.call.id)
    assert not (await office.recorder.orders()).record


async def test_without_consent_an_operator_cannot_start_it(office: Office) -> None:
    refused = await office.plane.admin.post(f"{office.call.path}/recording", json={"do": "start"})
    assert (refused.status_code, problem(refused)["detail"]) == (409, "consent is not given")
    assert not await office.all()


async def test_an_operator_may_and_a_viewer_may_not(office: Office) -> None:
    await office.started()
    viewer, operator = (office.plane.clients[role] for role in (Role.VIEWER, Role.OPERATOR))
    assert (await viewer.post(f"{office.call.path}/recording", json={"do": "stop"})).status_code == 403
    answer = await operator.post(f"{office.call.path}/recording", json={"do": "stop"})
    assert (answer.status_code, answer.json()["state"]) == (202, "stopping")
    assert (await viewer.get(f"{office.call.path}/recording")).json()["state"] == "stopping"


async def test_it_cannot_be_played_before_its_redaction_pass_is_journalled(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 2)
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    await office.recorder.end(order)
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    orders = await office.recorder.orders()
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    await office.recorder.settle(orders.settle[0])
    assert (await office.played(order.recording_id)).status_code == 200
    assert "recording_ready" in [one.kind for one in await office.call.log()]


async def test_a_pass_that_a_crash_ended_runs_again_before_anything_else(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 2)
    await office.recorder.end(order)
    assert (await office.recorder.orders()).settle
    office.recorder.crash()
    again = await office.recorder.orders()
    assert [one.recording_id for one in again.settle] == [order.recording_id]
    await office.recorder.settle(again.settle[0])
    assert (await office.shown(order.recording_id))["state"] == "ready"


async def test_a_killed_recorder_leaves_what_it_wrote_and_another_goes_on(office: Office) -> None:
    first = await office.started()
    office.recorder.hear(first.recording_id, 3.2)
    office.recorder.crash()
    await office.recorder.orders()
    await office.plane.container.calls.runner.settled()
    orders = await office.recorder.orders()
    (second,) = orders.record
    await office.recorder.begin(second)
    office.recorder.hear(second.recording_id, 1)
    await office.recorder.end(second)
    for order in (*orders.settle, *(await office.recorder.orders()).settle):
        await office.recorder.settle(order)
    told = await office.all()
    assert [one["id"] for one in told] == [first.recording_id, second.recording_id]
    assert told[1]["continues"] == first.recording_id
    assert [(one["state"], one["complete"]) for one in told] == [("ready", False), ("ready", True)]
    assert 2500 <= told[0]["duration_ms"] <= 3200
    assert (await office.played(first.recording_id)).content.startswith(b"OggS")


async def test_a_recorder_that_falls_silent_is_missed(office: Office) -> None:
    order = await office.started()
    look = office.plane.container.recording.office.look
    await look()
    office.recorder.hear(order.recording_id, 2)
    office.plane.clock.go(7)
    await look()
    shown = await office.shown(order.recording_id)
    assert (shown["state"], shown["reason"], shown["complete"]) == ("stopped", "recorder_lost", False)
    assert (await office.recorder.orders()).stop == [order.recording_id]


async def test_what_no_recorder_takes_is_told_once_and_taken_when_one_comes(office: Office) -> None:
    await office.allow()
    for _ in range(3):
        await office.plane.container.recording.office.look()
        office.plane.clock.go(6)
    kinds = [one.kind for one in await office.call.log()]
    assert kinds.count("recording_not_started") == 1
    assert len((await office.recorder.orders()).record) == 1


async def test_a_control_plane_that_was_away_gives_recorders_time_to_report(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 30)
    look = office.plane.container.recording.office.look
    await look()
    office.plane.clock.go(1)
    await office.recorder.orders()
    office.plane.clock.go(5.5)
    await look()
    assert (await office.shown(order.recording_id))["state"] == "recording"


async def test_an_order_taken_and_never_begun_goes_to_another_or_ends_with_the_call(office: Office) -> None:
    look = office.plane.container.recording.office.look
    await look()
    await office.allow()
    assert (await office.recorder.orders()).record
    office.plane.clock.go(7)
    await look()
    other = HandRecorder(office.plane, "recorder-2")
    (order,) = (await other.orders()).record
    await office.call.tell(office.call.facts.left(office.call.t))
    office.plane.clock.go(7)
    await look()
    assert (await office.shown(order.recording_id))["state"] == "failed"


async def test_an_order_whose_answer_was_lost_is_given_again(office: Office) -> None:
    await office.allow()
    first = (await office.recorder.orders()).record
    again = (await office.recorder.orders()).record
    assert [one.recording_id for one in first] == [one.recording_id for one in again]
    assert len(await office.all()) == 1


async def test_a_pause_is_done_when_the_recorder_has_said_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await office.started()
    desk, rooms = office.plane.container.recording.desk, office.plane.container.calls.rooms
    sent: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def note(room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        sent.put_nowait((identity, message))

    monkeypatch.setattr(rooms, "send_command", note)
    pausing = asyncio.create_task(desk.carry_out(office.call.id, PauseRecording(), new_id("eff")))
    to, message = await sent.get()
    door = RecorderDoor(office.plane.container.tokens, office.call.id)
    assert (to, door.take(message.encode()).asked.do) == (order.recording_id, "pause")
    assert not pausing.done()
    await office.recorder.tell(r.RecordingPaused, office.call.id, order.recording_id, at_ms=700)
    assert await pausing == "done"
    assert (await office.shown(order.recording_id))["pauses"] == [[700, -1]]
    await office.recorder.tell(r.RecordingResumed, office.call.id, order.recording_id, at_ms=1900)
    assert (await office.shown(order.recording_id))["pauses"] == [[700, 1900]]


async def test_a_pause_that_nobody_acknowledges_fails_and_stays_wanted(office: Office) -> None:
    order = await office.started()
    desk = office.plane.container.recording.desk

    async def on() -> None:
        while True:
            office.plane.clock.go(0.5)
            await asyncio.sleep(0.01)

    going = asyncio.create_task(on())
    with pytest.raises(Unavailable, match="not answered"):
        await desk.carry_out(office.call.id, PauseRecording(), new_id("eff"))
    going.cancel()
    assert (await office.recorder.orders()).pause == [order.recording_id]


async def test_spans_that_come_later_make_it_unplayable_until_they_are_silent(office: Office) -> None:
    order = await office.ready(seconds=6)
    before = (await office.played(order.recording_id)).content
    old = set(office.recorder.storage.local.names())
    asked = await office.plane.admin.post(f"{office.call.path}/recording", json={"do": "stop"})
    assert asked.status_code == 409
    trimmed = await office.plane.container.recording.desk._trim(office.call.id, 2000, new_id("eff"))
    assert trimmed == "done"
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    (settled,) = await office.recorder.settle_all()
    assert settled.silence[0][0] == 2000
    shown = await office.shown(order.recording_id)
    assert shown["state"] == "ready" and shown["silence"] == settled.silence
    after = (await office.played(order.recording_id)).content
    assert after != before and after[:500] == before[:500]
    assert not old & set(office.recorder.storage.local.names())


async def test_a_pass_that_knew_of_fewer_spans_is_made_again(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 3)
    await office.recorder.end(order)
    (first,) = (await office.recorder.orders()).settle
    await office.plane.container.recording.desk._trim(office.call.id, 0, new_id("eff"))
    await office.recorder.settle(first)
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    await office.recorder.settle_all()
    assert (await office.played(order.recording_id)).status_code == 200


async def test_a_call_that_ends_ends_its_recording(office: Office) -> None:
    order = await office.started()
    await office.call.tell(office.call.facts.left(office.call.t))
    assert (await office.recorder.orders()).stop == [order.recording_id]
    await office.recorder.end(order, "call_ended")
    await office.recorder.settle_all()
    assert (await office.shown(order.recording_id))["state"] == "ready"


async def test_a_recorder_speaks_for_itself_only(office: Office) -> None:
    body = '{"instance": "x"}'
    assert (await office.recorder.ask("/work", body, process="recorder-2")).status_code == 401
    order = await office.started()
    office.recorder.hear(order.recording_id, 1)
    await office.recorder.end(order)
    await office.recorder.orders()
    done = PassDone(file="anything.rec", size=1, chunks=1, duration_ms=1, silenced=[])
    other = await office.recorder.ask(
        f"/passes/{order.recording_id}", done.model_dump_json(), name="recorder-2", process="recorder-2"
    )
    assert other.status_code == 409
    assert (await office.shown(order.recording_id))["state"] == "redacting"
