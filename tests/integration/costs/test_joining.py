"""Carriers' records and our calls, joined in the database: what is told, what fits once, and what is taken back."""

from __future__ import annotations

from datetime import timedelta

from gateway.costs import joining
from gateway.costs.joining import Joiner
from tests.integration.costs.office import ANA, BEN, Office, recorded


async def fits(office: Office) -> list[tuple[str, str | None]]:
    return [(row.fit, row.call_id) for row in await office.rows()]


async def test_by_call_id_where_the_carrier_tells_it(office: Office) -> None:
    carrier_id = await office.account("telnyx")
    call_id = await office.call(office.ago(hours=1), sip_call_id="abc@carrier")
    recorded(office.bench("telnyx"), office.ago(minutes=59), calling="anonymous", sip_call_id="abc@carrier")
    await office.records.read(carrier_id)
    (row,) = await office.rows()
    assert (row.fit, row.call_id, row.trunk_id) == ("call_id", call_id, "trk_1")


async def test_by_numbers_where_it_does_not(office: Office) -> None:
    carrier_id = await office.account("twilio")
    call_id = await office.call(office.ago(hours=2))
    other = await office.call(office.ago(hours=1), inbound=False, person=BEN)
    recorded(office.bench("twilio"), office.ago(hours=2))
    recorded(office.bench("twilio"), office.ago(hours=1), inbound=False, called=BEN)
    await office.records.read(carrier_id)
    assert await fits(office) == [("numbers", call_id), ("numbers", other)]


async def test_a_join_by_numbers_is_taken_back_when_a_second_record_fits_as_well(office: Office) -> None:
    carrier_id = await office.account("twilio")
    call_id = await office.call(office.ago(hours=1))
    recorded(office.bench("twilio"), office.ago(hours=1))
    await office.records.read(carrier_id)
    assert await fits(office) == [("numbers", call_id)]
    recorded(office.bench("twilio"), office.ago(minutes=59, seconds=50))
    await office.records.read(carrier_id)
    assert await fits(office) == [("several", None)] * 2


async def test_a_call_whose_record_closes_late_is_joined_with_the_next_reading(office: Office) -> None:
    carrier_id = await office.account("twilio")
    recorded(office.bench("twilio"), office.ago(hours=1))
    await office.records.read(carrier_id)
    assert await fits(office) == [("none", None)]
    call_id = await office.call(office.ago(hours=1))
    await office.records.read(carrier_id)
    assert await fits(office) == [("numbers", call_id)]


async def test_a_call_through_another_account_is_not_this_ones(office: Office) -> None:
    twilio, telnyx = await office.account("twilio"), await office.account("telnyx")
    trunk = await office.plane.trunk()
    await office.trunk_at(telnyx, inbound=trunk["id"])
    await office.call(office.ago(hours=1), trunk_id=trunk["id"])
    recorded(office.bench("twilio"), office.ago(hours=1))
    recorded(office.bench("telnyx"), office.ago(hours=1), sip_call_id="its own")
    for carrier_id in (twilio, telnyx):
        await office.records.read(carrier_id)
    assert {row.carrier_id: row.fit for row in await office.rows()} == {twilio: "none", telnyx: "numbers"}


async def test_pages_change_nothing(office: Office) -> None:
    carrier_id = await office.account("twilio")
    for minute in range(12):
        await office.call(office.ago(minutes=60 - minute), seconds=3)
        recorded(office.bench("twilio"), office.ago(minutes=60 - minute), seconds=3)
    near = office.ago(minutes=55) + timedelta(seconds=20)
    recorded(office.bench("twilio"), near, seconds=3)
    await office.records.read(carrier_id)
    whole = await fits(office)
    assert [fit for fit, _ in whole].count("several") == 2
    assert joining.AT_ONCE > 13
    assert await Joiner(office.plane.container.database.begin, at_once=1).join(carrier_id, office.ago(hours=2)) == 0
    assert await fits(office) == whole


async def test_what_is_joined_to_a_call_that_was_emptied_is_emptied_with_it(office: Office) -> None:
    carrier_id = await office.account("telnyx")
    call_id = await office.call(office.ago(hours=1), sip_call_id="abc@carrier")
    erased = await office.plane.admin.post("/v1/privacy/erasures", json={"call_id": call_id})
    assert erased.status_code == 201, erased.text
    recorded(office.bench("telnyx"), office.ago(hours=1), sip_call_id="abc@carrier")
    await office.records.read(carrier_id)
    (row,) = await office.rows()
    assert (row.fit, row.call_id, row.pii_calling, row.pii_called) == ("call_id", call_id, "", "")
    assert ANA not in row.sip_call_id


async def test_a_join_by_numbers_outlives_the_numbers(office: Office) -> None:
    carrier_id = await office.account("twilio")
    call_id = await office.call(office.ago(hours=1))
    recorded(office.bench("twilio"), office.ago(hours=1), price="0.01")
    await office.records.read(carrier_id)
    erased = await office.plane.admin.post("/v1/privacy/erasures", json={"person": ANA})
    assert erased.status_code == 201, erased.text
    recorded(office.bench("twilio"), office.ago(minutes=59), calling=BEN)
    await office.records.read(carrier_id)
    row = (await office.rows())[0]
    assert (row.pii_calling, row.fit, row.call_id) == ("", "numbers", call_id)
