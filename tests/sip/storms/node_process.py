"""A SIP node as a process of its own that tells its figures: one line of JSON for each line it reads.

The node is the one that `gateway sip` runs; only the questions are added. It ends when its input does.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import Any

from gateway.kernel.logs import configure_logs
from gateway.settings import load_settings
from gateway.sip.node import SipNode


def resident_bytes() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:"))


def figures_of(node: SipNode) -> dict[str, Any]:
    """`kept`: what the SIP layers remember; all but its transactions is about calls that are on."""
    gc.collect()
    agent, layer = node._agent, node._agent._layer
    return {
        "resident": resident_bytes(),
        "tasks": len(asyncio.all_tasks()),
        "calls": node.calls,
        "silenced": node.silenced,
        "transactions": len(layer._table),
        "kept": {
            "hops": len(layer._hops),
            "waiting": len(layer._waiting),
            "legs": len(agent._legs),
            "by_transaction": len(agent._by_transaction),
            "invites": len(agent._invites),
            "unconfirmed": len(agent._unconfirmed),
            "rtp_ports": node._services.ports.in_use,
        },
        "counters": agent.counters,
        "rtp": {call_id: leg.leg.stats for call_id, leg in node._live.items() if leg.leg},
    }


async def run() -> None:
    node = SipNode(load_settings())
    await node.start()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        sys.stdout.write(json.dumps(figures_of(node)) + "\n")
        sys.stdout.flush()
    await node.stop()


if __name__ == "__main__":
    configure_logs("sip-node")
    asyncio.run(run())
