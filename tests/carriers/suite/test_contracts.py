"""A contract is worth what it refuses: each field of what was really said, dropped, renamed or retyped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.kernel.errors import Conflict, NotAuthenticated
from tests.carriers.bench import AREA, FREE, Bench, Make, spec
from tests.carriers.contract import Broken
from tests.carriers.exchange import Exchange
from tests.carriers.mutations import wrong_answers, wrong_requests
from trunks.carriers.port import NumberQuery

TAG = "gw:contract:num_1"


async def recorded(bench: Bench) -> list[Exchange]:
    """All that is said on the way from an empty account to a ringing number and back; each kind once."""
    began = datetime(2026, 11, 22, tzinfo=UTC)
    bench.add_call(began, inbound=True, price="0.0085")
    async with bench.double.running() as elsewhere, bench.open(elsewhere) as carrier:
        await carrier.check()
        await carrier.search(NumberQuery("US", area=AREA))
        await carrier.search(NumberQuery("US", area=AREA, contains="0101"))
        bench.ask_papers(FREE[1])
        await carrier.buy(FREE[1], TAG)
        bench.file_papers(looks=0)
        while (await carrier.buy(FREE[1], TAG)).state != "done":
            pass
        bench.taken(FREE[2])
        with pytest.raises(Conflict):
            await carrier.buy(FREE[2], TAG)
        trunk = await carrier.ensure_trunk(spec())
        for spoiled in bench.spoiled():
            if spoiled.field in ("name", "targets"):
                spoiled.do()
        await carrier.ensure_trunk(spec())
        changed = spec(username="gateway2", password="Another horse 8 battery", sources=("203.0.113.0/29",))
        await carrier.ensure_trunk(changed)
        await carrier.ensure_trunk(spec(username="gateway2", password="Third horse 7 battery"))
        (number,) = [one async for one in carrier.numbers()]
        await carrier.tag_number(number, "gw:contract:num_2")
        await carrier.assign(number, trunk, spec())
        (number,) = [one async for one in carrier.numbers()]
        assert [one async for one in carrier.calls(began - timedelta(hours=1))]
        await carrier.unassign(number)
        await carrier.release(number)
        await carrier.delete_trunk(trunk)
        await carrier.ensure_trunk(spec(username="", password="", sources=()))
    kinds = {(one.method, bench.double.contract.template(one), one.status): one for one in bench.double.exchanges}
    # the longest says the most
    for one in bench.double.exchanges:
        kind = (one.method, bench.double.contract.template(one), one.status)
        if len(one.answer) + len(one.body) > len(kinds[kind].answer) + len(kinds[kind].body):
            kinds[kind] = one
    return list(kinds.values())


async def test_every_wrong_field_is_refused(make: Make) -> None:
    bench = make()
    ours = bench.double.contract.ours
    let_pass: list[str] = []
    tried = 0
    for exchange in await recorded(bench):
        assert ours.problems(exchange) == []
        answers = [(what, ours.wrong_in_answer(wrong)) for what, wrong in wrong_answers(exchange)]
        requests = wrong_requests(exchange, ours.required(exchange))
        seen = answers + [(what, ours.wrong_in_request(wrong)) for what, wrong in requests]
        tried += len(seen)
        let_pass += [f"{exchange.method} {exchange.path}: {what}" for what, problems in seen if not problems]
    assert let_pass == []
    assert tried > 300


async def test_what_is_not_described_is_refused(make: Make) -> None:
    bench = make()
    ours = bench.double.contract.ours
    for exchange in await recorded(bench):
        elsewhere = Exchange(**{**vars(exchange), "url": f"{exchange.host}/nowhere"})
        assert ours.problems(elsewhere)
        assert ours.problems(Exchange(**{**vars(exchange), "status": 418})), "a status that is not declared"
        assert ours.problems(Exchange(**{**vars(exchange), "answer": b"{}"})), "an empty answer"
        assert ours.problems(exchange.with_query({**dict(exchange.query), "Bogus": "1"}))


async def test_a_double_whose_contract_is_broken_fails_its_test(make: Make) -> None:
    bench = make()
    with pytest.raises(Broken):
        async with bench.double.running() as elsewhere, bench.open(elsewhere, wrong_keys=True) as carrier:
            with pytest.raises(NotAuthenticated):
                await carrier.check()
            (asked,) = bench.double.exchanges
            bench.double.exchanges.append(asked.with_answered({"message": "no code"}))
