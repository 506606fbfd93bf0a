"""Wrong keys, missing rights, busy and broken carriers, long lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from gateway.kernel.errors import NotAllowed, NotAuthenticated, Overloaded, Unavailable
from tests.carriers.bench import Bench, spec
from tests.carriers.suite.acts import NUMBER, NUMBER_TAG, QUERY, bought, owned
from trunks.carriers.port import Carrier


@pytest.mark.parametrize("asked", ["check", "search", "buy", "numbers", "trunks", "ensure_trunk"])
async def test_wrong_keys_are_called_so(asked: str, bench: Bench) -> None:
    questions: dict[str, Callable[[Carrier], Awaitable[object]]] = {
        "check": lambda carrier: carrier.check(),
        "search": lambda carrier: carrier.search(QUERY),
        "buy": lambda carrier: carrier.buy(NUMBER, NUMBER_TAG),
        "numbers": owned,
        "trunks": lambda carrier: carrier.trunks(),
        "ensure_trunk": lambda carrier: carrier.ensure_trunk(spec()),
    }
    async with bench.double.running() as elsewhere, bench.open(elsewhere, wrong_keys=True) as carrier:
        with pytest.raises(NotAuthenticated) as refused:
            await questions[asked](carrier)
    assert "key" in refused.value.detail
    assert refused.value.todo


async def test_a_right_that_the_keys_lack_is_called_so(carrier: Carrier, bench: Bench) -> None:
    bench.forbid()
    with pytest.raises(NotAllowed) as refused:
        await carrier.buy(NUMBER, NUMBER_TAG)
    assert refused.value.todo
    assert bench.sold() == []


@pytest.mark.parametrize("fault", ["busy", "broken_before", "cut", "silent"])
async def test_a_question_is_asked_again_when_it_failed(fault: str, carrier: Carrier, bench: Bench) -> None:
    bench.double.fail(fault, "GET", "", times=2)  # type: ignore[arg-type]
    await carrier.check()
    assert len(bench.double.exchanges) == 3


async def test_a_carrier_that_stays_busy_says_how_long_to_wait(carrier: Carrier, bench: Bench) -> None:
    bench.double.fail("busy", "GET", "", times=None, retry_after="120")
    with pytest.raises(Overloaded) as busy:
        await carrier.check()
    assert busy.value.headers == {"Retry-After": "120"}
    assert len(bench.double.exchanges) == 1, "it asks for two minutes, and is asked again before"


async def test_a_carrier_that_stays_broken_is_unavailable(carrier: Carrier, bench: Bench) -> None:
    bench.double.fail("broken_before", "*", "", times=None)
    with pytest.raises(Unavailable) as broken:
        await carrier.check()
    assert broken.value.todo
    assert len(bench.double.exchanges) == 4


async def test_a_purchase_is_not_pressed_upon_a_busy_carrier(carrier: Carrier, bench: Bench) -> None:
    bench.double.fail("busy", *bench.purchase)
    with pytest.raises(Overloaded):
        await carrier.buy(NUMBER, NUMBER_TAG)
    assert bench.sold() == []
    assert (await bought(carrier)).state == "done"
    assert bench.sold() == [NUMBER]


async def test_lists_go_on_over_pages(carrier: Carrier, bench: Bench) -> None:
    bench.small_pages()
    numbers = [f"+1415555{place:04}" for place in range(200, 207)]
    for number in numbers:
        bench.own(number, f"gw:contract:{number[-4:]}")
        bench.add_trunk(f"by hand {number[-4:]}")
    before = len(bench.double.exchanges)
    assert sorted([one.number async for one in carrier.numbers()]) == numbers
    assert len({one.remote_id for one in await carrier.trunks()}) == 7
    assert len(bench.double.exchanges) - before >= 6
    trunk = await carrier.ensure_trunk(spec())
    since = len(bench.double.exchanges)
    assert await carrier.ensure_trunk(spec()) == trunk
    assert bench.double.writes(since) == []
