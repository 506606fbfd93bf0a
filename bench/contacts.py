"""A long file of contacts into a campaign: how long it takes, and how much memory.

`python -m bench.contacts --rows 1000000` on SQLite, or on the database of GATEWAY_TEST_DATABASE_URL, which it empties:
`python -m tests.with_postgres python -m bench.contacts`. One row in a hundred is bad, one in a hundred repeated;
numbers are of many countries, most with +, some as Americans write them.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from compliance.privacy.hash_key import FILE, HashKey
from gateway.campaigns.importing.file import Wanted
from gateway.campaigns.importing.parsing import WORKERS
from gateway.campaigns.importing.run import ContactImports
from gateway.campaigns.models import CampaignRow, ImportRow
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.kernel.logs import quiet_logs
from tests.integration.databases import empty_database

PIECE = 64 * 1024
LOOK_S = 1.0
# beginning and how many digits follow; all that begin so are assigned
PLANS = (
    ("+1510", 7), ("+1614", 7), ("+1212", 7), ("+4478", 8), ("+4479", 8), ("+4917", 8), ("+336", 8), ("+34612", 6),
    ("+3932", 8), ("+55119", 8), ("+9198", 8), ("+6141", 7),
)  # fmt: skip
BAD = ("", "1.5105551234E+10", "n/a", "+1510555", "5105551234 / 5105551235", "+999123456789")


def lines(rows: int, dice: random.Random) -> Iterator[str]:
    yield "phone,id,first_name,last_name,city,note\n"
    before = ""
    for n in range(rows):
        kind = n % 100
        number = before if kind == 17 else BAD[n // 100 % len(BAD)] if kind == 42 else _number(n, dice)
        before = number if kind not in (17, 42) else before
        note = '"said ""later"",\nsee file"' if kind == 7 else "=SUM(A1)" if kind == 8 else "prefers the morning"
        yield f'"{number}",c{n},Ana,Müller,Springfield,{note}\n'


def _number(n: int, dice: random.Random) -> str:
    """Each another one: the last digits count up."""
    if n % 5 == 0:  # as Americans write them
        return f"({dice.choice(('213', '305', '415', '617'))}) {200 + n // 10_000 % 700}-{n % 10_000:04}"
    start, digits = PLANS[n % len(PLANS)]
    if start.startswith("+1"):
        return f"{start}{2 + n // 100_000 % 8}{n % 10**6:06}"
    return f"{start}{n % 10**digits:0{digits}}"


async def pieces(rows: int) -> AsyncIterator[bytes]:
    waiting = bytearray()
    for line in lines(rows, random.Random(1)):
        waiting += line.encode()
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


async def measure(rows: int, folder: Path) -> tuple[ImportRow, float]:
    async with empty_database(folder) as database:
        clock, campaign = SystemClock(), new_id("cmp")
        async with database.begin() as session:
            now = clock.now()
            session.add(
                CampaignRow(id=campaign, name="bench", state="draft", why="", terms={}, created_at=now, updated_at=now)
            )
        imports = ContactImports(database, clock, HashKey(folder / FILE))
        began = time.monotonic()
        running = asyncio.create_task(imports.run(campaign, pieces(rows), Wanted(country="US"), by="bench"))
        while not running.done():
            await asyncio.wait([running], timeout=LOOK_S)
            await _tell(database, rows)
        print(file=sys.stderr)
        return await running, time.monotonic() - began


async def _tell(database: Database, rows: int) -> None:
    async with database.engine.connect() as connection:
        done = (await connection.exec_driver_sql("SELECT rows FROM campaign_imports")).scalar_one()
    print(f"\r{done:>11,} of {rows:,} rows", end="", file=sys.stderr, flush=True)


def peak_mib() -> int:
    """Of this process, and of the processes that read the file as though each had been as large as the largest."""
    ours, theirs = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (ours + WORKERS * theirs) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.contacts", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    quiet_logs()
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        row, took = asyncio.run(measure(asked.rows, Path(folder)))
    assert row.state == "done" and row.rows == asked.rows == row.added + row.repeated + row.rejected, row.why
    print(
        f"contacts: {row.rows:,} rows in {took:.1f} s ({row.rows / took:,.0f}/s), {row.repeated:,} repeated, "
        f"{row.rejected:,} rejected, peak memory {peak_mib()} MiB"
    )


if __name__ == "__main__":
    main()
