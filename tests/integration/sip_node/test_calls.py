"""Real SIP and RTP against the node, real LiveKit behind it; control plane and agent are small fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from livekit import api

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.kernel.role_tokens import ensure_role_keys
from gateway.settings import ApiSettings, Settings, SipSettings
from gateway.sip.node import SipNode
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.message import Response
from gateway.sip.wire.sdp import read_answer, write_offer
from gateway.sip.wire.ua import CallFailed, OutgoingCall, UserAgent
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane, agent_when_called, new_room, until
from tests.integration.switchboard import NUMBER, Switchboard

HOST = "127.0.0.1"
CALLER = "+15105550199"
TONE = (np.sin(np.arange(160) * 2 * np.pi * 1000 / 8000) * 12000).astype(np.int16)


def settings_for(switchboard: Switchboard, folder: Path, **sip: object) -> Settings:
    ports = switchboard.plan.ports
    ensure_role_keys(folder / "keys")
    return Settings(
        state_dir=folder,
        redis_url=switchboard.plan.redis_url,
        livekit=switchboard.settings,
        api=ApiSettings(internal_port=ports.internal),
        sip=SipSettings.model_validate(
            {
                "port": ports.sip,
                "rtp_port_min": ports.rtp_low,
                "rtp_port_max": ports.rtp_low + 60,
                **sip,
            }
        ),
    )


@pytest.fixture
def control_plane() -> FakeControlPlane:
    return FakeControlPlane()


@pytest.fixture
async def node(switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path) -> AsyncIterator[SipNode]:
    node = SipNode(
        settings_for(switchboard, tmp_path / "state", max_calls=2), control_plane_transport=control_plane.transport
    )
    await node.start()
    yield node
    await node.stop()


class Caller:
    """A phone of a few lines: dials, keeps what it hears."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._low = switchboard.plan.ports.rtp_low + 100
        self.agent = UserAgent(HOST, 0, on_invite=lambda call: call.reject(480))
        self.rtp: RtpEndpoint
        self.heard: asyncio.Queue[np.ndarray] = asyncio.Queue(maxsize=10_000)
        self.digits: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self.bye = asyncio.Event()
        self.ringing = asyncio.Event()

    def open_rtp(self) -> RtpEndpoint:
        rtp = RtpEndpoint(PortPool(HOST, self._low, self._low + 100))
        rtp.on_frame = lambda frame, at: self.heard.put_nowait(frame)
        rtp.on_digit = lambda digit, ms: self.digits.put_nowait(digit)
        return rtp

    async def dial(self, port: int, number: str = NUMBER, **options: object) -> OutgoingCall:
        self.rtp = self.open_rtp()
        call = await self.agent.call(
            f"sip:{number}@{HOST}:{port}",
            offer_sdp=write_offer(HOST, self.rtp.local_port),
            from_user=CALLER,
            **options,
        )
        call.on_bye = self.bye.set
        call.on_ringing = self.ringing.set
        return call

    async def reinvite(self, call: OutgoingCall) -> bytes:
        """Moves the audio to another port; the answer's SDP."""
        self.rtp = self.open_rtp()
        assert call.dialog is not None
        request = call.dialog.request("INVITE")
        request.add("Contact", self.agent.contact(call._hop))
        request.add("Content-Type", "application/sdp")
        request.body = write_offer(HOST, self.rtp.local_port, version=2)
        answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        hop = call._hop
        number = request.cseq[0]

        def on_response(response: Response) -> None:
            if response.status == 200 and not answered.done():
                self.agent.acknowledge(call.dialog, number, hop)
                answered.set_result(response.body)

        self.agent.send(self.agent.with_via(request, hop), hop, on_response, lambda: None)
        return await asyncio.wait_for(answered, 5)

    async def talk(self, call: OutgoingCall) -> None:
        self.rtp.start(read_answer(await call.answered()))
        self.rtp.pull = lambda: TONE

    async def hears_loud(self) -> None:
        async with asyncio.timeout(10):
            while np.abs((await self.heard.get()).astype(int)).max() < 4000:
                pass


@pytest.fixture
async def caller(switchboard: Switchboard) -> AsyncIterator[Caller]:
    caller = Caller(switchboard)
    await caller.agent.start()
    yield caller
    if hasattr(caller, "rtp"):
        caller.rtp.close()
    await caller.agent.stop()


