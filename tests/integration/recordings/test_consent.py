"""Consent over REST: how it stands, and the answer taken back by an operator for the caller."""

from __future__ import annotations

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import problem
from tests.integration.recordings.conftest import Office


async def test_an_operator_takes_consent_back_for_the_caller_and_the_recording_ends(office: Office) -> None:
    order = await office.started()
    path = f"{office.call.path}/consent"
    before = (await office.plane.admin.get(path)).json()
    assert (before["standing"], before["method"], before["plan"]["record"]) == ("given", "not_needed", "none")
    after = await office.plane.admin.delete(path)
    assert after.status_code == 200, after.text
    assert (after.json()["standing"], after.json()["method"]) == ("revoked", "api")
    await office.plane.container.calls.runner.settled()
    assert (await office.recorder.orders()).stop == [order.recording_id]


async def test_who_may_only_read_calls_takes_nothing_back_and_a_call_that_is_over_has_nothing_to_take(
    office: Office,
) -> None:
    path = f"{office.call.path}/consent"
    assert (await office.plane.clients[Role.VIEWER].get(path)).status_code == 200
    assert (await office.plane.clients[Role.VIEWER].delete(path)).status_code == 403
    f = office.call.facts
    await office.call.tell(f.left(office.call.t))
    assert problem(await office.plane.admin.delete(path))["code"] == "call.ended"
    missing = await office.plane.admin.get("/v1/calls/call_01kbbbbbbbbbbbbbbbbbbbbbbb/consent")
    assert problem(missing)["code"] == "call.not_found"
