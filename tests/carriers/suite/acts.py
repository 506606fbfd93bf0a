"""What the contract does at a carrier again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.carriers.bench import AREA, FREE, Bench
from trunks.carriers.port import Carrier, NumberQuery, Order, OwnedNumber

NUMBER, NUMBER_TAG = FREE[0], "gw:contract:num_1"
QUERY = NumberQuery("US", area=AREA)
MOST_REQUESTS = 100  # of anything; a loop that comes here has lost its way


@asynccontextmanager
async def account(bench: Bench) -> AsyncIterator[Carrier]:
    async with bench.double.running() as elsewhere, bench.open(elsewhere) as carrier:
        yield carrier


async def bought(carrier: Carrier, number: str = NUMBER, tag: str = NUMBER_TAG) -> Order:
    """Until it is done: some carriers take their time."""
    order = await carrier.buy(number, tag)
    for _ in range(MOST_REQUESTS):
        if order.state != "pending":
            break
        later = await carrier.order(number, tag)
        assert later is not None
        order = later
    return order


async def owned(carrier: Carrier, number: str = NUMBER) -> OwnedNumber:
    (found,) = [one async for one in carrier.numbers() if one.number == number]
    return found