async def test_a_caller_hears_itself_from_the_room_presses_keys_and_hangs_up(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    trunk_id = await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent = await coming
        await caller.hears_loud()
        await caller.rtp.send_digits("1223#")
        pressed = [await asyncio.wait_for(agent.digits.get(), 5) for _ in range(5)]
        assert "".join(pressed) == "1223#"
        await agent.room.local_participant.publish_dtmf(code=7, digit="7")
        assert await asyncio.wait_for(caller.digits.get(), 5) == "7"
        phone = agent.phone()
        await until(lambda: phone.attributes["sip.callStatus"] == "active", "status active")
        assert phone.attributes["sip.trunkID"] == trunk_id
        assert phone.attributes["sip.phoneNumber"] == CALLER
        assert phone.attributes["sip.callIDFull"] == call.sip_call_id
        assert phone.attributes["gateway.numberID"] == "num_1"
        assert phone.attributes["gateway.callID"] == control_plane.asked[0]["call_id"]
        await call.hangup()
        left = await control_plane.fact("leg_left")
        await until(lambda: not agent.room.remote_participants, "the leg left the room")
    assert (left["ended_by"], left["slug"]) == ("caller", "completed")
    assert left["rtp"]["received"] > 20
    answered = await control_plane.fact("leg_answered")
    assert set(answered["setup_ms"]) == {"auth", "admission", "ringing", "rules", "joined", "agent_audio", "answered"}
    expected = ["leg_joined", "leg_answered", "first_audio", *["digit_pressed"] * 5, "leg_left"]
    assert sorted(control_plane.kinds()) == sorted(expected)
    print("setup_ms", answered["setup_ms"])


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


async def test_cancel_while_ringing_leaves_nobody_in_the_room(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    call = await caller.dial(node.port)
    await control_plane.fact("leg_joined")
    await call.cancel()
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 487
    left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"], left["sip_code"]) == ("caller_cancelled", "caller", 487)
    room = await new_room(switchboard, set())
    async with switchboard.livekit_api() as lk:
        participants = await lk.room.list_participants(api.ListParticipantsRequest(room=room))
    assert [one.identity for one in participants.participants] == []


async def test_nobody_comes_and_the_caller_is_told(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(agent_wait_s=0.3))
    call = await caller.dial(node.port)
    await caller.talk(call)
    await caller.hears_loud()
    await asyncio.wait_for(caller.bye.wait(), 10)
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("gateway", "no_agent")
    assert (await control_plane.fact("fallback_played"))["prompt"] == "sorry_call_back"


async def test_the_agent_hangs_up(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        await (await coming).packet("gateway.hangup", {"reason": "completed"})
        await asyncio.wait_for(caller.bye.wait(), 5)
    left = await control_plane.fact("leg_left")
    assert (left["ended_by"], left["slug"]) == ("agent", "completed")


async def test_a_removed_participant_is_a_bye(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent = await coming
        who = api.RoomParticipantIdentity(room=agent.room.name, identity=agent.phone().identity)
        async with switchboard.livekit_api() as lk:
            await lk.room.remove_participant(who)
        await asyncio.wait_for(caller.bye.wait(), 5)
    assert (await control_plane.fact("leg_left"))["slug"] == "room_closed"


async def test_a_silent_agent_is_lost_and_another_may_take_over(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        agent = await coming
        await agent.packet("gateway.alive", {})
        lost = await control_plane.fact("agent_lost")
        assert (lost["identity"], lost["reason"]) == (agent.identity, "silent")
        await agent.leave()
        second = EchoAgent(switchboard, "agent-second")
        await second.join(agent.room.name)
        while not caller.heard.empty():
            caller.heard.get_nowait()
        await caller.hears_loud()
        await call.hangup()
        await control_plane.fact("leg_left")
        await second.leave()
    assert control_plane.kinds().count("agent_lost") == 1


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
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        node.drain()
        refused = await caller.dial(node.port)
        with pytest.raises(CallFailed) as failed:
            await refused.answered()
        assert failed.value.code == 503
        assert (await control_plane.fact("invite_refused"))["slug"] == "draining"
        await call.hangup()
        await asyncio.wait_for(node.empty(), 5)


@pytest.mark.parametrize("policy", ["accept", "reject"])
async def test_without_control_plane_the_trunks_policy_decides(
    policy: str, switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    leg_policy = LegPolicy.model_validate({"on_control_plane_loss": policy})
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=leg_policy)
    async with agent_when_called(switchboard):
        first = await caller.dial(node.port)
        await caller.talk(first)
        await first.hangup()
        await control_plane.fact("leg_left")
        control_plane.away = True
        caller.ringing.clear()
        second = await caller.dial(node.port)
        if policy == "accept":
            await control_plane_returns_after_join(control_plane, second, caller)
            assert (await control_plane.fact("invite_received"))["admitted_by"] == "loss_policy"
        else:
            with pytest.raises(CallFailed) as failed:
                await second.answered()
            assert failed.value.code == 503
            control_plane.away = False
            assert (await control_plane.fact("invite_refused"))["slug"] == "control_plane_lost"


async def control_plane_returns_after_join(control_plane: FakeControlPlane, call: OutgoingCall, caller: Caller) -> None:
    await asyncio.wait_for(caller.ringing.wait(), 5)
    control_plane.away = False
    await control_plane.fact("leg_joined", count=2)
    await call.cancel()


async def loud_again(caller: Caller) -> None:
    while not caller.heard.empty():
        caller.heard.get_nowait()
    await caller.hears_loud()


async def test_a_call_survives_a_restart_of_redis(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    trunk = await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        await switchboard.redis.stop()
        await switchboard.redis.start()
        await switchboard.redis.wait_ready()
        await loud_again(caller)
        await call.hangup()
        assert (await control_plane.fact("leg_left"))["slug"] == "completed"
    assert trunk


async def test_a_restart_of_livekit_ends_the_call_with_a_record_and_the_next_one_works(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        await switchboard.livekit.stop()
        await switchboard.livekit.start()
        await switchboard.livekit.wait_ready()
        await asyncio.wait_for(caller.bye.wait(), 15)
        left = await control_plane.fact("leg_left")
        print("ended", left["slug"], left["ended_by"], control_plane.kinds())
    caller.rtp.close()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await call.hangup()
        await control_plane.fact("leg_left", count=2)


async def test_a_deleted_room_is_a_bye(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        await caller.talk(call)
        room = (await coming).room.name
        async with switchboard.livekit_api() as lk:
            await lk.room.delete_room(api.DeleteRoomRequest(room=room))
        await asyncio.wait_for(caller.bye.wait(), 5)
    assert (await control_plane.fact("leg_left"))["slug"] == "room_closed"


async def test_a_reinvite_moves_the_audio(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await caller.hears_loud()
        caller.rtp.close()
        answer = await caller.reinvite(call)
        caller.rtp.start(read_answer(answer))
        caller.rtp.pull = lambda: TONE
        await loud_again(caller)
        await call.hangup()
        await control_plane.fact("leg_left")


async def test_no_audio_for_too_long_and_too_long_a_call_end_it(
    switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    await switchboard.add_trunk_and_rule()
    settings = settings_for(switchboard, tmp_path / "state", media_timeout_s=0.4)
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await call.answered()
        await asyncio.wait_for(caller.bye.wait(), 5)
        assert (await control_plane.fact("leg_left"))["slug"] == "media_timeout"
        control_plane.verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(max_duration_s=1))
    caller.bye.clear()
    caller.rtp.close()
    async with agent_when_called(switchboard):
        await caller.talk(await caller.dial(node.port))
        await asyncio.wait_for(caller.bye.wait(), 5)
        assert (await control_plane.fact("leg_left", count=2))["slug"] == "max_duration"
    await node.stop()


async def test_no_codec_and_malformed_invites_are_refused_and_recorded(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    offer = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 9\r\n"
    call = await caller.agent.call(f"sip:{NUMBER}@{HOST}:{node.port}", offer_sdp=offer, from_user=CALLER)
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 488
    refused = await control_plane.fact("invite_refused")
    assert (refused["slug"], refused["pii"]["ani"], refused["pii"]["dnis"]) == ("no_codec", CALLER, NUMBER)
    call = await caller.agent.call(
        f"sip:{NUMBER}@{HOST}:{node.port}", offer_sdp=offer, from_user=CALLER, headers={"Call-ID": "twice"}
    )
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 400
    assert (await control_plane.fact("invite_refused", count=2))["slug"] == "malformed"


async def test_the_node_names_its_calls_and_hangs_up_those_whose_record_is_closed(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    assert control_plane.alive == [[]]
    async with agent_when_called(switchboard):
        await caller.talk(await caller.dial(node.port))
        call_id = control_plane.asked[0]["call_id"]
        await until(lambda: [call_id] in control_plane.alive, "the call was named")
        control_plane.ended = [call_id]
        await asyncio.wait_for(caller.bye.wait(), 5)
    assert (await control_plane.fact("leg_left"))["slug"] == "gateway_stopped"


async def test_without_livekit_a_call_is_503_and_the_next_one_works_after(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    await switchboard.livekit.stop()
    call = await caller.dial(node.port)
    with pytest.raises(CallFailed) as failed:
        await call.answered()
    assert failed.value.code == 503
    assert (await control_plane.fact("invite_refused"))["slug"] == "livekit_unavailable"
    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port)
        await caller.talk(call)
        await call.hangup()
        await control_plane.fact("leg_left")
