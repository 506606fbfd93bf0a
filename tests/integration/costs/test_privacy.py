"""Callers' numbers in carriers' records: found, exported, erased, kept by a hold, and gone when they are old."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compliance.privacy.hash_key import FILE, HashKey
from compliance.privacy.retention import retentions, shipped
from gateway.costs.unjoined import UnjoinedRecords
from gateway.privacy.places import PrivacyDesk
from tests.integration.control_plane.plane import Json
from tests.integration.costs.office import ANA, BEN, DESK, Office, recorded
from tests.integration.privacy.conftest import columns_with

PLACE = "carrier records"


async def ask(office: Office, path: str, **body: Any) -> Json:
    answer = await office.plane.admin.post(f"/v1/privacy{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def with_records(office: Office) -> str:
    """One of Ana's calls, one of Ben's, and one of Ana's that no call of ours is; the account's id."""
    carrier_id = await office.account("telnyx")
    for hour, person in ((1, ANA), (2, BEN)):
        await office.call(office.ago(hours=hour), person=person, sip_call_id=f"{person[1:]}-{hour}@phone")
        recorded(
            office.bench("telnyx"), office.ago(hours=hour), calling=person, sip_call_id=f"{person[1:]}-{hour}@phone",
            price="0.01",
        )  # fmt: skip
    recorded(office.bench("telnyx"), office.ago(hours=9), sip_call_id="another", price="0.01")
    await office.records.read(carrier_id)
    return carrier_id


async def test_an_erasure_takes_the_number_and_leaves_what_was_paid(office: Office) -> None:
    carrier_id = await with_records(office)
    found = await ask(office, "/find", person=ANA)
    assert next(one["found"] for one in found["places"] if one["place"] == PLACE) == 2
    exported = await ask(office, "/exports", person=ANA)
    assert ANA in json.dumps(exported["places"][PLACE]) and BEN not in json.dumps(exported["places"][PLACE])

    report = await ask(office, "/erasures", person=ANA)

    assert next(one["erased"] for one in report["places"] if one["place"] == PLACE) == 2
    assert await columns_with(office.plane, ANA) == set()
    assert {(row.price, row.seconds) for row in await office.rows()} == {("0.01", 61)}
    assert "carrier_calls.pii_calling" in await columns_with(office.plane, BEN)
    joined = [row.fit for row in await office.rows()]

    await office.records.read(carrier_id)  # the carrier goes on telling it

    assert await columns_with(office.plane, ANA) == set()
    assert [row.fit for row in await office.rows()] == joined


async def test_what_a_carrier_tells_only_later_is_stored_without_the_number(office: Office) -> None:
    carrier_id = await with_records(office)
    await ask(office, "/erasures", person=ANA)
    recorded(office.bench("telnyx"), office.ago(minutes=10), sip_call_id=f"{ANA[1:]}-late")
    office.plane.clock.go(60)
    recorded(office.bench("telnyx"), office.now, sip_call_id="she calls again")
    await office.records.read(carrier_id)
    late, again = (await office.rows())[-2:]
    assert (late.pii_calling, late.sip_call_id) == ("", "-late")
    assert again.pii_calling == ANA
    assert len(await office.rows()) == 5


async def test_the_record_of_a_call_on_hold_stays(office: Office) -> None:
    await with_records(office)
    held = next(row for row in await office.rows() if row.call_id and row.pii_calling == ANA)
    await ask(office, "/holds", call_id=held.call_id, why="file 1")
    await ask(office, "/erasures", person=ANA)
    assert [row.id for row in await office.rows() if row.pii_calling == ANA] == [held.id]


@pytest.mark.parametrize("on_hold", [False, True])
async def test_what_is_old_goes_with_the_calls_and_a_hold_keeps_it(office: Office, on_hold: bool) -> None:
    await with_records(office)
    container = office.plane.container
    if on_hold:
        await ask(office, "/holds", person=ANA, why="file 1")
    desk = PrivacyDesk(container.settings, container.database, office.plane.clock, container.recording.storage)
    key = HashKey(container.settings.keys_dir / FILE)
    unjoined = UnjoinedRecords(container.database.begin, key, office.plane.clock, retentions(shipped(), {}))
    office.plane.clock.go(729 * 86_400)
    await desk.sweep.run()
    assert await unjoined.forget() == 0
    assert {row.pii_calling for row in await office.rows()} == {ANA, BEN}

    office.plane.clock.go(2 * 86_400)
    await desk.sweep.run()
    assert await unjoined.forget() == (0 if on_hold else 1)
    assert {row.pii_calling for row in await office.rows()} == ({ANA, ""} if on_hold else {""})
    assert {row.pii_called for row in await office.rows()} == ({DESK, ""} if on_hold else {""})
