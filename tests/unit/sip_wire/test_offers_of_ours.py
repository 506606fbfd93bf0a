"""Re-INVITEs, INFO and refreshes that we send inside a call, and what happens when both sides offer at once."""

from __future__ import annotations

import asyncio

import pytest

from gateway.sip.wire.calls import CallFailed
from tests.unit.sip_wire.dialling import SDP, Dialled, connected
from tests.unit.sip_wire.peer import HOST, Callee, a_peer_of, answered, header, new_branch, tag_of, user_agent
from tests.unit.sip_wire.virtual import on_virtual_clock


def from_them(line: Dialled, method: str, cseq: int, body: str = "", extra: str = "", branch: str = "") -> str:
    """A request of the called side in the dialog of `line`."""
    request = line.peer.request(
        method, cseq=cseq, body=body, extra=extra, branch=branch, Call_ID=header(line.invite, "Call-ID")
    )
    request = request.replace(f"From: {header(request, 'From')}", f"From: <sip:bob@{HOST}>;tag=b1")
    return request.replace(f"To: {header(request, 'To')}", f"To: {header(line.invite, 'From')}")


@on_virtual_clock
async def test_our_offer_is_answered_and_acknowledged_on_an_incoming_call() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call, answer = await answered(peer, callee)
        offering = asyncio.ensure_future(call.reinvite(b"v=0\r\nours"))
        invite = await peer.next()
        assert invite.startswith("INVITE ") and invite.endswith("ours")
        assert tag_of(answer) in header(invite, "From")
        peer.answer(invite, 200, body=SDP, extra=f"Contact: <sip:new@{HOST}:{peer.port}>\r\n")
        ack = await peer.next()
        assert ack.startswith(f"ACK sip:new@{HOST}:{peer.port}")
        assert await offering == SDP.encode()
        peer.answer(invite, 200, body=SDP)
        assert (await peer.next()).startswith("ACK ")


@pytest.mark.parametrize("status", [488, 403, 500, 606])
def test_a_refused_offer_leaves_the_call_as_it_was(status: int) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with connected() as line:
            offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
            line.peer.answer(await line.next("INVITE"), status)
            await line.next("ACK")
            with pytest.raises(CallFailed) as failed:
                await offering
            assert failed.value.code == status
            assert line.call.is_answered and line.told == []

    run()


@pytest.mark.parametrize("status", [481, 408])
def test_an_offer_into_a_call_they_do_not_know_ends_it(status: int) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with connected() as line:
            offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
            line.peer.answer(await line.next("INVITE"), status)
            await line.next("ACK")
            with pytest.raises(CallFailed):
                await offering
            line.peer.answer(await line.next("BYE"), 481)
            assert line.told == ["lost"]

    run()


@on_virtual_clock
async def test_an_offer_that_is_only_ever_provisional_is_given_up() -> None:
    async with connected() as line:
        offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
        line.peer.answer(await line.next("INVITE"), 100)
        with pytest.raises(CallFailed) as failed:
            await offering
        assert failed.value.code == 408


@on_virtual_clock
async def test_offers_that_cross_are_both_refused_and_ours_comes_again_later() -> None:
    async with connected() as line:
        line.call.on_reinvite = lambda offer: b"v=0\r\n"
        offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
        ours = await line.next("INVITE")
        branch = new_branch()
        line.peer.send(from_them(line, "INVITE", 1, SDP, branch=branch))
        await line.peer.status(491)
        line.peer.send(from_them(line, "ACK", 1, branch=branch))
        line.peer.answer(ours, 491)
        await line.next("ACK")
        loop = asyncio.get_running_loop()
        refused_at = loop.time()
        line.peer.send(from_them(line, "INVITE", 2, SDP))  # they may, now that nothing of ours is open
        await line.peer.status(200)
        line.peer.send(from_them(line, "ACK", 2))
        again = await line.next("INVITE")
        assert 2.0 < loop.time() - refused_at < 4.5  # the side that made the Call-ID waits longer (RFC 3261 §14.1)
        line.peer.answer(again, 200, body=SDP)
        await line.next("ACK")
        assert await offering == SDP.encode()


