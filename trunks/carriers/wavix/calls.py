"""Wavix's own records of calls. It gives them by days and direction, in an order of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

from trunks.carriers.port import CallDirection, CarrierCall, Money
from trunks.carriers.wavix.answers import CallRecord, CallRecords
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.shop import CURRENCY

_KINDS: tuple[tuple[str, CallDirection], ...] = (("placed", "outbound"), ("received", "inbound"))
_DAY = timedelta(days=1)
_MOST = 1000


async def calls(api: Api, since: datetime, now: datetime, most: int = _MOST) -> AsyncIterator[CarrierCall]:
    """The oldest first; no more than `most` are held, unless one day has more. A day begins where the account's
    clock says: one more on either side is asked for."""
    first, last = since.astimezone(UTC).date() - _DAY, now.astimezone(UTC).date() + _DAY
    async for call in _between(api, first, last, most):
        if call.began_at >= since:
            yield call


async def _between(api: Api, first: date, last: date, most: int) -> AsyncIterator[CarrierCall]:
    """Both days included; split where there are too many."""
    many = sum([await _many(api, first, last, kind) for kind, _ in _KINDS])
    if many > most and first < last:
        middle = first + (last - first) // 2
        for half in ((first, middle), (middle + _DAY, last)):
            async for call in _between(api, *half, most):
                yield call
    elif many:
        found = [call for kind, direction in _KINDS async for call in _all(api, first, last, kind, direction)]
        for call in sorted(found, key=lambda call: call.began_at):
            yield call


async def _many(api: Api, first: date, last: date, kind: str) -> int:
    filters = {**_asked(first, last, kind), "page": 1, "per_page": 1}
    return (await api.one("GET", "/v1/cdrs", CallRecords, filters=filters)).pagination.total


async def _all(
    api: Api, first: date, last: date, kind: str, direction: CallDirection
) -> AsyncIterator[CarrierCall]:  # fmt: skip
    async for page in api.pages("/v1/cdrs", CallRecords, _asked(first, last, kind)):
        for record in page.items:
            yield _call(record, direction)


def _asked(first: date, last: date, kind: str) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat(), "type": kind, "disposition": "all"}


def _call(record: CallRecord, direction: CallDirection) -> CarrierCall:
    return CarrierCall(
        remote_id=record.call_id, direction=direction, calling=_number(record.calling), called=_number(record.called),
        began_at=record.date, seconds=record.duration,
        price=None if record.charge is None else Money(record.charge, CURRENCY),
    )  # fmt: skip


def _number(text: str) -> str:
    return f"+{text}" if text.isascii() and text.isdecimal() else text
