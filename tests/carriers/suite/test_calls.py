"""What a carrier tells of calls: its records, and signed webhooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.kernel.errors import NotAuthenticated
from tests.carriers.bench import Bench
from trunks.carriers.port import Carrier


async def test_calls_come_the_oldest_first_with_a_price_once_there_is_one(carrier: Carrier, bench: Bench) -> None:
    since = datetime(2026, 11, 20, 6, tzinfo=UTC)
    bench.small_pages()
    hours = [50, 4, 31, 1, 30, 3, 2]  # after `since`, in no order
    for place, hour in enumerate(hours):
        bench.add_call(since + timedelta(hours=hour), inbound=place % 2 == 0, price="0.0085" if place else None)
    bench.add_call(since - timedelta(seconds=1), inbound=True, price="1")
    calls = [one async for one in carrier.calls(since)]
    assert [(one.began_at - since) // timedelta(hours=1) for one in calls] == sorted(hours)
    by_hour = {(one.began_at - since) // timedelta(hours=1): one for one in calls}
    assert (by_hour[50].direction, by_hour[1].direction) == ("inbound", "outbound")
    assert by_hour[50].price is None
    paid = by_hour[1].price
    assert paid is not None
    assert (str(paid.amount), paid.currency) == ("0.0085", "USD")
    assert {one.seconds for one in calls} == {61}


async def test_a_webhook_must_be_signed_for_this_account_and_this_address(carrier: Carrier, bench: Bench) -> None:
    url, body = "https://gateway.example.com/carriers/webhooks", b"CallSid=CA1&CallStatus=completed"
    headers = bench.sign(url, body)
    signs = carrier.capabilities.signed_webhooks.can != "no"
    if signs:
        carrier.check_webhook(url, headers, body)
        carrier.check_webhook(url, {name.lower(): value for name, value in headers.items()}, body)
    forged = ([] if signs else [(body, headers)]) + [
        (body + b"x", headers),
        (body, {}),
        (body, dict.fromkeys(headers, "AAAA")),
        (b"\xff", headers),
    ]
    for content, given in forged:
        with pytest.raises(NotAuthenticated) as refused:
            carrier.check_webhook(url, given, content)
        assert refused.value.todo
