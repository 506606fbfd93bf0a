"""What a phone does in the middle of a call: hold, resume, another codec, keys by INFO and as tones, a late offer."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.sip.node import SipNode
from gateway.sip.rtp.info_digits import PLAIN, RELAY
from gateway.sip.wire.sdp import MediaChoice, MediaPolicy, choose, read_answer, write_offer
from gateway.sip.wire.sdp_media import Direction
from gateway.sip.wire.ua import OutgoingCall
from tests.integration.sip_node.caller import CALLER, HOST, TONE, AnsweredCall, Caller
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called, until
from tests.integration.switchboard import NUMBER, Switchboard


async def offer(caller: Caller, call: OutgoingCall, direction: Direction, version: int) -> bytes:
    return await call.reinvite(write_offer(HOST, caller.rtp.local_port, version=version, direction=direction))


def loudness(frames: list[np.ndarray]) -> int:
    return max(int(np.abs(frame.astype(int)).max()) for frame in frames)


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_a_phone_that_holds_is_not_heard_in_the_room_until_it_is_back(
    direction: Direction, answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, agent):
        await caller.hears_loud()
        answer = read_answer(await offer(caller, call, direction, 2))
        assert answer.direction in ("recvonly", "inactive")
        phone = agent.phone()
        await until(lambda: phone.attributes.get("gateway.held") == "true", "the room knows of the hold")
        agent.heard.clear()
        await until(lambda: len(agent.heard) > 30, "silence goes on in the room")
        assert loudness(agent.heard[10:]) < 200  # music of the phone's PBX is no speech of the caller's
        await offer(caller, call, "sendrecv", 3)
        await caller.hears_loud_again()
        await until(lambda: "gateway.held" not in phone.attributes, "the room knows that it is over")
        await call.hangup()
        await control_plane.fact("leg_left")
    held = [fact["held"] for fact in control_plane.facts if fact["kind"] == "leg_held"]
    assert held == [True, False]


async def test_the_old_way_to_hold_works_too(
    answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, _):
        await caller.hears_loud()
        nowhere = write_offer(HOST, caller.rtp.local_port, version=2).replace(
            b"c=IN IP4 127.0.0.1", b"c=IN IP4 0.0.0.0"
        )
        await call.reinvite(nowhere)
        assert (await control_plane.fact("leg_held"))["held"] is True
        await offer(caller, call, "sendrecv", 3)
        await caller.hears_loud_again()
        await call.hangup()


async def test_our_hold_gives_the_phone_music_and_the_room_silence(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port)
        offers: list[bytes | None] = []
        call.on_reinvite = lambda sdp: offers.append(sdp) or caller.media.answer(sdp or b"")
        await caller.talk(call)
        caller.rtp.pull = lambda: np.zeros_like(TONE)  # what comes back is no echo
        agent = await coming
        line = node.live_line(control_plane.asked[0]["call_id"])
        await line.hold()
        assert b"a=sendonly" in (offers[0] or b"")
        await caller.hears_loud_again(1000)
        caller.rtp.pull = lambda: TONE
        agent.heard.clear()
        await until(lambda: len(agent.heard) > 30, "silence goes on in the room")
        assert loudness(agent.heard[10:]) < 200
        await line.resume()
        assert b"a=sendrecv" in (offers[1] or b"")
        await caller.hears_loud_again()
        await call.hangup()


async def test_a_change_to_another_codec_goes_on_being_heard(answered: AnsweredCall, caller: Caller) -> None:
    async with answered() as (call, _):
        await caller.hears_loud()
        for version, codec in enumerate(("G722", "PCMA"), start=2):
            policy = MediaPolicy((codec,))
            answer = read_answer(
                await call.reinvite(write_offer(HOST, caller.rtp.local_port, version=version, policy=policy)), policy
            )
            assert answer.codec == codec
            caller.rtp.retarget(answer)
            await caller.hears_loud_again()
        await call.hangup()


async def test_keys_by_info_count_once_each_and_other_bodies_are_415(
    answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, agent):
        await caller.hears_loud()
        assert await call.send_info(RELAY, b"Signal=5\r\nDuration=160\r\n") == 200
        assert await call.send_info(PLAIN, b"#") == 200
        assert await call.send_info("text/plain", b"7") == 415
        await caller.rtp.send_digits("5")
        pressed = [await asyncio.wait_for(agent.digits.get(), 30) for _ in range(2)]
        assert pressed == ["5", "#"]
        await call.hangup()
        await control_plane.fact("leg_left")
    told = [fact["transport"] for fact in control_plane.facts if fact["kind"] == "digit_pressed"]
    assert told == ["info", "info"] and agent.digits.empty()


async def test_a_phone_without_telephone_events_is_understood_by_its_tones(
    answered: AnsweredCall, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered(policy=MediaPolicy(digits=False)) as (call, agent):
        await caller.hears_loud()
        caller.rtp.pull = None
        await caller.rtp.send_tones("1223#", 80, 80)
        pressed = [await asyncio.wait_for(agent.digits.get(), 30) for _ in range(5)]
        assert "".join(pressed) == "1223#"
        await call.hangup()
        await control_plane.fact("leg_left")
    told = {fact["transport"] for fact in control_plane.facts if fact["kind"] == "digit_pressed"}
    assert told == {"in_band"}


async def test_an_invite_without_an_offer_is_answered_with_ours(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard) as coming:
        caller.rtp = caller.open_rtp()
        answer = write_offer(HOST, caller.rtp.local_port, policy=MediaPolicy(("PCMA",)))
        call = await caller.agent.call(
            f"sip:{NUMBER}@{HOST}:{node.port}", offer_sdp=b"", from_user=CALLER, late_answer=answer
        )
        choice = choose(await call.answered(), MediaPolicy(("PCMA",)))
        assert isinstance(choice, MediaChoice)
        caller.rtp.start(choice)
        caller.rtp.pull = lambda: TONE
        agent = await coming
        await caller.hears_loud()
        await caller.rtp.send_digits("4")
        assert await asyncio.wait_for(agent.digits.get(), 30) == "4"
        await call.hangup()
        assert (await control_plane.fact("leg_left"))["slug"] == "completed"


async def test_a_trunk_that_wants_encryption_refuses_a_plain_call_and_carries_an_encrypted_one(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    policy = LegPolicy.model_validate({"media": {"encryption": "require"}})
    control_plane.verdict = AdmissionVerdict(verdict="accept", policy=policy)
    plain = await caller.dial(node.port)
    assert await caller.refusal(plain) == 488
    async with agent_when_called(switchboard):
        call = await caller.dial(node.port, policy=MediaPolicy(encryption="require"))
        await caller.talk(call)
        await caller.hears_loud()
        assert node.live_line(control_plane.asked[-1]["call_id"]).is_encrypted
        await call.hangup()
