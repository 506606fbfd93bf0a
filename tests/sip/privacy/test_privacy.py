"""A call with the local agent: nobody else got anything of it, and once erased its words are gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gateway.phone.phone import Phone
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack

GREETING = "demo agent"


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield phone
    finally:
        ports.close()


async def test_a_call_with_the_local_agent_leaves_the_house_for_nobody_and_is_erased(
    stack: RunningStack, phone: Phone, a_number: Callable[..., Any]
) -> None:
    async def listen() -> None:
        await asyncio.to_thread(stack.was_told, phone.sip_call_id, GREETING)

    with a_number("+15105550193") as number:
        await phone.talk(stack.uri(number.number), listen)
        call = (await asyncio.to_thread(stack.ended_call, phone.sip_call_id))["id"]
        said = await asyncio.to_thread(
            stack.until, lambda: stack.get(f"/v1/calls/{call}/transcript")["data"], "what the agent said"
        )
        egress = stack.get(f"/v1/privacy/egress/{call}")
        report = stack.post("/v1/privacy/erasures", {"call_id": call})
        left = stack.get(f"/v1/calls/{call}/transcript")["data"]
        shown = stack.get(f"/v1/calls/{call}")

    assert said
    assert egress["known"] and egress["receivers"] == [] and len(egress["carriers"]) == 1
    assert next(one["erased"] for one in report["places"] if one["place"] == "calls") > 0
    assert left == []
    assert set(shown["pii"].values()) == {""} and shown["termination"]["slug"] == "completed"
