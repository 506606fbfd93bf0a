"""Who is not let in, and how it is said: 404, 403, 488, 400, 503."""

from __future__ import annotations

import asyncio

import pytest

from gateway.calls.admission import AdmissionVerdict
from gateway.sip.node import SipNode
from gateway.sip.wire.ua import CallFailed
from tests.integration.sip_node.caller import CALLER, HOST, AnsweredCall, Caller
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called
from tests.integration.switchboard import NUMBER, Switchboard


async def test_unknown_number_without_trunk_is_404(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    control_plane.verdict = AdmissionVerdict(verdict="reject", sip_code=404, slug="unknown_number")
    call = await caller.dial(node.port, "+15105559999")
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 404
    assert control_plane.asked[0]["livekit_trunk_id"] == ""


async def test_a_number_without_rule_is_404(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule(rule=False)
    call = await caller.dial(node.port)
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 404
    assert (await control_plane.fact("invite_refused"))["slug"] == "no_rule"


async def test_wrong_password_is_challenged_once_and_refused(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule(credentials=("carrier", "right"))
    call = await caller.dial(node.port, credentials=("carrier", "wrong"))
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 403
    assert (await control_plane.fact("invite_refused"))["slug"] == "wrong_password"
    assert control_plane.asked == []


async def test_the_right_password_gets_in(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule(credentials=("carrier", "right"))
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port, credentials=("carrier", "right"))
        await caller.talk(call)
        await call.hangup()
        await control_plane.fact("leg_left")
    assert len(control_plane.asked) == 1


async def test_over_the_limit_is_503_with_retry_after(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    calls = [await caller.dial(node.port) for _ in range(2)]
    await control_plane.fact("leg_joined", count=2)
    third = await caller.dial(node.port)
    with pytest.raises(CallFailed) as failed:
        await third.answered()
    assert failed.value.code == 503
    assert (await control_plane.fact("invite_refused"))["slug"] == "over_capacity"
    rooms = {fact["room"] for fact in control_plane.facts if fact["kind"] == "leg_joined"}
    assert len(rooms) == 2
    for call in calls:
        await call.cancel()


async def test_a_draining_node_takes_no_new_call_and_keeps_the_old_one(
    answered: AnsweredCall, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, _):
        node.drain()
        refused = await caller.dial(node.port)
        with pytest.raises(CallFailed) as failed:
            await refused.answered()
        assert failed.value.code == 503
        assert (await control_plane.fact("invite_refused"))["slug"] == "draining"
        await call.hangup()
        await asyncio.wait_for(node.empty(), 30)


async def test_no_codec_and_malformed_invites_are_refused_and_recorded(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    offer = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n"
    call = await caller.agent.call(f"sip:{NUMBER}@{HOST}:{node.port}", offer_sdp=offer, from_user=CALLER)
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 488
    refused = await control_plane.fact("invite_refused")
    assert (refused["slug"], refused["pii"]["ani"], refused["pii"]["dnis"]) == ("no_codec", CALLER, NUMBER)
    call = await caller.agent.call(
        f"sip:{NUMBER}@{HOST}:{node.port}", offer_sdp=offer, from_user=CALLER, headers=[("Call-ID", "twice")]
    )
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 400
    assert (await control_plane.fact("invite_refused", count=2))["slug"] == "malformed"
