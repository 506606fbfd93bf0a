"""What a caller takes back, and what was said that nobody may know, is silence in what is kept; the rest is there."""

from __future__ import annotations

from datetime import timedelta

from gateway.calls.consent_facts import ConsentRevoked
from gateway.calls.effects import SilenceRecording
from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import problem
from tests.integration.recordings.conftest import Office
from tests.unit.agents.recorder.test_tape import decoded, level

SECOND = 48_000


async def test_consent_taken_back_leaves_nothing_of_what_was_said(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 4, hertz=440)
    f = office.call.facts
    await office.call.tell(ConsentRevoked(**f._env(office.call.t, "worker:1"), method="key"))
    assert (await office.recorder.orders()).stop == [order.recording_id]
    await office.recorder.end(order)
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    await office.recorder.settle_all()
    heard = decoded((await office.played(order.recording_id)).content)
    assert len(heard) > 3.9 * SECOND and level(heard[:, 0], 440) < 0.001
    refused = await office.plane.admin.post(f"{office.call.path}/recording", json={"do": "start"})
    assert problem(refused)["code"] == "recording.no_consent"
    kinds = [one.kind for one in await office.call.log()]
    assert kinds.index("recording_trimmed") > kinds.index("consent_revoked")


async def test_a_span_of_spoken_digits_is_silent_in_whichever_part_it_is(office: Office) -> None:
    order = await office.started()
    begun = office.plane.clock.now()
    office.recorder.hear(order.recording_id, 9, hertz=440)
    span = SilenceRecording(begin=begun + timedelta(seconds=4), end=begun + timedelta(seconds=5))
    desk = office.plane.container.recording.desk
    assert await desk.carry_out(office.call.id, span, new_id("eff")) == "done"
    await office.recorder.end(order)
    (settled,) = await office.recorder.settle_all()
    assert settled.silence == [[3500, 5500]]
    heard = decoded((await office.played(order.recording_id)).content)
    assert level(heard[int(3.5 * SECOND) : int(5.5 * SECOND), 0], 440) < 0.001
    assert level(heard[: 3 * SECOND, 0], 440) > 0.7 and level(heard[6 * SECOND : 8 * SECOND, 0], 440) > 0.7


async def test_a_span_before_the_recording_or_of_a_call_without_one_changes_nothing(office: Office) -> None:
    desk, now = office.plane.container.recording.desk, office.plane.clock.now()
    span = SilenceRecording(begin=now - timedelta(seconds=30), end=now - timedelta(seconds=20))
    assert await desk.carry_out(office.call.id, span, new_id("eff")) == "dropped"
    order = await office.ready(seconds=2)
    assert await desk.carry_out(office.call.id, span, new_id("eff")) == "dropped"
    assert (await office.played(order.recording_id)).status_code == 200
