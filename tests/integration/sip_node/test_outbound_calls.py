"""Calls out asked for by an unchanged livekit-api: real SIP and RTP at the far end, a real room at ours."""

from __future__ import annotations

import asyncio

import pytest
from livekit import api, rtc
from livekit.protocol.sip import SIPNamedDest, SIPRequestDest, SIPUri

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import IDENTITY, OURS, ROOM, THEIRS, callee_and_client
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane, until
from tests.integration.switchboard import Switchboard


class Statuses:
    """Every `sip.callStatus` of the phone as a participant sees it, in order."""

    def __init__(self, agent: EchoAgent) -> None:
        self.seen: list[str] = []
        agent.room.on("participant_connected", lambda one: self._note(one.attributes))
        agent.room.on("participant_attributes_changed", lambda changed, one: self._note(changed))

    def _note(self, attributes: dict[str, str]) -> None:
        status = attributes.get("sip.callStatus")
        if status and (not self.seen or self.seen[-1] != status):
            self.seen.append(status)


async def agent_in(switchboard: Switchboard, room: str = ROOM) -> EchoAgent:
    agent = EchoAgent(switchboard)
    await agent.join(room)
    return agent


async def test_a_call_out_rings_is_answered_talks_both_ways_and_is_hung_up_by_the_callee(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await agent_in(switchboard)
        statuses = Statuses(agent)
        dialling = client.dials(participant_name="Front desk", participant_attributes={"gateway.askedBy": "campaign"})
        call = await callee.invited()
        assert (call.from_uri.user, call.to_uri.user, call.request_uri.user) == (OURS, THEIRS, THEIRS)
        call.ring()
        await until(lambda: "ringing" in statuses.seen, "ringing")
        assert not dialling.done()
        callee.picks_up(call)
        made = await dialling
        assert (made.participant_identity, made.room_name) == (IDENTITY, ROOM)
        await until(lambda: "active" in statuses.seen, "active")
        assert statuses.seen == ["dialing", "ringing", "active"]
        await callee.hears_loud()  # its own tone, from the room
        phone = agent.phone()
        assert phone.attributes["sip.callID"] == made.sip_call_id
        assert phone.attributes["sip.callIDFull"] == call.sip_call_id
        assert phone.attributes["sip.trunkID"] == client.trunk_id
        assert phone.attributes["sip.phoneNumber"] == THEIRS
        assert phone.attributes["gateway.numberID"] == "num_1"
        assert callee.rtp is not None
        await callee.rtp.send_digits("42#")
        assert [await asyncio.wait_for(agent.digits.get(), 10) for _ in range(3)] == ["4", "2", "#"]
        await call.hangup()
        left = await control_plane.fact("leg_left")
        await until(lambda: not agent.room.remote_participants, "the leg left the room")
        await agent.leave()
    assert (left["ended_by"], left["slug"]) == ("callee", "completed")
    asked = control_plane.asked[0]
    assert (asked["direction"], asked["livekit_trunk_id"], asked["asked_by"]) == (
        "outbound",
        client.trunk_id,
        "campaign",
    )
    assert asked["pii"] == {"ani": OURS, "dnis": THEIRS, "source_address": "", "to_user": ""}
    answered = await control_plane.fact("leg_answered")
    assert set(answered["setup_ms"]) == {"admission", "joined", "resolved", "ringing", "answered"}
    kinds = [kind for kind in control_plane.kinds() if kind not in ("first_audio", "digit_pressed")]
    assert kinds == ["leg_joined", "dial_sent", "dial_progress", "leg_answered", "leg_left"]


async def test_without_waiting_the_answer_comes_once_the_participant_is_in_the_room(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        made = await client.dial()
        found = (await client.participants())[IDENTITY]
        assert found.sid == made.participant_id
        assert found.kind == api.ParticipantInfo.Kind.SIP
        assert found.attributes["sip.callStatus"] == "dialing"
        call = await callee.invited()
        call.reject(486)
        assert (await control_plane.fact("dial_failed"))["slug"] == "busy"


async def test_keys_are_pressed_after_the_answer_and_before_the_call_is_active(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await agent_in(switchboard)
        statuses = Statuses(agent)
        dialling = client.dials(dtmf="1ww2#")
        callee.picks_up(await callee.invited())
        await dialling
        assert await callee.presses(3) == "12#"
        await until(lambda: "active" in statuses.seen, "active")
        assert [status for status in statuses.seen if status != "dialing"] == ["automation", "active"]
        await agent.leave()


async def test_sound_before_the_answer_is_heard_in_the_room_and_the_room_is_not_heard_by_the_callee(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = EchoAgent(switchboard)
        loud = asyncio.Event()

        def listen(track: rtc.Track, *_: object) -> None:
            listening.append(asyncio.ensure_future(hear(track)))

        async def hear(track: rtc.Track) -> None:
            async for event in rtc.AudioStream(track, sample_rate=8000, frame_size_ms=20, capacity=5):
                if max(event.frame.data) > 4000:
                    loud.set()

        listening: list[asyncio.Task[None]] = []
        await agent.join(ROOM)  # says back whatever it hears
        agent.room.on("track_subscribed", listen)
        dialling = client.dials()
        call = await callee.invited()
        callee.sounds_early(call)
        await asyncio.wait_for(loud.wait(), 20)
        progress = await control_plane.fact("dial_progress")
        assert (progress["sip_code"], progress["early_media"]) == (183, True)
        assert all(abs(int(frame.max())) < 300 for frame in list(callee.heard._queue))
        callee.picks_up(call)
        await dialling
        await callee.hears_loud()
        for task in listening:
            task.cancel()
        await agent.leave()


async def test_ringback_is_heard_in_the_room_while_nothing_comes_from_the_far_end(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = EchoAgent(switchboard)
        loud = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []

        async def hear(track: rtc.Track) -> None:
            async for event in rtc.AudioStream(track, sample_rate=8000, frame_size_ms=20, capacity=5):
                if max(event.frame.data) > 2000:
                    loud.set()

        agent.room.on("track_subscribed", lambda track, *_: tasks.append(asyncio.ensure_future(hear(track))))
        await agent.room.connect(switchboard.url, switchboard.token("listener", ROOM))
        await client.dial(play_dialtone=True)
        call = await callee.invited()
        call.ring()
        await asyncio.wait_for(loud.wait(), 20)
        call.reject(480)
        for task in tasks:
            task.cancel()
        await agent.room.disconnect()


async def test_headers_go_out_and_those_of_the_answer_become_attributes(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    trunk = {"headers_to_attributes": {"X-Carrier-Id": "carrier.id"}}
    async with callee_and_client(switchboard, **trunk) as (callee, client):
        dialling = client.dials(
            headers={"P-Asserted-Identity": f"<sip:{OURS}@x.example>", "Identity": "i" * 900},
            include_headers=api.SIPHeaderOptions.SIP_X_HEADERS,
            display_name="Front desk",
        )
        call = await callee.invited()
        assert call.header("P-Asserted-Identity") == f"<sip:{OURS}@x.example>"
        assert call.header("Identity") == "i" * 900
        assert call.transport == "tcp"  # too large for UDP
        assert (call.header("From") or "").startswith('"Front desk"')
        callee.picks_up(call, headers=[("X-Carrier-Id", "abc"), ("X-Other", "1"), ("Server", "no")])
        await dialling
        for _ in range(600):
            attributes = (await client.participants())[IDENTITY].attributes
            if attributes["sip.callStatus"] == "active":
                break
            await asyncio.sleep(0.05)
        assert (attributes["carrier.id"], attributes["sip.h.x-other"]) == ("abc", "1")
        assert "sip.h.server" not in attributes


@pytest.mark.parametrize(("display_name", "shown"), [(None, f'"{OURS}" <'), ("", "<")])
async def test_the_caller_id_is_the_trunks_number_and_its_name(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, display_name: str | None, shown: str
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        await client.dial(**({} if display_name is None else {"display_name": display_name}))
        call = await callee.invited()
        assert (call.header("From") or "").startswith(f"{shown}sip:{OURS}@")
        call.reject(480)


async def test_attributes_of_the_participant_are_headers_of_its_bye(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard, attributes_to_headers={"note": "X-Note", "evil": "Via"}) as (
        callee,
        client,
    ):
        dialling = client.dials(participant_attributes={"note": "paid", "evil": "x"})
        call = await callee.invited()
        callee.picks_up(call)
        await dialling
        await take_out(switchboard, "participant")
        await asyncio.wait_for(callee.bye.wait(), 20)
        said = dict(call.bye_headers)
    assert said["X-Note"] == "paid"
    assert "x" not in said["Via"].split(",")


async def test_request_uri_and_to_header_of_the_askers_choice_are_dialled_and_both_are_admitted(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        await client.dial(
            sip_request_uri=SIPRequestDest(raw="sip:+15105550188@sbc.example"),
            sip_to_header=SIPNamedDest(values=SIPUri(user="2000", host="pbx.example")),
            sip_from_header=SIPNamedDest(display_name="Desk", values=SIPUri(user="+15105550123", host="own.example")),
        )
        call = await callee.invited()  # by the trunk's address all the same
        assert (call.request_uri.user, call.request_uri.host) == ("+15105550188", "sbc.example")
        assert (call.to_uri.user, call.to_uri.host) == ("2000", "pbx.example")
        assert (call.header("From") or "").startswith('"Desk" <sip:+15105550123@own.example>')
        call.reject(480)
    pii = control_plane.asked[0]["pii"]
    assert (pii["dnis"], pii["to_user"], pii["ani"]) == ("+15105550188", "2000", "+15105550123")


async def test_a_challenge_is_answered_with_the_trunks_password(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard, auth_username="gw", auth_password="s3cret") as (callee, client):
        dialling = client.dials()
        first = await callee.invited()
        assert first.check_digest("gw", "s3cret", "carrier") == "missing"
        first.challenge("carrier")
        second = await callee.invited()
        assert second.check_digest("gw", "s3cret", "carrier") == "ok"
        callee.picks_up(second)
        await dialling
        assert await control_plane.fact("leg_answered")


async def test_the_trunks_transport_is_tcp_when_it_says_so(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard, transport=api.SIPTransport.SIP_TRANSPORT_TCP) as (callee, client):
        await client.dial()
        call = await callee.invited()
        assert call.transport == "tcp"
        call.reject(480)


async def test_the_agent_hangs_up(switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        agent = await agent_in(switchboard)
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        await agent.packet("gateway.hangup", {"reason": "completed"})
        await asyncio.wait_for(callee.bye.wait(), 20)
        left = await control_plane.fact("leg_left")
        await agent.leave()
    assert (left["ended_by"], left["slug"]) == ("agent", "completed")


async def test_an_agent_that_leaves_the_callee_alone_ends_the_call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.sip.outbound_leg.AGENT_WAIT_S", 0.2)
    async with callee_and_client(switchboard) as (callee, client):
        agent = await agent_in(switchboard)
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        await callee.hears_loud()
        await agent.leave()
        await asyncio.wait_for(callee.bye.wait(), 20)
    assert (await control_plane.fact("leg_left"))["slug"] == "agent_gone"


async def test_too_long_a_call_is_ended_by_the_verdicts_length(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(max_duration_s=1))
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        await asyncio.wait_for(callee.bye.wait(), 20)
    assert (await control_plane.fact("leg_left"))["slug"] == "max_duration"
    assert "max_duration_s" in control_plane.asked[0]


@pytest.mark.parametrize("how", ["participant", "room"])
async def test_taken_out_of_the_room_is_a_bye_after_the_answer(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, how: str
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        callee.picks_up(await callee.invited())
        await dialling
        await take_out(switchboard, how)
        await asyncio.wait_for(callee.bye.wait(), 20)
    assert (await control_plane.fact("leg_left"))["slug"] == "room_closed"


@pytest.mark.parametrize("how", ["participant", "room"])
async def test_taken_out_of_the_room_is_a_cancel_before_the_answer(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, how: str
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        call = await callee.invited()
        call.ring()
        await control_plane.fact("dial_progress")
        await take_out(switchboard, how)
        await asyncio.wait_for(callee.cancelled.wait(), 20)
        with pytest.raises(api.SipCallError) as failed:
            await dialling
    assert failed.value.sip_status_code == 487
    assert (await control_plane.fact("dial_failed"))["slug"] == "dial_cancelled"


async def take_out(switchboard: Switchboard, how: str) -> None:
    async with switchboard.livekit_api() as lk:
        if how == "participant":
            await lk.room.remove_participant(api.RoomParticipantIdentity(room=ROOM, identity=IDENTITY))
        else:
            await lk.room.delete_room(api.DeleteRoomRequest(room=ROOM))
