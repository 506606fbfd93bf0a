"""A node that is full or going down says so with 503 and when to try again; the calls that are on go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import settings_for
from tests.integration.switchboard import Switchboard
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import Desk
from tests.sip.scenarios.steps import ack, answered, bye, invite, recv, refused, request, respond

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def small(switchboard: Switchboard, desk: Desk, tmp_path: Path) -> AsyncIterator[SipNode]:
    """A node of its own that takes one call."""
    settings = settings_for(switchboard, tmp_path / "small", port=0, max_calls=1)
    node = SipNode(settings, control_plane_transport=desk.transport)
    await node.start()
    yield node
    await node.stop()


IN_A_CALL = [invite(), *answered(), ack(), recv("INVITE", has=["a=sendonly"]), respond(488), recv("ACK"), *bye()]
LATER = [invite(), *refused(503, has=["Retry-After: [0-9]+"])]


async def test_call_beyond_the_limit_expect_503_with_retry_after(phones: Phones, small: SipNode) -> None:
    """Our hold is what the first call waits for, so it is on as long as we like."""
    first = await phones.call(IN_A_CALL, port=small.port)
    call = await phones.desk.call(first.call_id)
    await phones.desk.fact_of(call, "leg_answered")
    second = await phones.call(LATER, port=small.port)
    await second.done()
    assert (await phones.desk.refusal_of(second.call_id))["slug"] == "over_capacity"
    await small.live_line(call).hold()
    await first.done()
    assert (await phones.desk.end_of(first.call_id))["slug"] == "completed"
    await small.empty()
    third = await phones.call([invite(), *answered(), ack(), *bye()], port=small.port)
    await third.done()


async def test_draining_node_refuses_new_calls_and_keeps_the_old_one(phones: Phones, small: SipNode) -> None:
    first = await phones.call(IN_A_CALL, port=small.port)
    call = await phones.desk.call(first.call_id)
    await phones.desk.fact_of(call, "leg_answered")
    small.drain()
    second = await phones.call(LATER, port=small.port)
    await second.done()
    assert (await phones.desk.refusal_of(second.call_id))["slug"] == "draining"
    await small.live_line(call).hold()
    await first.done()
    assert (await phones.desk.end_of(first.call_id))["slug"] == "completed"
    await small.empty()


async def test_stopped_node_says_bye(phones: Phones, small: SipNode) -> None:
    first = await phones.call([invite(), *answered(), ack(), recv("BYE"), respond(200)], port=small.port)
    await phones.desk.fact_of(await phones.desk.call(first.call_id), "leg_answered")
    small.end_all()
    await first.done()
    assert (await phones.desk.end_of(first.call_id))["slug"] == "gateway_stopped"


async def test_options_of_a_full_node_is_answered(phones: Phones, small: SipNode) -> None:
    small.drain()
    asked = await phones.call([request("OPTIONS", 1, uri="sip:[remote_ip]", to_tag=""), recv(200)], port=small.port)
    await asked.done()
