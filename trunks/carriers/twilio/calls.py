"""Twilio's own records of the calls through its trunks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from gateway.kernel.clock import Clock
from trunks.carriers.port import CallDirection, CarrierCall, Money

# Twilio names them by what it does itself: it originates towards us and terminates for us.
_DIRECTIONS: dict[str, CallDirection] = {"trunking-originating": "inbound", "trunking-terminating": "outbound"}
_WINDOW = timedelta(days=1)
_SECOND = timedelta(seconds=1)  # Twilio's clock has no finer one
_PAGE = 200


async def calls(rest: Client, since: datetime, clock: Clock) -> AsyncIterator[CarrierCall]:
    """The oldest first. Twilio tells the newest first: so it is asked day by day, and never more than a day is held."""
    begin = since.astimezone(UTC)
    while begin <= clock.now():
        end = begin + _WINDOW
        told = await rest.api.account.calls.list_async(
            start_time_after=begin, start_time_before=end - _SECOND, page_size=_PAGE
        )
        read = (_read(one) for one in told)
        for call in sorted((one for one in read if one and one.began_at >= since), key=lambda one: one.began_at):
            yield call
        begin = end


def _read(told: CallInstance) -> CarrierCall | None:
    """None for what went through no trunk, or has not begun."""
    direction = _DIRECTIONS.get(told.direction or "")
    if direction is None or told.start_time is None or not told.sid:
        return None
    price = Money(abs(Decimal(told.price)), (told.price_unit or "USD").upper()) if told.price else None
    return CarrierCall(
        told.sid, direction, told._from or "", told.to or "", told.start_time, int(told.duration or 0), price=price
    )
