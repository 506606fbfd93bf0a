"""A verdict that is still `pending` is asked for again, until it is one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.calls.admission import AdmissionVerdict

PENDING_AT_MOST_S = 4.0  # the control plane needs two for a certificate that does not come, and says so then
ASK_AGAIN_S = 0.2


async def settled_admission(ask: Callable[[], Awaitable[AdmissionVerdict | None]]) -> AdmissionVerdict | None:
    """What `ask` says in the end; None when it knows nothing, or does not come to an end."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PENDING_AT_MOST_S
    verdict = await ask()
    while verdict is not None and verdict.verdict == "pending" and loop.time() < until:
        await asyncio.sleep(ASK_AGAIN_S)
        verdict = await ask()
    return None if verdict is not None and verdict.verdict == "pending" else verdict
