"""Reads offers from the records of the calls that are on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call, read_event
from gateway.kernel.errors import NotFound
from gateway.transfers.offers import NO_MORE, Offer, offers_of
from gateway.transfers.story import transfer_of

KEPT = timedelta(days=1)  # who asks for an older one is told that there is none


class OfferBook:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session, self._calls = session, CallRepository(session)

    async def all(self) -> list[Offer]:
        """Of every call that is in a transfer, or with a human."""
        calls = [read_call(row) for row in await self._calls.open_calls()]
        self._session.expire_all()
        return await self.of_calls([call.id for call in calls if call.transfer or call.human])

    async def of_calls(self, call_ids: Iterable[str]) -> list[Offer]:
        """The calls are held, so that each is what its log says."""
        held = await self._calls.load(call_ids)
        return [offer for call, _ in held.values() for offer in await self.of_call(call)]

    async def of_call(self, call: Call) -> list[Offer]:
        """The first one first."""
        facts: list[Any] = [read_event(row).what for row in await self._calls.log(call.id)]
        return offers_of(call, facts)

    async def held(self, attempt_id: str, now: datetime) -> Offer:
        """Open or over; its call is changed by nobody else until the transaction ends. Raises NotFound."""
        made = await self._calls.log_of_kinds(["offer_made"], since=now - KEPT)
        call_id = next((row.call_id for row in made if row.fact_id == made_id(attempt_id)), "")
        if call_id:
            call = (await self._calls.load([call_id]))[call_id][0]
            for offer in await self.of_call(call):
                if offer.attempt.id == attempt_id:
                    return offer
        raise NotFound("there was no such offer, not today", code="offer.not_found", todo=NO_MORE)


def made_id(attempt_id: str) -> str:
    """The id of the fact that an offer was made."""
    return f"{transfer_of(attempt_id)}:{attempt_id}:offered"
