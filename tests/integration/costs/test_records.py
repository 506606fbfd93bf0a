"""Carriers' records are read in batches, each is written once, and whoever fails or dies holds nobody up."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.costs.records import CarrierRecords
from gateway.costs.turns import APART, EVERY, FIRST_PAUSE
from gateway.kernel.errors import GatewayError
from tests.integration.costs.office import ANA, Office, recorded
from trunks.accounts.models import CarrierRow

KINDS = ("twilio", "telnyx", "wavix")


def in_batches_of(office: Office, size: int) -> CarrierRecords:
    container = office.plane.container
    return CarrierRecords(
        container.database.begin, container.accounts, office.plane.clock, office.records._key, batch=size
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_each_record_is_written_once_however_often_it_is_read(office: Office, kind: str) -> None:
    bench, carrier_id = office.bench(kind), await office.account(kind, days=1)
    bench.small_pages()
    for hour in range(7):
        recorded(bench, office.ago(hours=hour + 1), inbound=hour % 2 == 0, price="0.0085")
    records = in_batches_of(office, 2)

    assert await records.read(carrier_id) == 7
    assert await records.read(carrier_id) == 0

    rows = await office.rows()
    assert len({row.remote_id for row in rows}) == len(rows) == 7
    assert {(row.price, row.currency, row.seconds) for row in rows} == {("0.0085", "USD", 61)}
    assert [row.direction for row in rows] == ["inbound", "outbound"] * 3 + ["inbound"]
    assert (await office.account_row(carrier_id)).calls_until == office.now


async def test_a_price_that_comes_later_is_found_and_so_is_a_correction(office: Office) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    row = recorded(bench, office.ago(minutes=5))
    await office.records.read(carrier_id)
    for price in ("0.0085", "0.0090"):
        row["cost"] = price
        assert await office.records.read(carrier_id) == 1
        (kept,) = await office.rows()
        assert (kept.price, kept.currency) == (price, "USD")
    row["cost"] = None
    assert await office.records.read(carrier_id) == 0
    assert (await office.rows())[0].price == "0.0090"


async def test_a_call_without_a_price_is_looked_at_for_three_days_and_no_longer(office: Office) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    row = recorded(bench, office.now)
    await office.records.read(carrier_id)
    for hours, found in ((60, 1), (20, 0)):
        office.plane.clock.go(hours * 3600)
        row["cost"] = str(Decimal(row["cost"] or "0") + 1)
        assert await office.records.read(carrier_id) == found


async def test_records_that_come_late_are_in_the_overlap(office: Office) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    await office.records.read(carrier_id)
    recorded(bench, office.ago(minutes=90))
    recorded(bench, office.ago(hours=20))
    office.plane.clock.go(60)
    assert await office.records.read(carrier_id, deep=False) == 1
    assert await office.records.read(carrier_id, deep=True) == 1


async def test_an_account_that_fails_holds_nobody_up_and_no_key_is_logged(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = await office.account("telnyx", "wrong", api_key="KEYnotours0123456789")
    right = await office.account("telnyx", "right")
    recorded(office.bench("telnyx"), office.ago(hours=1))

    await office.records.begin_due()
    await office.records.settled()

    assert {row.carrier_id for row in await office.rows()} == {right}
    printed = capsys.readouterr()
    (told,) = [line for line in printed.out.splitlines() if "carrier_records_not_read" in line]
    assert f"carrier_id={wrong}" in told and "times=1" in told
    assert "KEYnotours0123456789" not in printed.out + printed.err
    assert (await office.account_row(wrong)).calls_until is None

    async def asked_again(after: timedelta) -> bool:
        before = len(office.bench("telnyx").double.exchanges)
        office.plane.clock.go(after.total_seconds())
        await office.records.begin_due()
        await office.records.settled()
        return len(office.bench("telnyx").double.exchanges) > before

    assert not await asked_again(FIRST_PAUSE - timedelta(seconds=1))
    assert await asked_again(timedelta(seconds=1))
    assert not await asked_again(FIRST_PAUSE)  # twice as long now


@pytest.mark.parametrize("request_", range(1, 6))
async def test_what_was_read_before_the_carrier_fell_silent_stays_and_the_rest_comes(
    office: Office, request_: int
) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    bench.small_pages()
    for minute in range(10):
        recorded(bench, office.ago(minutes=minute + 1), price="1")
    bench.double.ends_at(request_, acted=False)
    records = in_batches_of(office, 1)

    ended = False
    try:
        await records.read(carrier_id)
    except GatewayError:
        ended = True
    assert ended == bench.double.heal()
    before = await office.rows()
    if ended:
        assert len(before) == 3 * (request_ - 1)
        until = (await office.account_row(carrier_id)).calls_until
        assert until == (before[-1].began_at if before else None)

    await records.read(carrier_id)
    assert len(await office.rows()) == 10


async def test_an_account_that_is_forgotten_while_it_is_read_gets_no_more(office: Office) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    recorded(bench, office.ago(hours=1))
    database = office.plane.container.database
    inner = office.plane.container.accounts

    class Forgetting:
        def of(self, row: CarrierRow) -> object:
            carrier = inner.of(row)

            class Slow:
                async def calls(self, since: object) -> object:
                    async for one in carrier.calls(since):  # type: ignore[arg-type]
                        async with database.begin() as session:
                            await session.delete(await session.get(CarrierRow, carrier_id))
                        yield one

            return Slow()

    records = CarrierRecords(database.begin, Forgetting(), office.plane.clock, office.records._key)  # type: ignore[arg-type]
    assert await records.read(carrier_id) == 0
    assert await office.rows() == []


async def test_a_number_of_ours_is_noted_and_the_other_is_personal(office: Office) -> None:
    await office.plane.number("+15105550100")
    carrier_id = await office.account("telnyx")
    recorded(office.bench("telnyx"), office.ago(hours=2))
    recorded(office.bench("telnyx"), office.ago(hours=1), inbound=False, calling="+15105550177")
    await office.records.read(carrier_id)
    ours, not_ours = await office.rows()
    assert (ours.own_number, ours.pii_calling, ours.pii_called) == ("+15105550100", ANA, "+15105550100")
    assert not_ours.own_number == ""


async def test_the_loop_reads_at_once_and_again_when_it_is_woken(office: Office) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    recorded(bench, office.ago(hours=1))
    ticket = office.records.looked.ticket()
    office.records.start()
    await office.records.looked.wait(ticket, 30)
    assert len(await office.rows()) == 1

    recorded(bench, office.ago(minutes=1))
    office.plane.clock.go(APART.total_seconds())
    assert APART < EVERY
    ticket = office.records.looked.ticket()
    office.records.wake(carrier_id)
    await office.records.looked.wait(ticket, 30)
    assert len(await office.rows()) == 2
    assert re.fullmatch("ccl_[0-9a-z]{26}", (await office.rows())[0].id)
