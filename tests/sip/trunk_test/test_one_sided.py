"""A trunk whose carrier takes our number to somebody else: SIPp, which answers, says nothing, and will not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sip.scenarios.steps import recv, respond, sdp, taken_bye
from tests.sip.stack import RunningStack
from tests.sip.transfers.test_cold import Desk
from tests.sip.trunk_test import carrier
from tests.sip.trunk_test.carrier import Carrier
from tests.sip.trunk_test.test_trunk_test import tried, way_out

pytestmark = pytest.mark.timeout(400)
ANSWERS = respond(200, "[last_Record-Route:]", body=sdp(), tag="callee", again=True)
WILL_NOT_HOLD = [recv("INVITE"), respond(488, "[last_Record-Route:]", again=True), recv("ACK")]


async def test_a_call_that_ends_up_elsewhere_and_is_silent_is_told_so(
    stack: RunningStack, desk: Desk, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    ringing = respond(180, "[last_Record-Route:]", tag="callee")
    elsewhere = await desk(
        [recv("INVITE", routes=True), ringing, ANSWERS, recv("ACK"), *WILL_NOT_HOLD, *taken_bye()]
    )  # fmt: skip
    back = f"127.0.0.1:{elsewhere.port}"
    with (
        a_number("+15105550147") as number,
        Carrier(tmp_path, back, within=carrier.REFUSES_REFER) as far,
        way_out(stack, far.address) as trunk,
    ):
        test, items = await asyncio.to_thread(tried, stack, trunk, number.number)
        await elsewhere.done()
        assert items["invite_out"]["verdict"] == "works" and "rang after" in items["invite_out"]["words"]
        assert items["invite_in"]["verdict"] == "fails"
        assert "did not come to this gateway" in items["invite_in"]["words"]
        assert items["audio_in"]["verdict"] == "fails" and "no audio packet arrived" in items["audio_in"]["words"]
        assert items["hold"]["verdict"] == "fails" and "488" in items["hold"]["words"]
        assert items["refer"]["verdict"] == "fails"
        for name in ("caller_id", "audio_out", "delay", "digits_rfc4733", "digits_info", "digits_inband"):
            assert items[name]["words"] == "not measured: the call did not come back in"
        measured = test["measured"]
        assert (measured["dtmf"], measured["delay_ms"], measured["hold"]) == ([], None, False)
