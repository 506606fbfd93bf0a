"""`python -m tests.integration.durable.one_process URL hang|finish [WORK_ID]`: durable work in a process to kill.

Its body prints `body WORK_ID CALL_ID` and then hangs, or returns; with a WORK_ID the process begins it. It ends
when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

from gateway.durable.service import Durable
from gateway.kernel.clock import SystemClock


async def main(url: str, mode: str, *begins: str) -> None:
    async def body(work_id: str, given: dict[str, str]) -> None:
        print("body", work_id, given["call_id"], flush=True)
        if mode == "hang":
            await asyncio.Event().wait()

    durable = Durable(url, "local", SystemClock())
    durable.define("transfer", body)
    await durable.start()
    for work_id in begins:
        await durable.begin("transfer", work_id, {"call_id": "call_1"})
    await asyncio.to_thread(sys.stdin.read)
    await durable.close()
    print("closed", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
