"""Calls out that fail: what the asker is told, what the record says, and what is never dialled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from livekit import api, rtc

from gateway.calls.admission import AdmissionVerdict
from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import IDENTITY, ROOM, callee_and_client, client_to
from tests.integration.sip_node.caller import HOST, settings_for
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import Switchboard

Reason = rtc.DisconnectReason


@pytest.mark.parametrize(
    ("code", "headers", "slug", "ended_by", "left"),
    [
        (486, {"Reason": 'Q.850;cause=17;text="User busy"'}, "busy", "callee", Reason.USER_REJECTED),
        (480, {}, "no_answer", "callee", Reason.USER_UNAVAILABLE),
        (603, {}, "declined", "callee", Reason.USER_REJECTED),
        (403, {}, "rejected", "carrier", Reason.CLIENT_INITIATED),
        (404, {}, "unreachable", "carrier", Reason.CLIENT_INITIATED),
        (503, {"Retry-After": "30"}, "carrier_limit", "carrier", Reason.CLIENT_INITIATED),
        (608, {}, "blocked", "carrier", Reason.CLIENT_INITIATED),
    ],
)
async def test_a_refusal_of_the_far_end_reaches_asker_record_and_room(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane,
    code: int, headers: dict[str, str], slug: str, ended_by: str, left: int,
) -> None:  # fmt: skip
    watcher, gone = rtc.Room(), asyncio.get_running_loop().create_future()
    watcher.on("participant_disconnected", lambda one: gone.done() or gone.set_result(one.disconnect_reason))
    await watcher.connect(switchboard.url, switchboard.token("watcher", ROOM))
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        call = await callee.invited()
        call.ring()
        call.reject(code, headers=headers)
        with pytest.raises(api.SipCallError) as failed:
            await dialling
        fact = await control_plane.fact("dial_failed")
        assert await asyncio.wait_for(gone, 20) == left
    await watcher.disconnect()
    assert failed.value.sip_status_code == code
    assert failed.value.sip_status
    assert (fact["slug"], fact["ended_by"], fact["sip_code"]) == (slug, ended_by, code)
    assert headers.get("Reason", "") in fact["carrier"]
    assert fact["retry_after_s"] == (30 if "Retry-After" in headers else None)
    assert "leg_left" not in control_plane.kinds()


async def test_nobody_answers_in_the_time_that_was_given(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials(ringing_timeout={"seconds": 1})
        call = await callee.invited()
        call.ring()
        await asyncio.wait_for(callee.cancelled.wait(), 20)
        with pytest.raises(api.SipCallError) as failed:
            await dialling
    assert failed.value.sip_status_code == 408
    fact = await control_plane.fact("dial_failed")
    assert (fact["slug"], fact["ended_by"]) == ("no_answer", "callee")


@pytest.mark.parametrize("address", [f"{HOST}:9;transport=tcp", "no-such-host.invalid"])
async def test_a_trunk_that_cannot_be_reached(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, address: str
) -> None:
    client = await client_to(switchboard, address.partition(";")[0], transport=2 if "tcp" in address else 0)
    with pytest.raises(api.SipCallError) as failed:
        await client.dial(wait_until_answered=True)
    assert failed.value.sip_status_code == 503
    fact = await control_plane.fact("dial_failed")
    assert (fact["slug"], fact["ended_by"]) == ("unreachable", "carrier")


async def test_what_the_control_plane_denies_is_not_dialled_and_nobody_is_in_the_room(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    control_plane.verdict = AdmissionVerdict(verdict="reject", slug="emergency_number", sip_code=403)
    async with callee_and_client(switchboard) as (callee, client):
        for wait in (True, False):
            with pytest.raises(api.SipCallError) as failed:
                await client.dial(sip_call_to="911", wait_until_answered=wait)
            assert failed.value.sip_status_code == 403
            assert failed.value.code == "permission_denied"
        assert callee.invites == 0
        assert await client.participants() == {}
    assert [asked["pii"]["dnis"] for asked in control_plane.asked] == ["911", "911"]
    assert control_plane.kinds() == []  # its own verdict is the record


async def test_without_an_answer_of_the_control_plane_nothing_is_dialled(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    control_plane.away = True
    async with callee_and_client(switchboard) as (callee, client):
        with pytest.raises(api.TwirpError) as failed:
            await client.dial(wait_until_answered=True)
        assert failed.value.code == "unavailable"
        assert callee.invites == 0
        control_plane.away = False
        refused = await control_plane.fact("invite_refused")
    assert (refused["slug"], refused["direction"]) == ("control_plane_lost", "outbound")


@pytest.mark.parametrize("fields", [{"headers": {"Via": "x"}}, {"dtmf": "12x"}, {"sip_call_to": "1;x=y"}])
async def test_a_request_that_cannot_be_carried_out_is_an_invalid_argument(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, fields: dict[str, object]
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        with pytest.raises(api.TwirpError) as failed:
            await client.dial(**fields)
        assert failed.value.code == "invalid_argument"
        assert callee.invites == 0
    assert control_plane.asked == []


async def test_two_nodes_on_one_bus_make_one_call_each_time(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, tmp_path: Path
) -> None:
    settings = settings_for(switchboard, tmp_path / "second", port=0)
    second = SipNode(settings, control_plane_transport=control_plane.transport)
    await second.start()
    async with callee_and_client(switchboard) as (callee, client):
        for number in range(6):
            dialling = client.dials(participant_identity=f"callee-{number}")
            (await callee.invited()).reject(486)
            with pytest.raises(api.SipCallError):
                await dialling
        assert callee.invites == 6
        assert len(control_plane.asked) == 6
    await second.stop()


async def test_a_draining_node_leaves_the_call_to_another_and_ends_none_of_its_own(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, tmp_path: Path
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        node.drain()
        with pytest.raises(api.TwirpError):
            await client.dial(participant_identity="other")
        settings = settings_for(switchboard, tmp_path / "second", port=0)
        second = SipNode(settings, control_plane_transport=control_plane.transport)
        await second.start()
        other = client.dials(participant_identity="other")
        call = await callee.invited()
        call.reject(486)
        with pytest.raises(api.SipCallError):
            await other
        assert not callee.bye.is_set()
        assert IDENTITY in await client.participants()
        await second.stop()


async def test_a_full_node_takes_no_more_calls_out(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        for number in range(2):  # as many as it takes
            await client.dial(participant_identity=f"callee-{number}")
            await callee.invited()
        with pytest.raises(api.TwirpError):
            await client.dial(participant_identity="one too many")
        assert callee.invites == 2


async def test_a_stopped_node_ends_its_calls_out(
    switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path
) -> None:
    settings = settings_for(switchboard, tmp_path / "state")
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    async with callee_and_client(switchboard) as (callee, client):
        await client.dial()
        ringing = await callee.invited()
        ringing.ring()
        await control_plane.fact("dial_progress")
        await node.stop()
        await asyncio.wait_for(callee.cancelled.wait(), 20)
    assert await until(lambda: "dial_failed" in control_plane.kinds(), "the record of the end")


async def test_a_redirect_is_followed_once_by_the_same_trunk_after_it_was_admitted(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    wanted, other = "+15105550188", "+15105550199"
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        contacts = f"<sip:{other}@192.0.2.1>;q=0.1, <sip:{wanted}@192.0.2.1;transport=tls>;q=0.7, <mailto:a@b>"
        (await callee.invited()).reject(302, headers={"Contact": contacts})
        call = await callee.invited()  # not at 192.0.2.1
        assert (call.request_uri.user, call.request_uri.host) == (wanted, HOST)
        callee.picks_up(call)
        await dialling
        asked = control_plane.asked[-1]
        assert (asked["purpose"], asked["pii"]["dnis"]) == ("transfer", wanted)
        await asyncio.wait_for(callee.confirmed.wait(), 30)


async def test_a_second_redirect_and_one_that_may_not_be_dialled_fail(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        for number in (88, 89):
            (await callee.invited()).reject(302, headers={"Contact": f"<sip:+155500001{number}@{HOST}>"})
        with pytest.raises(api.SipCallError) as failed:
            await dialling
        assert failed.value.sip_status_code == 302
        dialling = client.dials(participant_identity="another")
        call = await callee.invited()
        control_plane.verdict = AdmissionVerdict(verdict="reject", slug="premium_number", sip_code=403)
        call.reject(302, headers={"Contact": f"<sip:+15105550188@{HOST}>"})
        with pytest.raises(api.SipCallError) as denied:
            await dialling
        assert denied.value.sip_status_code == 403 and callee.invites == 3
