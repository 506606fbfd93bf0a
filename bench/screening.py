"""Admission with long lists: how long a verdict takes with 100,000 entries and a million numbers that never call.

`python -m bench.screening` on SQLite, or on the database of GATEWAY_TEST_DATABASE_URL, which it empties:
`python -m tests.with_postgres python -m bench.screening`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path

from bench.__main__ import RESULTS
from bench.admission import provision
from bench.figures import Series, show, write
from compliance.screening.do_not_originate import DoNotOriginate
from compliance.screening.importing import import_entries
from compliance.screening.lookup import Screening
from compliance.screening.numbers import NumberLines
from gateway.calls.facts import NumbersPii
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.kernel.logs import quiet_logs
from tests.integration.calls.conftest import asked
from tests.integration.control_plane.plane import make_plane
from tests.integration.databases import empty_database
from trunks.memory_switchboard import MemorySwitchboard

CALLED = "+15105550100"
PIECE = 64 * 1024
BETWEEN_CALLS_S = 0.1


def entries(count: int, dice: random.Random) -> Iterator[str]:
    """Half numbers, the rest prefixes, ranges (narrow and wide ones, which overlap) and sources."""
    for n in range(count):
        low = dice.randrange(10**10, 2 * 10**10)
        network = ip_network((dice.randrange(1 << 32), dice.randrange(16, 33)), strict=False)
        wide = low + 10 ** dice.randrange(1, 7)
        yield (f"+{low}", f"+{low}", f"+{low}"[: dice.randrange(8, 12)] + "*", f"+{low}-+{wide}", str(network))[n % 5]


def never(count: int, dice: random.Random) -> Iterator[str]:
    return (f"+{number}" for number in dice.sample(range(10**10, 2 * 10**10), count))


async def in_pieces(lines: Iterator[str]) -> AsyncIterator[bytes]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == PIECE // 12:
            yield ("\n".join(waiting) + "\n").encode()
            waiting.clear()
    yield "\n".join(waiting).encode()


async def measure(entry_count: int, number_count: int, rounds: int) -> list[Series]:
    dice = random.Random(1)
    database_kind = "PostgreSQL" if "GATEWAY_TEST_DATABASE_URL" in os.environ else "SQLite"
    alone = Series(f"lookup, {database_kind}", aim="-")
    work = Series("lookup, processor time of ours")  # what a busy machine does not blur
    bare = Series(f"admission, empty lists, {database_kind}")
    full = Series(f"admission, long lists, {database_kind}", aim="p95 <= 10")
    taken, put = Series(f"import of {entry_count} entries", "s"), Series(f"import of {number_count} numbers", "s")
    during = Series(f"admission during an import, {database_kind}", aim="< 300 (the node's patience)")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        database = await stack.enter_async_context(empty_database(folder))
        plane = make_plane(database, MemorySwitchboard(), folder)
        await provision(plane, CALLED, screening={"rate_per_caller": 1000, "rate_per_number": 10_000})
        clock = SystemClock()

        async def verdict(series: Series) -> None:
            ani = f"+{dice.randrange(10**10, 2 * 10**10)}"
            pii = NumbersPii(ani=ani, dnis=CALLED, source_address=f"192.0.2.{dice.randrange(256)}")
            began = time.perf_counter()
            await plane.container.calls.admissions.verdict_on(asked(new_id("call"), pii=pii))
            series.add((time.perf_counter() - began) * 1000)

        for _ in range(rounds):
            await verdict(bare)
        began = time.perf_counter()
        await import_entries(database.begin, clock, in_pieces(entries(entry_count, dice)), "block")
        taken.add(time.perf_counter() - began)
        began = time.perf_counter()
        lists = DoNotOriginate(database.begin, clock)
        importing = asyncio.create_task(
            lists.import_list("bench", in_pieces(never(number_count, dice)), NumberLines(), by="bench")
        )
        while not importing.done():
            await verdict(during)
            await asyncio.sleep(BETWEEN_CALLS_S)
        await importing
        put.add(time.perf_counter() - began)
        for _ in range(rounds):
            await verdict(full)
        for _ in range(rounds):
            ani = f"+{dice.randrange(10**10, 2 * 10**10)}"
            async with database.begin() as session:
                began, busy = time.perf_counter(), time.process_time()
                await Screening(session).find(ani, "192.0.2.7", CALLED, clock.now())
                alone.add((time.perf_counter() - began) * 1000)
                work.add((time.process_time() - busy) * 1000)
        await plane.container.calls.close()
    return [bare, full, alone, work, during, taken, put]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.screening", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1000)
    asked_for = parser.parse_args()
    quiet_logs()
    found = asyncio.run(measure(asked_for.entries, asked_for.numbers, asked_for.rounds))
    show(found)
    notes = {"rounds": asked_for.rounds, "cores": os.cpu_count(), "load": os.getloadavg()}
    print(f"written to {write(found, RESULTS, notes)}")


if __name__ == "__main__":
    main()
