"""An honest caller among the storms: it dials, waits and dials again when it is asked to, and is heard."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.sip.wire.ua import CallFailed, OutgoingCall
from tests.integration.sip_node.caller import Caller
from tests.sip.storms.live_node import PATIENCE_S, LiveNode


async def heard_call(caller: Caller, node: LiveNode, **options: Any) -> OutgoingCall:
    """A call that hears itself from its room. A 503 (this machine may be busy elsewhere) is tried again."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        call = await caller.dial(node.port, **options)
        try:
            await caller.talk(call)
            break
        except CallFailed as refused:
            caller.rtp.close()
            if refused.code != 503 or asyncio.get_running_loop().time() > deadline:
                raise
    await caller.hears_loud_again()
    return call


async def whole_call(caller: Caller, node: LiveNode) -> None:
    """Set up, heard and ended."""
    call = await heard_call(caller, node)
    await call.hangup()
    caller.rtp.close()
