"""Ten thousand mutated INVITEs and SDPs against a running node while a call talks through it."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from gateway.sip.wire.sdp import read_answer
from gateway.sip.wire.ua import CallFailed, OutgoingCall
from tests.integration.sip_node.caller import TONE, Caller
from tests.sip.scenarios.desk import UNKNOWN, Desk
from tests.sip.storms.honest import heard_call, whole_call
from tests.sip.storms.live_node import LiveNode
from tests.sip.storms.stranger import Stranger
from tests.unit.sip_wire.fuzzer import Fuzzer

pytestmark = pytest.mark.asyncio(loop_scope="session")

INVITES, OFFERS = 9000, 1000
AT_ONCE = 15  # thrown before the node is asked whether it still answers
OPEN = 15  # calls that may be on their way to a refusal meanwhile
GROWTH = 1.05


async def fuzz(stranger: Stranger, fuzzer: Fuzzer, count: int, meanwhile: asyncio.Future[Any]) -> None:
    """At least `count`, and until what happens meanwhile has happened."""
    thrown = 0
    while thrown < count or not meanwhile.done():
        for _ in range(AT_ONCE):
            stranger.throw(fuzzer.invite())
        thrown += AT_ONCE
        await stranger.seen()
        await stranger.settled(OPEN)
    await stranger.settled()


async def bend(call: OutgoingCall, fuzzer: Fuzzer, count: int) -> Counter[int]:
    """Offers bent descriptions within a call; how often each status came."""
    told: Counter[int] = Counter()
    for _ in range(count):
        try:
            await call.reinvite(fuzzer.offer())
            told[200] += 1
        except CallFailed as failed:
            told[failed.code] += 1
    return told


def settled(figures: dict[str, Any]) -> bool:
    """Every INVITE of the storm is over, and most of what had become another method: that is remembered for 32 s."""
    return figures["kept"]["invites"] == figures["kept"]["legs"] == 2 and figures["transactions"] < INVITES // 20


async def test_ten_thousand_mutations_leave_calls_and_memory_as_they_were(
    node: LiveNode, desk: Desk, callers: list[Caller]
) -> None:
    talking, bent, during = callers
    call = await heard_call(talking, node)
    victim = await heard_call(bent, node, transport="tcp")  # where its offers may be as large as they like
    before, asked = await node.figures(), len(desk.asked)
    fuzzer, told = Fuzzer(4475, UNKNOWN), Counter[int]()
    resident: list[int] = []

    async def meanwhile() -> None:
        """A call goes on, and one comes and goes."""
        await talking.hears_loud_again()
        await whole_call(during, node)
        await talking.hears_loud_again()

    with Stranger(node.port) as stranger:
        for _ in range(2):  # the first half fills what is kept for reuse
            happening = asyncio.ensure_future(meanwhile())
            await fuzz(stranger, fuzzer, INVITES // 2, happening)
            await happening
            told.update(await bend(victim, fuzzer, OFFERS // 2))
            await talking.hears_loud_again()
            resident.append((await node.until(settled, "the storm is over"))["resident"])
    after = await node.figures()
    print("resident MiB", [round(size / 2**20, 1) for size in (before["resident"], *resident)])
    print("of", stranger.sent, dict(stranger.answered), "admitted", len(desk.asked) - asked, "offers", dict(told))
    assert resident[1] < resident[0] * GROWTH

    # Nothing of this is so because the node would not listen.
    moved = {name: count - before["counters"].get(name, 0) for name, count in after["counters"].items()}
    print("counted", moved)
    assert stranger.answered.total() > stranger.sent * 0.6
    assert stranger.answered[404] > stranger.sent * 0.25  # read to the end, and judged by the control plane
    assert len(desk.asked) - asked > stranger.sent * 0.1
    assert moved["refused"] > stranger.sent * 0.1
    assert told[200] > OFFERS // 4
    assert told[488] > OFFERS // 20
    assert set(told) <= {200, 488}
    assert not any(moved.get(name) for name in ("unreadable", "overflow", "dropped", "flooded"))

    bent.rtp.close()
    answer = await bent.reinvite(victim)
    bent.rtp.start(read_answer(answer))
    bent.rtp.pull = lambda: TONE
    await bent.hears_loud_again()  # the call that was bent is whole again
    for line in (call, victim):
        await line.hangup()
    assert_as_before(before, await node.until(lambda figures: not figures["calls"], "all calls ended"))


def assert_as_before(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Without calls nothing is held, and no more tasks run than with two of them."""
    for name in ("legs", "invites", "unconfirmed", "rtp_ports"):
        assert after["kept"][name] == 0, name
    assert after["tasks"] < before["tasks"]
