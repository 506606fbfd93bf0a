"""What arrives within a call and beside it: re-INVITEs, late offers, INFO, REFER, OPTIONS."""

from __future__ import annotations

from gateway.sip.wire.calls import Refusal
from tests.unit.sip_wire.peer import (
    HOST,
    OFFER,
    Callee,
    a_peer_of,
    answered,
    confirmed,
    header,
    ringing,
    tag_of,
    user_agent,
)
from tests.unit.sip_wire.virtual import on_virtual_clock


@on_virtual_clock
async def test_a_reinvite_moves_the_call_and_its_lost_ack_is_reported() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        offers: list[bytes | None] = []
        call.on_reinvite = lambda offer: offers.append(offer) or b"v=0\r\n"
        again = peer.invite(cseq=3, to_tag=tag_of(answer), Contact=f"<sip:alice@{HOST}:{peer.port};moved>")
        peer.send(again)
        await peer.status(200)
        peer.ack(answer, cseq=3)
        await peer.nothing()
        assert offers == [OFFER.encode()]
        peer.send(peer.invite(cseq=4, to_tag=tag_of(answer)))
        for _ in range(11):
            await peer.status(200)
        await peer.nothing()
        assert callee.events == ["invite", "confirmed", "ack_timeout"]


@on_virtual_clock
async def test_a_second_reinvite_waits_and_a_refused_one_leaves_the_call_alone() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        tag = tag_of(answer)
        call.on_reinvite = lambda offer: b"v=0\r\n"
        peer.send(peer.invite(cseq=3, to_tag=tag))
        await peer.status(200)
        glare = peer.invite(cseq=4, to_tag=tag)
        peer.send(glare)
        pending = await peer.status(491)
        assert header(pending, "Retry-After")
        peer.ack(pending, glare, cseq=4)
        peer.ack(answer, cseq=3)
        call.on_reinvite = lambda offer: Refusal(488)
        refused = peer.invite(cseq=5, to_tag=tag)
        peer.send(refused)
        peer.ack(await peer.status(488), refused, cseq=5)
        peer.send(peer.request("BYE", cseq=6, to_tag=tag))
        await peer.status(200)
        await peer.nothing()
        assert callee.events == ["invite", "confirmed", "bye"]


@on_virtual_clock
async def test_a_reinvite_before_the_answer_is_500_with_a_time_to_wait() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call = await ringing(peer, callee)
        peer.send(peer.invite(cseq=2, to_tag=call.tag))
        assert header(await peer.status(500), "Retry-After")


@on_virtual_clock
async def test_an_offer_asked_for_is_answered_in_the_ack() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call = await ringing(peer, callee, peer.request("INVITE"))
        late: list[bytes] = []
        call.on_late_answer = late.append
        assert call.offer is None
        call.answer(b"v=0\r\n")
        answer = await peer.status(200)
        peer.ack(answer, body=OFFER)
        await confirmed(peer, answer)
        assert late == [OFFER.encode()]


@on_virtual_clock
async def test_info_goes_up_refer_does_not_and_unknown_dialogs_are_481() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        tag, heard = tag_of(answer), []
        call.on_info = lambda kind, body: heard.append((kind, body)) or 200
        signal = "Signal=5\r\nDuration=160\r\n"
        peer.send(peer.request("INFO", cseq=3, to_tag=tag, body=signal, Content_Type="application/dtmf-relay"))
        await peer.status(200)
        assert heard == [("application/dtmf-relay", signal.encode())]
        peer.send(peer.request("REFER", cseq=4, to_tag=tag, extra="Refer-To: <sip:x@127.0.0.1>\r\n"))
        await peer.status(403)
        peer.send(peer.request("INFO", cseq=4, to_tag=tag))
        await peer.status(500)  # its number is not higher
        for method in ("BYE", "INVITE", "INFO"):
            peer.send(peer.request(method, cseq=9, to_tag="nobody"))
            assert header(await peer.status(481), "To").count("tag=") == 1
        peer.tag = "stranger"
        peer.send(peer.request("BYE", cseq=9, to_tag=tag))
        await peer.status(481)


@on_virtual_clock
async def test_outside_a_call_options_is_200_and_refer_403() -> None:
    async with user_agent() as agent, a_peer_of(agent) as peer:
        peer.send(peer.request("OPTIONS"))
        answer = await peer.status(200)
        assert "BYE" in header(answer, "Allow")
        assert tag_of(answer)
        for method, status in (("REFER", 403), ("NOTIFY", 481), ("PUBLISH", 405)):
            peer.send(peer.request(method))
            await peer.status(status)
