"""Calls that come in: a peer of plain strings on one side, a UserAgent on the other, hours in milliseconds."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from gateway.sip.wire.calls import BadInvite, Refusal
from gateway.sip.wire.ua import IncomingCall, UserAgent
from tests.unit.sip_wire.peer import (
    HOST,
    OFFER,
    Callee,
    Peer,
    a_peer_of,
    header,
    new_branch,
    pick_up,
    sdp_for,
    status_of,
    tag_of,
    user_agent,
)
from tests.unit.sip_wire.virtual import on_virtual_clock


async def ringing(peer: Peer, callee: Callee, invite: str = "") -> IncomingCall:
    peer.send(invite or peer.invite())
    await peer.status(100)
    call = await callee.calls.get()
    call.ring()
    await peer.status(180)
    return call


async def answered(peer: Peer, callee: Callee, invite: str = "") -> tuple[IncomingCall, str]:
    call = await ringing(peer, callee, invite)
    call.answer(sdp_for(call))
    answer = await peer.status(200)
    peer.ack(answer)
    await confirmed(peer, answer)
    return call, answer


async def confirmed(peer: Peer, answer: str) -> None:
    """The ACK was read: whatever was sent after it has been answered."""
    peer.send(peer.request("OPTIONS", cseq=2, to_tag=tag_of(answer)))
    await peer.status(200)


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


@on_virtual_clock
async def test_a_bad_invite_is_refused_told_about_and_is_no_call() -> None:
    callee, bad = Callee(), list[BadInvite]()
    async with user_agent(callee.take, on_malformed=bad.append) as agent, a_peer_of(agent) as peer:
        invite = peer.invite(Max_Forwards="0")
        peer.send(invite)
        peer.ack(await peer.status(483), invite)
        peer.send("INVITE sip:x SIP/2.0\r\n\r\n")
        peer.send(b"\xff" * 200)
        peer.send(peer.invite(extra="X: y\r\n" * 8000))
        await peer.nothing()
        assert callee.events == []
        assert [(b.code, b.from_user, b.to_user, b.source) for b in bad] == [(483, "alice", "bob", (HOST, peer.port))]
        assert agent.counters["malformed"] == 3


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bKa;rport=99999",
        "SIP/2.0/UDP 127.0.0.1:0;branch=z9hG4bKa;received=8.8.8.8;rport=53",
        "SIP/2.0/UDP host.invalid;branch=z9hG4bKa;maddr=8.8.8.8",
        "SIP/2.0/UDP [::ffff:99999];branch=z9hG4bKa;received=a\\0b",
        "SIP/2.0/TCP 10.0.0.1:4;branch=z9hG4bKa",
    ],
)
def test_a_hostile_via_is_answered_to_where_it_came_from(via: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with user_agent() as agent, a_peer_of(agent) as peer:
            peer.send(peer.invite(Via=via))
            await peer.status(100)
            peer.send(peer.request("OPTIONS"))
            await peer.status(180)
            await peer.status(200)

    run()


@on_virtual_clock
async def test_hostile_contacts_and_media_ports_do_not_close_the_socket() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        invite = peer.invite(Contact="<sip:a@224.0.0.1:1>", body=OFFER.replace("40000", "99999"))
        call = await ringing(peer, callee, invite)
        call.answer(b"v=0\r\n")
        peer.ack(await peer.status(200))
        ending = asyncio.ensure_future(call.hangup())
        bye = await peer.next()  # not to the multicast address
        assert bye.startswith("BYE sip:a@224.0.0.1:1")
        peer.answer(bye, 200)
        await ending


@on_virtual_clock
async def test_both_hops_of_a_record_route_are_echoed_and_followed() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer, a_peer_of(agent) as proxy:
        routes = f"Record-Route: <sip:{HOST}:{proxy.port};lr>\r\nRecord-Route: <sip:10.9.9.9;lr>\r\n"
        call = await ringing(peer, callee, peer.invite(extra=routes))
        call.answer(sdp_for(call))
        answer = await peer.status(200)
        assert routes in answer
        peer.ack(answer)
        ending = asyncio.ensure_future(call.hangup())
        bye = await proxy.next()
        assert f"Route: <sip:{HOST}:{proxy.port};lr>\r\nRoute: <sip:10.9.9.9;lr>\r\n" in bye
        proxy.answer(bye, 200)
        await ending


@on_virtual_clock
async def test_a_password_is_asked_for_once_and_a_replay_is_not_let_in() -> None:
    outcomes: list[str] = []

    def gate(call: IncomingCall) -> None:
        outcomes.append(call.check_digest("trunk", "s3cret", "gw"))
        if outcomes[-1] == "ok":
            pick_up(call)
        elif outcomes[-1] == "wrong":
            call.reject(403)
        else:
            call.challenge("gw", stale=outcomes[-1] == "stale")

    async with user_agent(gate) as agent, a_peer_of(agent) as peer:
        invite = peer.invite()
        peer.send(invite)
        await peer.status(100)
        asked = await peer.status(407)
        peer.ack(asked, invite)
        credentials = credentials_line(header(asked, "Proxy-Authenticate"), "trunk", "s3cret")
        peer.send(peer.invite(cseq=2, extra=credentials))
        for status in (100, 180, 200):
            await peer.status(status)
        peer.call_id = "another"
        peer.send(peer.invite(extra=credentials))
        await peer.status(100)
        assert "stale=true" in await peer.status(407, 200)
        wrong = credentials_line(header(asked, "Proxy-Authenticate"), "trunk", "guess")
        peer.call_id = "third"
        peer.send(peer.invite(extra=wrong))
        assert "wrong" not in outcomes
        await asyncio.sleep(0.1)
        assert outcomes == ["missing", "ok", "stale", "wrong"]


def credentials_line(challenge: str, user: str, password: str) -> str:
    nonce = challenge.split('nonce="')[1].split('"')[0]

    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    response = h(f"{h(f'{user}:gw:{password}')}:{nonce}:00000001:c:auth:{h('INVITE:sip:x')}")
    return (
        f'Proxy-Authorization: Digest username="{user}", realm="gw", nonce="{nonce}", uri="sip:x", qop=auth, '
        f'nc=00000001, cnonce="c", response="{response}"\r\n'
    )


@on_virtual_clock
async def test_a_flood_of_invites_without_ack_is_bounded_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.sip.wire.ua.MOST_UNCONFIRMED", 20)

    def take(call: IncomingCall) -> None:
        call.on_ack_timeout = lambda: agent.tasks.start(call.hangup(), name="bye") and None
        pick_up(call)

    async with user_agent(take) as agent, a_peer_of(agent) as stranger, a_peer_of(agent) as peer:
        for number in range(100):
            stranger.call_id = f"flood{number}"
            stranger.send(stranger.invite())
        peer.send(peer.invite())
        assert header(await peer.status(503), "Retry-After")
        await asyncio.sleep(400)
        assert agent.counters["flooded"] == 81
        assert nothing_is_kept(agent)
        peer.call_id = "after"
        peer.forget()
        peer.send(peer.invite())
        await peer.status(100)
        await peer.status(180)


def nothing_is_kept(agent: UserAgent) -> bool:
    layer = agent._layer
    return not (
        len(layer._table) or layer._hops or layer._waiting or agent._legs or agent._by_transaction or agent._invites
        or agent._unconfirmed
    )  # fmt: skip


@on_virtual_clock
async def test_two_hundred_calls_leave_nothing_behind() -> None:
    async with user_agent() as agent, a_peer_of(agent) as peer:
        for number in range(200):
            peer.call_id = f"call{number}"
            peer.send(peer.invite())
            await peer.status(100)
            await peer.status(180)
            answer = await peer.status(200)
            peer.ack(answer)
            peer.send(peer.request("BYE", cseq=2, to_tag=tag_of(answer)))
            await peer.status(200)
        await asyncio.sleep(100)
        assert nothing_is_kept(agent)


@on_virtual_clock
async def test_what_was_counted_is_logged_once_a_minute_and_only_if_it_moved() -> None:
    lines: list[dict[str, int]] = []
    async with user_agent() as agent, a_peer_of(agent) as peer:
        agent._log_moved = lines.append  # type: ignore[method-assign]
        for _ in range(500):
            peer.send(b"garbage")
        await asyncio.sleep(600)
        assert lines == [{"malformed": 500}]
