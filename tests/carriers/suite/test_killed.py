"""Whatever is done at a carrier can be stopped at any request, or arrive twice: done again, the end is the same."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable

import pytest

from gateway.kernel.errors import Conflict, GatewayError, Unavailable
from tests.carriers.bench import Bench, Make, spec
from tests.carriers.suite.acts import MOST_REQUESTS, NUMBER, account, bought, owned
from trunks.carriers.port import Carrier


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("what", ["make", "repair", "change", "delete", "buy", "assign"])
async def test_whoever_is_killed_at_any_request_ends_with_the_same_after_another_try(
    what: str, acted: bool, make: Make
) -> None:
    wanted = await pieces_after(make(), what)
    for request in range(1, MOST_REQUESTS):
        bench = make()
        async with account(bench) as carrier:
            act = await prepared(what, bench, carrier)
            bench.double.ends_at(request, acted=acted)
            try:
                await act()
            except GatewayError as error:
                assert isinstance(error, Unavailable), f"killed at request {request}: {error}"
            killed = bench.double.heal()
            await act()
            assert (sorted(bench.pieces()), bench.sold(), bench.assigned(NUMBER)) == wanted, (
                f"killed at request {request}"
            )
            since = len(bench.double.exchanges)
            await act()
            assert bench.double.writes(since) == [] or what == "delete", f"killed at request {request}"
        if not killed:
            assert request > 1
            return
    pytest.fail("it never came to an end")


async def pieces_after(bench: Bench, what: str) -> tuple[list[str], list[str], bool]:
    async with account(bench) as carrier:
        act = await prepared(what, bench, carrier)
        await act()
        return sorted(bench.pieces()), bench.sold(), bench.assigned(NUMBER)


async def prepared(what: str, bench: Bench, carrier: Carrier) -> Callable[[], Awaitable[object]]:
    """What is to be done again and again, after all that comes before it."""
    if what == "make":
        return lambda: carrier.ensure_trunk(spec())
    if what == "buy":
        return lambda: bought(carrier)
    trunk = await carrier.ensure_trunk(spec())
    if what == "repair":
        for spoiled in bench.spoiled():
            if spoiled.name == "another let in" or spoiled.field in ("name", "targets"):
                spoiled.do()
        return lambda: carrier.ensure_trunk(spec())
    if what == "change":
        changed = spec(
            username="gateway2", password="Another horse 8 battery", sources=("203.0.113.0/29",), refer=False
        )
        return lambda: carrier.ensure_trunk(changed)
    if what == "delete":
        return lambda: carrier.delete_trunk(trunk)
    await bought(carrier)
    number = await owned(carrier)
    return lambda: carrier.assign(number, trunk, spec())


async def test_what_arrives_twice_is_there_once_after_another_try(make: Make) -> None:
    """Only what the carrier itself cannot tell apart may be left, and then it is a conflict that names a next step."""
    bench = make()
    async with account(bench) as carrier:
        await carrier.ensure_trunk(spec())
        wanted = sorted(bench.pieces())
        contract = bench.double.contract
        places = {(one.method, contract.template(one)) for one in bench.double.writes()}
    assert places
    for method, place in sorted(places):
        bench = make()
        async with account(bench) as carrier:
            bench.double.fail("twice", method, re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(place)) + "$")
            with contextlib.suppress(GatewayError):
                await carrier.ensure_trunk(spec())
            bench.double.heal()
            try:
                repaired = await carrier.ensure_trunk(spec())
            except Conflict as twice:
                assert twice.todo, place
            else:
                assert (sorted(bench.pieces()), repaired.differs) == (wanted, ()), place
