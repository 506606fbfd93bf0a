"""The same storm against a node with its guard at the door: it is cut off, and an honest caller gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.stack.ports import PortAllocator
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import until
from tests.integration.switchboard import Switchboard
from tests.sip.scenarios.desk import UNKNOWN, Desk
from tests.sip.storms.honest import heard_call
from tests.sip.storms.live_node import live_node
from tests.sip.storms.stranger import Stranger
from tests.unit.sip_wire.fuzzer import Fuzzer

pytestmark = pytest.mark.asyncio(loop_scope="session")

STORM, AT_ONCE = 900, 30
TRIES = 20
ELSEWHERE = "127.0.0.2"


async def test_a_storm_is_cut_off_and_a_caller_from_another_address_gets_through(
    switchboard: Switchboard, desk: Desk, callers: list[Caller], tmp_path: Path
) -> None:
    guard, ports, fuzzer = {"GATEWAY_SIP__SCANNER_TRIES": str(TRIES)}, PortAllocator(), Fuzzer(666, UNKNOWN)
    talking, late, _ = callers
    async with live_node(switchboard, tmp_path, guard, port=ports.one()) as node:
        call = await heard_call(talking, node)
        with Stranger(node.port, ELSEWHERE) as stranger, Stranger(node.port) as honest:
            for _ in range(STORM // AT_ONCE):
                for _ in range(AT_ONCE):
                    stranger.throw(fuzzer.invite())
                await honest.seen()
            figures = await node.figures()
            second = await heard_call(late, node)
            await talking.hears_loud_again()
            await until(lambda: desk.dropped.get(ELSEWHERE), "the control plane was told")
        assert figures["silenced"] == 1
        assert figures["counters"]["dropped"] > STORM // 2
        assert TRIES <= stranger.answered.total() < STORM // 4  # it was heard until it had shown what it is
        for line in (call, second):
            await line.hangup()
        await node.until(lambda now: not now["calls"], "all calls ended")
    ports.close()
