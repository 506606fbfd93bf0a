"""Peers that mean harm or are broken: bad INVITEs, hostile headers, passwords, floods, and what is kept of them."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from gateway.sip.wire.calls import BadInvite
from gateway.sip.wire.ua import IncomingCall, UserAgent
from tests.unit.sip_wire.peer import (
    HOST,
    OFFER,
    Callee,
    Peer,
    a_peer_of,
    header,
    pick_up,
    ringing,
    sdp_for,
    tag_of,
    user_agent,
)
from tests.unit.sip_wire.virtual import on_virtual_clock


@on_virtual_clock
async def test_a_bad_invite_is_refused_told_about_and_is_no_call() -> None:
    callee, bad = Callee(), list[BadInvite]()
    async with user_agent(callee.take, on_malformed=bad.append) as agent, a_peer_of(agent) as peer:
        invite = peer.invite(extra="Require: teleport\r\n")
        peer.send(invite)
        peer.ack(await peer.status(420), invite)
        peer.send("INVITE sip:x SIP/2.0\r\n\r\n")
        peer.send(b"\xff" * 200)
        peer.send(peer.invite(extra="X: y\r\n" * 8000))
        await peer.nothing()
        assert callee.events == []
        assert [(b.code, b.from_user, b.to_user, b.source) for b in bad] == [(420, "alice", "bob", (HOST, peer.port))]
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


@pytest.mark.parametrize("cseq", ["36893488147419103232 INVITE", "two INVITE", "1", "INVITE", "4294967296 INVITE", ""])
def test_an_invite_whose_sequence_number_cannot_be_read_is_answered_once_with_400(cseq: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with user_agent() as agent, a_peer_of(agent) as peer:
            invite = peer.invite()
            broken = invite.replace(f"CSeq: {header(invite, 'CSeq')}\r\n", f"CSeq: {cseq}\r\n" if cseq else "")
            peer.send(broken)
            answer = await peer.status(400)
            peer.send(broken)  # the same transaction: the same answer, not a second one
            assert await peer.status(400) == answer
            assert not agent._invites

    run()


@pytest.mark.parametrize("where", ["header", "body"])
def test_an_invite_that_is_too_large_is_told_so(where: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with user_agent() as agent, a_peer_of(agent) as peer:
            much = "".join(f"X-{number}: {'x' * 5000}\r\n" for number in range(8))
            peer.send(peer.invite(extra=much) if where == "header" else peer.invite(body="v=0\r\n" + "a=x\r\n" * 8000))
            await peer.status(513)
            assert not agent._invites

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
async def test_a_hundred_reinvites_of_one_call_leave_nothing_behind() -> None:
    def take(call: IncomingCall) -> None:
        call.on_reinvite = lambda offer: sdp_for(call)
        pick_up(call)

    async with user_agent(take) as agent, a_peer_of(agent) as peer:
        peer.send(peer.invite())
        for status in (100, 180, 200):
            answer = await peer.status(status)
        peer.ack(answer)
        for cseq in range(2, 102):
            peer.send(peer.invite(cseq=cseq, to_tag=tag_of(answer)))
            await peer.status(200)
            peer.ack(answer, cseq=cseq)
        await confirmed_at(peer, answer, 102)
        assert len(agent._by_transaction) == 1  # a CANCEL of its first INVITE would still find the call
        peer.send(peer.request("BYE", cseq=103, to_tag=tag_of(answer)))
        await peer.status(200)
        await asyncio.sleep(100)
        assert nothing_is_kept(agent)


async def confirmed_at(peer: Peer, answer: str, cseq: int) -> None:
    """All that was sent before has been read."""
    peer.send(peer.request("OPTIONS", cseq=cseq, to_tag=tag_of(answer)))
    await peer.status(200)


@on_virtual_clock
async def test_what_was_counted_is_logged_once_a_minute_and_only_if_it_moved() -> None:
    lines: list[dict[str, int]] = []
    async with user_agent() as agent, a_peer_of(agent) as peer:
        agent._log_moved = lines.append  # type: ignore[method-assign]
        for _ in range(500):
            peer.send(b"garbage")
        await asyncio.sleep(600)
        assert lines == [{"malformed": 500}]
