"""`python -m bench.apply`: N numbers on three carriers, against the carriers' own rates. N=500, JSON=1."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.db import schema
from gateway.db.session import Database
from gateway.kernel.logs import quiet_logs
from tests.carriers.bench import AREA
from tests.carriers.market import Market
from tests.integration.apply.desk import ADDRESS, Desk

NUMBERS = 500


@dataclass
class Figures:
    """`at_their_rate_s`: what the requests of the slowest carrier take at the rate that it allows."""

    numbers: int
    apply_s: float
    at_their_rate_s: float
    again_s: float
    again_writes: int
    requests: dict[str, int]
    memory_at_start_mib: float
    memory_at_half_mib: float
    memory_at_end_mib: float

    @property
    def ratio(self) -> float:
        return self.apply_s / self.at_their_rate_s


async def measure(count: int, folder: Path) -> Figures:
    market = Market()
    each = -(-count // len(market.benches))
    for place, bench in enumerate(market.benches.values()):
        for number in range(each + 20):
            bench.shelve(f"+1{AREA}55{place + 1}{number:04d}")
    url = f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
    await asyncio.to_thread(schema.upgrade, url)
    database = Database(url)
    try:
        async with market.open():
            desk = Desk(database, folder, market)
            await desk.add_carriers()
            await desk.apply(_document(market, 0))
            before, memory = _requests(market), [_memory()]
            half = asyncio.ensure_future(_at_half(market, count, memory))
            began = time.monotonic()
            applied = await desk.apply(_document(market, each))
            took = time.monotonic() - began
            await half
            memory.append(_memory())
            assert applied.state == "applied", applied.problem
            asked = {kind: number - before[kind] for kind, number in _requests(market).items()}
            writes, began = market.writes(), time.monotonic()
            assert not (await desk.plan(_document(market, each))).steps
            again = time.monotonic() - began
            rates = {
                kind: bench.registered.capabilities.limits.requests_per_s for kind, bench in market.benches.items()
            }
            theirs = max(number / (rates[kind] or 1e9) for kind, number in asked.items())
            await desk.accounts.close()
            return Figures(
                each * len(market.benches), took, theirs, again, market.writes() - writes, asked, *memory
            )  # fmt: skip
    finally:
        await database.close()


def _document(market: Market, each: int) -> dict[str, Any]:
    numbers = [
        {"name": f"n-{kind}", "find": {"country": "US"}, "count": each, "trunk": kind} for kind in market.benches
    ]
    trunks = [{"name": kind, "carrier": kind, "inbound": ADDRESS, "outbound": None} for kind in market.benches]
    return {"trunks": trunks, "numbers": numbers if each else []}


async def _at_half(market: Market, count: int, memory: list[float]) -> None:
    while len(market.sold()) < count / 2:
        await asyncio.sleep(0.1)
    memory.append(_memory())


def _requests(market: Market) -> dict[str, int]:
    return {kind: len(bench.double.exchanges) for kind, bench in market.benches.items()}


def _memory() -> float:
    """MiB now; with the doubles, which keep every exchange."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    quiet_logs()
    with tempfile.TemporaryDirectory(prefix="gateway-apply-") as folder:
        found = asyncio.run(measure(int(os.environ.get("N") or NUMBERS), Path(folder)))
    for kind, number in found.requests.items():
        print(f"requests at {kind:<8}   {number}")
    print(f"memory (with the doubles, which keep every exchange)   start {found.memory_at_start_mib:.0f} MiB, "
          f"half {found.memory_at_half_mib:.0f} MiB, end {found.memory_at_end_mib:.0f} MiB")  # fmt: skip
    print(f"again, without changes  {found.again_s:.1f} s, {found.again_writes} writes")
    if os.environ.get("JSON"):
        print(json.dumps(asdict(found)))
    theirs = f"at the carriers' own rates {found.at_their_rate_s:.1f} s"
    print(f"{found.numbers} numbers in {found.apply_s:.1f} s; {theirs}: ratio {found.ratio:.2f}")
    sys.exit(0)


if __name__ == "__main__":
    main()
