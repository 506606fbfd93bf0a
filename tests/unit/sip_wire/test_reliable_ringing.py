"""Provisional responses that must arrive (RFC 3262), ours and theirs."""

from __future__ import annotations

import asyncio

from tests.unit.sip_wire.dialling import SDP, dialled
from tests.unit.sip_wire.peer import Callee, a_peer_of, header, sdp_for, tag_of, user_agent
from tests.unit.sip_wire.virtual import on_virtual_clock

INSISTS = "Require: 100rel\r\n"


@on_virtual_clock
async def test_our_180_is_repeated_until_its_prack() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        peer.send(peer.invite(extra=INSISTS))
        await peer.status(100)
        call = await callee.calls.get()
        call.ring()
        rings = [await peer.status(180) for _ in range(4)]
        assert len(set(rings)) == 1 and header(rings[0], "Require") == "100rel"
        rack, tag = f"RAck: {header(rings[0], 'RSeq')} 1 INVITE\r\n", tag_of(rings[0])
        peer.send(peer.request("PRACK", cseq=2, to_tag=tag, extra="RAck: 77777 1 INVITE\r\n"))
        await peer.status(481)
        peer.send(peer.request("PRACK", cseq=3, to_tag=tag, extra=rack))
        await peer.status(200)
        await peer.nothing(60)
        call.answer(sdp_for(call))
        peer.ack(await peer.status(200))
        await peer.nothing(60)
        assert callee.events == ["invite", "confirmed"]


@on_virtual_clock
async def test_without_a_prack_the_call_is_given_up_with_504() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        peer.send(peer.invite(extra=INSISTS))
        await peer.status(100)
        (await callee.calls.get()).ring()
        while "SIP/2.0 180" in (message := await peer.next()):
            pass
        assert message.startswith("SIP/2.0 504")
        assert callee.events == ["invite", "cancelled"]


@on_virtual_clock
async def test_an_answer_ends_the_repeats_though_no_prack_came() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        peer.send(peer.invite(extra=INSISTS))
        await peer.status(100)
        call = await callee.calls.get()
        call.ring()
        await peer.status(180)
        call.answer(sdp_for(call))
        peer.ack(await peer.status(200))
        await peer.nothing(60)
        assert callee.events == ["invite", "confirmed"]


@on_virtual_clock
async def test_theirs_are_acknowledged_once_each_and_in_order() -> None:
    async with dialled() as line:

        def ring(status: int, rseq: int, body: str = "") -> None:
            line.peer.answer(line.invite, status, tag="b1", body=body, extra=f"{INSISTS}RSeq: {rseq}\r\n")

        ring(183, 10, SDP)
        first = await line.next("PRACK")
        assert (header(first, "RAck"), header(first, "CSeq")) == ("10 1 INVITE", "2 PRACK")
        line.peer.answer(first, 200)
        ring(183, 10, SDP)  # again
        ring(180, 12)  # 11 is missing
        await line.peer.nothing(5)
        ring(180, 11)
        second = await line.next("PRACK")
        assert (header(second, "RAck"), header(second, "CSeq")) == ("11 1 INVITE", "3 PRACK")
        line.peer.answer(second, 200)
        assert line.told == [(183, True), (180, False)]
        ack = await line.pick_up(body="")
        assert header(ack, "CSeq") == "1 ACK"
        assert await line.call.answered() == SDP.encode()
        ending = asyncio.ensure_future(line.call.hangup())
        bye = await line.next("BYE")
        assert header(bye, "CSeq") == "4 BYE"
        line.peer.answer(bye, 200)
        await ending
