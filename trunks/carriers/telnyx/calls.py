"""Telnyx's own records of calls over SIP trunks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from trunks.carriers.port import CallDirection, CarrierCall, Money
from trunks.carriers.telnyx.answers import CallRecord
from trunks.carriers.telnyx.api import Api

_PAGE = 50  # the most of detail records


async def calls(api: Api, since: datetime) -> AsyncIterator[CarrierCall]:
    """The oldest first."""
    filters = {
        "filter[record_type]": "sip-trunking",
        "filter[started_at][gte]": since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "sort": "started_at",
    }
    async for record in api.all("/detail_records", CallRecord, filters, size=_PAGE):
        yield _call(record)


def _call(record: CallRecord) -> CarrierCall:
    direction: CallDirection = "inbound" if record.direction.startswith("in") else "outbound"
    return CarrierCall(
        remote_id=record.id, direction=direction, calling=record.calling, called=record.called,
        began_at=record.started_at, seconds=record.seconds, sip_call_id=record.sip_call_id,
        price=None if record.cost is None else Money(record.cost, record.currency),
    )  # fmt: skip
