"""Calls that come in: a peer of plain strings on one side, a UserAgent on the other, hours in milliseconds."""

from __future__ import annotations

import asyncio

from tests.unit.sip_wire.peer import (
    HOST,
    Callee,
    a_peer_of,
    answered,
    header,
    new_branch,
    ringing,
    sdp_for,
    status_of,
    tag_of,
    user_agent,
)
from tests.unit.sip_wire.virtual import on_virtual_clock


@on_virtual_clock
async def test_a_call_is_answered_talked_on_and_ended_by_the_caller() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        assert (call.from_uri.user, call.request_uri.user, call.transport) == ("alice", "bob", "udp")
        assert call.source == (HOST, peer.port)
        assert "m=audio 41000 RTP/AVP 0 96" in answer
        assert "INVITE" in header(answer, "Allow")
        peer.send(peer.request("BYE", cseq=3, to_tag=tag_of(answer)))
        await peer.status(200)
        await peer.nothing()
        assert callee.events == ["invite", "confirmed", "bye"]


@on_virtual_clock
async def test_we_hang_up_with_a_bye_that_is_repeated_until_it_is_answered() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        ending = asyncio.ensure_future(call.hangup())
        bye, again = await peer.next(), await peer.next()
        assert bye == again
        assert bye.startswith(f"BYE sip:alice@{HOST}:{peer.port} SIP/2.0\r\n")
        assert header(bye, "From") == header(answer, "To")
        assert header(bye, "To") == header(answer, "From")
        peer.answer(bye, 200)
        await ending
        await peer.nothing()


@on_virtual_clock
async def test_a_repeated_invite_is_one_call_and_gets_the_last_response_again() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        invite = peer.invite()
        call = await ringing(peer, callee, invite)
        peer.send(invite)
        await peer.status(180)
        call.reject(486)
        busy = await peer.status(486)
        peer.send(invite)
        await peer.status(486)
        peer.ack(busy, invite)
        await peer.nothing()
        assert callee.events == ["invite"]
        assert agent.counters["retransmitted"] == 2


@on_virtual_clock
async def test_the_same_invite_on_another_path_is_482() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        await ringing(peer, callee)
        peer.send(peer.invite())  # another branch
        await peer.status(482)
        assert callee.events == ["invite"]


@on_virtual_clock
async def test_an_answer_without_ack_is_repeated_and_then_reported() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call = await ringing(peer, callee)
        call.answer(sdp_for(call))
        repeated = [await peer.status(200) for _ in range(11)]
        assert len(set(repeated)) == 1
        await peer.nothing()
        assert callee.events == ["invite", "ack_timeout"]
        ending = asyncio.ensure_future(call.hangup())
        peer.answer(await peer.next(), 481)
        await ending


@on_virtual_clock
async def test_an_ack_with_the_branch_of_its_invite_confirms_as_well() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        invite = peer.invite()
        call = await ringing(peer, callee, invite)
        call.answer(sdp_for(call))
        peer.ack(await peer.status(200), invite)
        await peer.nothing()
        assert callee.events == ["invite", "confirmed"]


@on_virtual_clock
async def test_a_cancel_ends_the_call_with_487() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        branch = new_branch()
        invite = peer.invite(branch=branch)
        await ringing(peer, callee, invite)
        peer.send(peer.request("CANCEL", branch=branch))
        assert header(await peer.status(200), "CSeq") == "1 CANCEL"
        over = await peer.status(487)
        assert header(over, "CSeq") == "1 INVITE"
        peer.ack(over, invite)
        await peer.nothing()
        assert callee.events == ["invite", "cancelled"]


@on_virtual_clock
async def test_a_cancel_that_crosses_the_answer_changes_nothing() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        branch = new_branch()
        call = await ringing(peer, callee, peer.invite(branch=branch))
        call.answer(sdp_for(call))
        answer = await peer.status(200)
        peer.send(peer.request("CANCEL", branch=branch))
        await peer.status(200)
        peer.ack(answer)
        peer.send(peer.request("BYE", cseq=2, to_tag=tag_of(answer)))
        await peer.status(200)
        assert callee.events == ["invite", "confirmed", "bye"]


@on_virtual_clock
async def test_a_cancel_for_nothing_is_481() -> None:
    async with user_agent() as agent, a_peer_of(agent) as peer:
        peer.send(peer.request("CANCEL"))
        await peer.status(481)


@on_virtual_clock
async def test_a_bye_before_the_answer_ends_the_call_with_487() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call = await ringing(peer, callee)
        peer.send(peer.request("BYE", cseq=2, to_tag=call.tag))
        assert header(await peer.status(200), "CSeq") == "2 BYE"
        await peer.status(487)
        assert callee.events == ["invite", "cancelled"]


@on_virtual_clock
async def test_an_invite_that_nobody_answers_is_ended_for_the_caller() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        await ringing(peer, callee)
        assert status_of(await peer.next(within=300)) == 480
        assert callee.events == ["invite", "cancelled"]
