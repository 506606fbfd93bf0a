"""The process that dials: how long taking a contact lasts among a million, whether the rate asked for is kept, and what
memory it needs.

`python -m bench.dialling` on SQLite, or with `python -m tests.with_postgres` before it on PostgreSQL, whose database it
empties. `--contacts 1000000 --claims 3000 --rates 1,5,20 --seconds 30`. Behind it is the exchange of the storm.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bench.__main__ import RESULTS
from bench.dialler_storm.child import EnoughAgents, Line, there
from bench.dialler_storm.exchange import Exchange
from bench.dialler_storm.set_up import campaign_of
from bench.figures import Series, show, write
from compliance.privacy.hash_key import FILE, HashKey
from gateway.calls.feed import Feed
from gateway.campaigns.claiming import claim
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.models import AttemptRow
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.service import Campaigns
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.clock import SystemClock
from gateway.kernel.logs import quiet_logs
from gateway.livekit.calling import CallOut
from tests.integration.databases import empty_database

DIALLER = "bench"
HEADROOM = 3  # more may be under way than the rate needs, so that the rate alone bounds
LONGEST_CALL_S = 2.0


class TimedLine(Line):
    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.at: list[float] = []

    async def call(self, out: CallOut) -> None:
        self.at.append(time.monotonic())
        await super().call(out)


def off(at: list[float], rate: float, seconds: float) -> tuple[float, float]:
    """How many calls too many the fullest second has, and too few the emptiest: of seconds that begin with a dial."""
    inside = [moment for moment in at if moment - at[0] < seconds]
    over = max(sum(0 <= other - moment < 1 for other in inside) for moment in inside) - rate
    whole = [moment for moment in inside if moment - inside[0] <= seconds - 1]
    under = rate - min(sum(0 < other - moment <= 1 for other in inside) for moment in whole)
    return over, under


def rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def claims(database: Database, key: HashKey, campaign_id: str, count: int) -> list[Series]:
    """As `gateway.campaigns.dialler` takes them: with the gate's answer, the attempt's row and the commit."""
    following, one = Series("finding the next contact", aim="p99 <= 2"), Series("taking it, gate and commit included")
    while len(one.samples) < count:
        began = time.perf_counter()
        async with database.begin() as session:
            await Contacts(session).take_next(campaign_id, SystemClock().now())
            following.add((time.perf_counter() - began) * 1000)
            await session.rollback()
        began = time.perf_counter()
        async with database.begin() as session:
            campaign = await CampaignRepository(session).get(campaign_id, lock=True)
            found = await claim(session, key, campaign_id, terms_of(campaign), DIALLER, SystemClock().now())
        if isinstance(found, AttemptRow):
            one.add((time.perf_counter() - began) * 1000)
    return [following, one]


async def dials(database: Database, folder: Path, key: HashKey, rate: float, seconds: float) -> list[Series]:
    url = database.url if database.url.startswith("postgresql") else f"sqlite:///{folder / f'workflows-{rate:g}.db'}"
    clock = SystemClock()
    exchange = Exchange(database, folder, random.Random(1), chance=0)
    durable = Durable(url, f"{DIALLER}-{rate:g}", clock)
    line = TimedLine(await exchange.open())
    campaigns = Campaigns(
        database.begin, clock, Feed(), EnoughAgents(), durable, key, line, there, f"{DIALLER}-{rate:g}"
    )  # fmt: skip
    at_once = max(10, int(rate * LONGEST_CALL_S * HEADROOM))
    await campaign_of(database, key, int(rate * seconds * 1.3), calls_per_s=rate, at_once=at_once)
    await durable.start()
    await campaigns.start()
    try:
        async with asyncio.timeout(seconds * 10):
            half = 0.0
            while not line.at or line.at[-1] - line.at[0] < seconds:
                await asyncio.sleep(0.1)
                if not half and line.at and line.at[-1] - line.at[0] > seconds / 2:
                    half = rss_mib()
    finally:
        await campaigns.close()
        await durable.close()
        await exchange.close()
    over, under = (Series(f"{what} at {rate:g} calls/s", "calls in a second", aim="<= 1") for what in ("over", "under"))
    for series, figure in zip((over, under), off(line.at, rate, seconds), strict=True):
        series.add(figure)
    grown = Series(f"memory grown in the second half of {len(line.at)} dials", "MiB")
    grown.add(rss_mib() - half)
    return [over, under, grown]


async def measure(asked_for: argparse.Namespace) -> list[Series]:
    found: list[Series] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        key = HashKey(folder / FILE)
        for rate in (float(one) for one in asked_for.rates.split(",")):
            print(f"{rate:g} calls a second for {asked_for.seconds} s", file=sys.stderr)
            (of_rate := folder / f"{rate:g}").mkdir()
            async with empty_database(of_rate) as database:
                found += await dials(database, of_rate, key, rate, asked_for.seconds)
        print(f"{asked_for.claims} of {asked_for.contacts} contacts taken", file=sys.stderr)
        async with empty_database(folder) as database:
            campaign_id = await campaign_of(database, key, asked_for.contacts)
            before = rss_mib()
            found += await claims(database, key, campaign_id, asked_for.claims)
            grown = Series(f"memory grown by taking {asked_for.claims}", "MiB")
            grown.add(rss_mib() - before)
            found.append(grown)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.dialling", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--claims", type=int, default=3000)
    parser.add_argument("--rates", default="1,5,20")
    parser.add_argument("--seconds", type=float, default=30)
    asked_for = parser.parse_args()
    quiet_logs()
    found = asyncio.run(measure(asked_for))
    show(found)
    notes = {**vars(asked_for), "cores": os.cpu_count(), "load": os.getloadavg()}
    print(f"written to {write(found, RESULTS, notes)}")


if __name__ == "__main__":
    main()
