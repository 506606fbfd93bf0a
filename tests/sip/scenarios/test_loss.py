"""Every tenth, every fifth packet lost in both directions: no call of two hundred fails (RFC 3261 §17).

A plain user agent stands for the node: what is tested is the core that both are made of, in a few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.sip.wire.sdp import write_offer
from gateway.sip.wire.ua import IncomingCall, UserAgent
from gateway.stack.ports import PortAllocator
from tests.sip.scenarios.lossy_road import LossyRoad
from tests.sip.scenarios.sipp import HOST, Sipp
from tests.sip.scenarios.steps import ack, bye, invite, recv, respond, sdp, taken_bye
from tests.unit.sip_wire.peer import sdp_for

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

# SIPp takes a repeated 200 for that of the BYE; so each says which transaction it belongs to, and the ACK has its way
# back. The hold is as long as no 200 comes again.
CALLER = [
    invite().replace("<send", '<send start_txn="call"', 1),
    '<recv response="100" response_txn="call" optional="true"/>',
    '<recv response="180" response_txn="call" optional="true"/>',
    '<recv response="200" response_txn="call" rrs="true"/>',
    '<label id="1"/>',
    ack().replace("<send", '<send ack_txn="call"', 1),
    '<recv response="200" response_txn="call" timeout="700" ontimeout="2" next="1"/>',
    '<label id="2"/>',
    bye()[0].replace("<send", '<send start_txn="end"', 1),
    '<recv response="200" response_txn="call" optional="true" next="3"/>',
    '<recv response="200" response_txn="end" next="4"/>',
    '<label id="3"/>',
    ack().replace("<send", '<send ack_txn="call"', 1),
    '<nop next="2"/>',
    '<label id="4"/>',
]
# It answers without ringing, so a lost answer makes our INVITE come again; SIPp's own repeats end the call there.
# The BYE may overtake an ACK that was lost. An ended call answers a repeated BYE for a while.
THROUGH = "Contact: <sip:callee@[local_ip]:ROAD>"
CALLEE = [
    recv("INVITE"),
    '<label id="1"/>',
    respond(200, THROUGH, body=sdp(), tag="[call_number]"),
    '<recv request="INVITE" optional="true" next="1"/>',
    recv("ACK", optional=True),
    *taken_bye(),
    '<timewait milliseconds="16000"/>',
]
CALLS, PER_SECOND = 200, 50
PATIENCE = ("-timeout", "200", "-max_invite_retrans", "7")
LOSSES = [10, 20]


@asynccontextmanager
async def user_agent(calls: list[IncomingCall]) -> AsyncIterator[UserAgent]:
    def pick_up(call: IncomingCall) -> None:
        calls.append(call)
        call.ring()
        call.answer(sdp_for(call))

    agent = UserAgent(HOST, 0, on_invite=pick_up)
    await agent.start()
    yield agent
    await agent.stop()


@pytest.mark.parametrize("loss", LOSSES)
async def test_no_call_to_us_fails(loss: int, tmp_path: Path) -> None:
    calls: list[IncomingCall] = []
    async with user_agent(calls) as agent:
        road = LossyRoad((HOST, agent.port), loss)
        target = f"{HOST}:{await road.open(HOST)}"
        sipp = Sipp(tmp_path, CALLER, target, "bob", ("-r", str(PER_SECOND), *PATIENCE), CALLS)
        try:
            await (await sipp.start()).done()
        finally:
            sipp.end()
            road.close()
        assert road.lost > 0
        assert len(calls) == CALLS  # not one of them twice
        assert agent.counters["retransmitted"] > 0
        assert not any(call.is_answered for call in calls)


@pytest.mark.parametrize("loss", LOSSES)
async def test_no_call_of_ours_fails(loss: int, tmp_path: Path) -> None:
    """A called SIPp cannot lose on its own: it takes the repeats of a lost INVITE for known. So the road loses."""
    some = asyncio.Semaphore(CALLS // 4)
    ports = PortAllocator()
    road = LossyRoad((HOST, ports.one()), loss)
    way = await road.open(HOST)
    steps = [step.replace("ROAD", str(way)) for step in CALLEE]
    async with user_agent([]) as agent:
        sipp = Sipp(tmp_path, steps, options=PATIENCE, calls=CALLS, port=road.to[1])
        await sipp.start()
        await sipp.listening()

        async def one() -> None:
            async with some:
                offer = write_offer(HOST, 40000)
                call = await agent.call(f"sip:bob@{HOST}:{way}", offer_sdp=offer, from_user="alice")
                assert b"m=audio" in await call.answered()
                await call.hangup()

        try:
            await asyncio.gather(*(one() for _ in range(CALLS)))
            await sipp.done()
        finally:
            sipp.end()
            road.close()
            ports.close()
        assert road.lost > 0
        assert agent.counters["sent_again"] > 0