@on_virtual_clock
async def test_ours_waits_while_one_of_theirs_has_no_ack() -> None:
    async with connected() as line:
        line.call.on_reinvite = lambda offer: b"v=0\r\n"
        line.peer.send(from_them(line, "INVITE", 1, SDP))
        await line.peer.status(200)
        offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
        await line.peer.status(200)  # again, and no INVITE
        line.peer.send(from_them(line, "ACK", 1))
        line.peer.answer(await line.next("INVITE"), 200, body=SDP)
        await line.next("ACK")
        await offering


@on_virtual_clock
async def test_an_update_with_an_offer_is_answered_and_one_without_refreshes() -> None:
    async with connected() as line:
        offers: list[bytes | None] = []
        line.call.on_reinvite = lambda offer: offers.append(offer) or b"v=0\r\nmine"
        line.peer.send(from_them(line, "UPDATE", 1, SDP))
        assert (await line.peer.status(200)).endswith("mine")
        line.peer.send(from_them(line, "UPDATE", 2))
        bare = await line.peer.status(200)
        assert bare.endswith("\r\n\r\n") and header(bare, "Contact")
        assert offers == [SDP.encode()]
        line.peer.send(from_them(line, "UPDATE", 2))
        await line.peer.status(500)  # a number that was used


@on_virtual_clock
async def test_a_challenge_inside_a_call_is_answered_once() -> None:
    async with connected(credentials=("ann", "secret")) as line:
        asking = asyncio.ensure_future(line.call.send_info("application/dtmf-relay", b"Signal=5\r\n"))
        challenge = 'WWW-Authenticate: Digest realm="x", nonce="n", qop="auth"\r\n'
        line.peer.answer(await line.next("INFO"), 401, extra=challenge)
        again = await line.next("INFO")
        assert header(again, "Authorization") and again.endswith("Signal=5\r\n")
        line.peer.answer(again, 401, extra=challenge)
        assert await asking == 401
        await line.peer.nothing(1.0)


@pytest.mark.parametrize("ends_it", ["they", "we"])
@pytest.mark.parametrize("method", ["INVITE", "INFO"])
def test_the_end_of_the_call_is_the_end_of_waiting_for_an_answer_to_what_we_asked(ends_it: str, method: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with connected() as line:
            asked = line.call.reinvite(b"v=0\r\n") if method == "INVITE" else line.call.send_info("text/plain", b"")
            asking = asyncio.ensure_future(asked)
            request = await line.next(method)
            begun = asyncio.get_running_loop().time()
            if ends_it == "they":
                line.peer.send(from_them(line, "BYE", 2))
                await line.peer.status(200)
            else:
                hanging_up = asyncio.ensure_future(line.call.hangup())
                line.peer.answer(await line.next("BYE"), 200)
                await hanging_up
            if method == "INVITE":
                with pytest.raises(CallFailed):
                    await asking
                line.peer.answer(request, 200, body=SDP, extra=f"Contact: <sip:bob@{HOST}:{line.peer.port}>\r\n")
                await line.next("ACK")  # which it still gets
            else:
                assert await asking == 481
            assert asyncio.get_running_loop().time() - begun < 2

    run()


@on_virtual_clock
async def test_an_offer_that_waits_for_the_end_of_theirs_is_not_made_when_the_call_ends() -> None:
    async with connected() as line:
        line.call.on_reinvite = lambda offer: b"v=0\r\n"
        line.peer.send(from_them(line, "INVITE", 2, body=SDP, extra=f"Contact: <sip:bob@{HOST}:{line.peer.port}>\r\n"))
        await line.next("SIP/2.0 200")  # and no ACK
        offering = asyncio.ensure_future(line.call.reinvite(b"v=0\r\n"))
        line.peer.send(from_them(line, "BYE", 3))
        with pytest.raises(CallFailed):
            await offering
        assert "lost" not in line.told
