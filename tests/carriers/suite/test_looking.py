"""An account can be looked at without changing it. This part of the contract runs against a live account too:

    export GATEWAY_LIVE_CARRIER=twilio
    export GATEWAY_LIVE_KEYS='{"account_sid": "AC…", "api_key_sid": "SK…", "api_key_secret": "…"}'
    pytest tests/carriers/suite -k live

Nothing is bought there, made or changed; every other part of the contract needs a double.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import phonenumbers
import pytest
import pytest_asyncio

from tests.carriers.bench import AREA, spec
from tests.carriers.benches import BENCHES
from tests.carriers.suite.acts import NUMBER, account
from trunks.carriers.port import Carrier, NumberQuery

LIVE = os.environ.get("GATEWAY_LIVE_CARRIER", "")


@pytest_asyncio.fixture(params=[*sorted(BENCHES), *([f"live-{LIVE}"] if LIVE else [])])
async def looked_at(request: pytest.FixtureRequest) -> AsyncIterator[Carrier]:
    """An account that is only asked, never changed."""
    opened: AbstractAsyncContextManager[Carrier]
    if request.param.startswith("live-"):
        registered = BENCHES[LIVE]().registered
        opened = registered.open(registered.keys.model_validate_json(os.environ["GATEWAY_LIVE_KEYS"]), {})
    else:
        bench = BENCHES[request.param]()
        bench.add_call(datetime.now(UTC) - timedelta(days=2), inbound=True, price="0.0085")
        opened = account(bench)
    async with opened as carrier:
        yield carrier


async def test_an_account_can_be_looked_at_without_changing_it(looked_at: Carrier) -> None:
    await looked_at.check()
    offers = await looked_at.search(NumberQuery("US", area=AREA, most=2))
    assert len(offers) <= 2
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(one.number)) for one in offers)
    assert all(one.number.startswith(f"+1{AREA}") and "voice" in one.features for one in offers)
    numbers = [one.remote_id async for one in looked_at.numbers()]
    assert len(numbers) == len(set(numbers))
    trunks = [one.remote_id for one in await looked_at.trunks()]
    assert len(trunks) == len(set(trunks))
    assert await looked_at.observe_trunk(spec(tag="gw:contract:nobody")) is None
    assert await looked_at.order(NUMBER, "gw:contract:nobody") is None
    times = [one.began_at async for one in looked_at.calls(datetime.now(UTC) - timedelta(days=3))]
    assert times == sorted(times)
    assert all(ipaddress.ip_network(source) for source in looked_at.sources())
