"""Thousands of mutated messages: none may hurt the node, a call is set up among them, and nothing is kept of them."""

from __future__ import annotations

import asyncio
import random

import pytest

from gateway.sip.wire.sdp import MediaChoice, SdpRefusal, choose
from gateway.sip.wire.ua import IncomingCall, UserAgent
from tests.unit.sip_wire.fuzzer import OFFER, Fuzzer
from tests.unit.sip_wire.peer import Peer, a_peer_of, pick_up, tag_of, user_agent
from tests.unit.sip_wire.virtual import on_virtual_clock

MUTATIONS = 3000


def seeds(peer: Peer) -> list[bytes]:
    digest = 'Proxy-Authorization: Digest username="a", realm="r", nonce="n", uri="sip:b", response="x"\r\n'
    fuzz = {"Call_ID": "fuzz@peer"}
    unbound = fuzz | {"Content_Length": ""}  # else most mutations only make the length wrong
    in_dialog = {"to_tag": "abc"} | unbound
    routes = "Record-Route: <sip:10.0.0.1;lr>, <sip:10.0.0.2;lr>\r\n"
    return [
        message.encode()
        for message in (
            peer.invite(**fuzz),
            peer.invite(**unbound, extra=digest + routes),
            *(peer.request(method, **in_dialog) for method in ("BYE", "INFO", "ACK")),  # type: ignore[arg-type]
            *(peer.request(method, **unbound) for method in ("CANCEL", "OPTIONS")),  # type: ignore[arg-type]
            f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:{peer.port};branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:c@d>;tag=2\r\nCall-ID: fuzz@peer\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
        )
    ]


def take(call: IncomingCall) -> None:
    """A callee that reads all there is to read, and answers what has no number of the fuzzer's."""
    call.check_digest("a", "secret", "r")
    choice = choose(call.offer or b"")
    assert isinstance(choice, MediaChoice | SdpRefusal)
    if isinstance(choice, MediaChoice) and not call.sip_call_id.startswith("fuzz-"):
        call.on_ack_timeout = lambda: call._agent.tasks.start(call.hangup(), name="bye") and None
        pick_up(call)
    else:
        call.reject(488)


@pytest.mark.parametrize(("bent", "count"), [("as bytes", MUTATIONS), ("as lines", MUTATIONS // 3)])
def test_no_mutation_hurts_the_node_a_call_is_set_up_among_them_and_nothing_is_kept(bent: str, count: int) -> None:
    @on_virtual_clock
    async def run() -> None:
        fuzzer, chance = Fuzzer(5060), random.Random(5060)
        async with user_agent(take) as agent, a_peer_of(agent) as stranger, a_peer_of(agent) as peer:
            for number in range(count):
                if bent == "as lines":
                    stranger.send(fuzzer.invite())
                else:
                    stranger.send(fuzzer.bytes_of(chance.choice(seeds(stranger))))
                if number % 50 == 0:  # let the socket be read before its buffer is full
                    peer.send(peer.request("OPTIONS"))
                    await peer.status(200)
                    stranger.forget()
            await a_whole_call(peer)
            assert agent.counters["malformed"] > count // 20
            assert agent.counters["refused"] > count // 20
            assert agent.counters.get("unreadable", 0) == 0  # validation reads all that the layers above read
            await asyncio.sleep(1000)
            assert nothing_is_kept(agent)

    run()


def nothing_is_kept(agent: UserAgent) -> bool:
    layer = agent._layer
    return not (
        len(layer._table) or layer._hops or layer._waiting or agent._legs or agent._by_transaction or agent._invites
        or agent._unconfirmed
    )  # fmt: skip


async def a_whole_call(peer: Peer) -> None:
    peer.send(peer.invite())
    await peer.status(100)
    await peer.status(180)
    answer = await peer.status(200)
    peer.ack(answer)
    peer.send(peer.request("BYE", cseq=2, to_tag=tag_of(answer)))
    await peer.status(200)


def test_no_mutation_of_an_offer_raises_anything() -> None:
    fuzzer = Fuzzer(4566)
    offers = [fuzzer.offer() for _ in range(MUTATIONS)] + [fuzzer.bytes_of(OFFER.encode()) for _ in range(MUTATIONS)]
    kinds = [type(choose(offer)) for offer in offers]
    assert kinds.count(MediaChoice) > 400
    assert kinds.count(SdpRefusal) > 400


def test_the_same_seed_is_the_same_storm() -> None:
    one, other = Fuzzer(7), Fuzzer(7)
    assert [one.invite() for _ in range(20)] == [other.invite() for _ in range(20)]
