"""Thousands of mutated messages: none may hurt the node, and a call is set up among them."""

from __future__ import annotations

import random

from gateway.sip.wire.sdp import MediaChoice, SdpRefusal, choose
from gateway.sip.wire.ua import IncomingCall
from tests.unit.sip_wire.peer import OFFER, Peer, a_peer_of, pick_up, tag_of, user_agent
from tests.unit.sip_wire.virtual import on_virtual_clock

MUTATIONS = 3000
SPICE = (
    b"\r\n", b"\n", b"\0", b"\xff\xfe", b";", b",", b'"', b"<", b">", b":", b"99999", b"-1", b"4294967296", b"%s%n",
    "٣".encode(), "²".encode(), b";rport=99999999", b";received=8.8.8.8", b"SIP/9.9", b"tel:+1", b"[::1]", b" ", b"\t",
    b"tag=", b"Require: 100rel\r\n", b"m=audio 99999 RTP/AVP 0\r\n", b"c=IN IP4 256.1.1.1\r\n", b"z9hG4bK",
)  # fmt: skip


def mutated(seed: bytes, chance: random.Random) -> bytes:
    raw = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(raw) + 1)
        length = chance.choice((0, 0, 1, 1, 3, 20))
        kind = chance.randrange(5)
        if kind == 0:
            del raw[at : at + length]
        elif kind == 1:
            raw[at:at] = chance.choice(SPICE)
        elif kind == 2:
            raw[at : at + length] = chance.choice(SPICE)
        elif kind == 3:
            raw[at:at] = raw[at : at + 60] * chance.randint(1, 3)
        elif raw:
            raw[at % len(raw)] = chance.randrange(256)
    return bytes(raw)


def seeds(peer: Peer) -> list[bytes]:
    digest = 'Proxy-Authorization: Digest username="a", realm="r", nonce="n", uri="sip:b", response="x"\r\n'
    unbound = {"Content_Length": ""}  # else most mutations only make the length wrong
    return [
        message.encode()
        for message in (
            peer.invite(Call_ID="fuzz@peer"),
            peer.invite(
                Call_ID="fuzz@peer", **unbound, extra=digest + "Record-Route: <sip:10.0.0.1;lr>, <sip:10.0.0.2;lr>\r\n"
            ),
            peer.request("BYE", to_tag="abc", Call_ID="fuzz@peer", **unbound),
            peer.request("CANCEL", Call_ID="fuzz@peer", **unbound),
            peer.request("OPTIONS", Call_ID="fuzz@peer", **unbound),
            peer.request("INFO", to_tag="abc", Call_ID="fuzz@peer", **unbound),
            peer.request("ACK", to_tag="abc", Call_ID="fuzz@peer", **unbound),
            f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:c@d>;tag=2\r\nCall-ID: fuzz@peer\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
        )
    ]


def take(call: IncomingCall) -> None:
    """A callee that reads all there is to read."""
    call.check_digest("a", "secret", "r")
    assert isinstance(choose(call.offer or b""), MediaChoice | SdpRefusal)
    if call.offer and isinstance(choose(call.offer), MediaChoice):
        pick_up(call)
    else:
        call.reject(488)


@on_virtual_clock
async def test_no_mutation_hurts_the_node_and_a_call_is_set_up_among_them() -> None:
    chance = random.Random(5060)
    async with user_agent(take) as agent, a_peer_of(agent) as stranger, a_peer_of(agent) as peer:
        for number in range(MUTATIONS):
            stranger.send(mutated(chance.choice(seeds(stranger)), chance))
            if number % 50 == 0:  # let the socket be read before its buffer is full
                peer.send(peer.request("OPTIONS"))
                await peer.status(200)
                stranger.forget()
        await a_whole_call(peer)
        assert agent.counters["malformed"] > 200
        assert agent.counters["refused"] > 200
        assert agent.counters.get("unreadable", 0) == 0  # validation reads all that the layers above read


async def a_whole_call(peer: Peer) -> None:
    peer.send(peer.invite())
    await peer.status(100)
    await peer.status(180)
    answer = await peer.status(200)
    peer.ack(answer)
    peer.send(peer.request("BYE", cseq=2, to_tag=tag_of(answer)))
    await peer.status(200)


def test_no_mutation_of_an_offer_raises_anything() -> None:
    chance = random.Random(4566)
    kinds = [type(choose(mutated(OFFER.encode(), chance))) for _ in range(MUTATIONS)]
    assert kinds.count(MediaChoice) > 200
    assert kinds.count(SdpRefusal) > 200
