"""Numbers at Wavix: bought through the account's one cart, led to our SIP addresses each by itself, given back.

A number can be bought only once, so nothing is paid twice. One that bears neither a label nor a tag goes to whoever
asks for it first: the one who bought it was stopped before it was tagged.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from gateway.kernel.errors import BadInput, Conflict, NotFound
from trunks.carriers.conflicts import number_owned, number_taken
from trunks.carriers.port import Money, Order, OwnedNumber, RemoteTrunk, SipTarget, TrunkSpec
from trunks.carriers.wavix.answers import Numbers as Page
from trunks.carriers.wavix.answers import Owned
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.label import address_of, tag_in
from trunks.carriers.wavix.shop import CURRENCY, paper_step

SIP_URI = 1  # a kind of destination
Destinations = tuple[str, ...]


class Numbers:
    """`leads`: which trunk such destinations belong to, as far as we have seen one in this process: a number's
    destinations at Wavix are addresses, without a trunk."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._cart = asyncio.Lock()  # one per account
        self.leads: dict[Destinations, str] = {}

    async def buy(self, number: str, tag: str) -> Order:
        async with self._cart:
            owned = await self._find(number)
            if owned:
                return await self._claimed(owned, tag)
            ids = {"ids": [number.lstrip("+")]}
            try:
                await self._api.do("PUT", "/v1/buy/cart", ids)
                await self._api.do("POST", "/v1/buy/cart/checkout", ids)
            except (BadInput, Conflict, NotFound) as refused:
                owned = await self._find(number)  # sold to us, perhaps: what is sent once may arrive twice
                if owned:
                    return await self._claimed(owned, tag)
                raise number_taken(refused.detail) from refused
            # The checkout says no more than that it was one.
            owned = await self._find(number)
            return await self._claimed(owned, tag) if owned else Order("pending", number, "")

    async def order(self, number: str, tag: str) -> Order | None:
        owned = await self._find(number)
        return _state(owned) if owned and _tag(owned) in ("", tag) else None

    async def all(self) -> AsyncIterator[OwnedNumber]:
        async for page in self._api.pages("/v1/numbers", Page):
            for one in page.items:
                yield self._seen(one)

    async def first(self) -> str:
        """A number that the account may call with, without the plus; "" when it has none."""
        page = await self._api.one("GET", "/v1/numbers", Page, filters={"page": 1, "per_page": 1})
        return next((one.number for one in page.items if one.status == "active"), "")

    async def tag(self, number: OwnedNumber, tag: str) -> None:
        await self._write_tag(await self._fetch(number), tag)

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        wanted = destinations(spec.targets)
        self.leads[wanted] = trunk.remote_id
        if _of(await self._fetch(number)) != wanted:
            await self._lead(number, wanted)

    async def unassign(self, number: OwnedNumber) -> None:
        if (await self._fetch(number)).destination:
            await self._lead(number, ())

    async def release(self, number: OwnedNumber) -> None:
        await self._api.delete("/v1/numbers", {"ids": number.remote_id})

    # -- pieces -----------------------------------------------------------------------------------------------------

    async def _find(self, number: str) -> Owned | None:
        """Wavix finds part of a number."""
        digits = number.lstrip("+")
        async for page in self._api.pages("/v1/numbers", Page, {"search": digits}):
            for one in page.items:
                if one.number == digits:
                    return one
        return None

    async def _claimed(self, owned: Owned, tag: str) -> Order:
        if _tag(owned) not in ("", tag):
            raise number_owned("Wavix")
        await self._write_tag(owned, tag)
        return _state(owned)

    async def _write_tag(self, owned: Owned, tag: str) -> None:
        """Not over an address that the company uses, and not where Wavix takes no such address."""
        there = tag_in(owned.call_status_url)
        if there == tag or (owned.call_status_url and not there):
            return
        with contextlib.suppress(BadInput):
            await self._api.do("PATCH", "/v1/numbers", {"ids": [owned.id], "call_status_url": address_of(tag)})

    async def _fetch(self, number: OwnedNumber) -> Owned:
        return await self._api.one("GET", f"/v1/numbers/{number.remote_id}", Owned)

    async def _lead(self, number: OwnedNumber, uris: Destinations) -> None:
        listed = [{"destination": uri, "priority": at, "transport": SIP_URI} for at, uri in enumerate(uris, start=1)]
        await self._api.do("PATCH", "/v1/numbers", {"ids": [int(number.remote_id)], "destinations": listed})

    def _seen(self, one: Owned) -> OwnedNumber:
        uris = _of(one)
        leads = self.leads.get(uris) or " ".join(uris)
        return OwnedNumber(str(one.id), f"+{one.number}", _tag(one), leads, Money(one.monthly_fee, CURRENCY))


def destinations(targets: Sequence[SipTarget]) -> Destinations:
    """As Wavix writes them: `[did]` stands for the number that was called."""
    return tuple(f"[did]@{target.host}:{target.port};transport={target.transport}" for target in targets)


def _of(one: Owned) -> Destinations:
    return tuple(told.destination for told in sorted(one.destination, key=lambda told: told.priority))


def _tag(one: Owned) -> str:
    """Ours, or what people have written."""
    return tag_in(one.call_status_url) or one.label or ""


def _state(one: Owned) -> Order:
    number = f"+{one.number}"
    if one.status == "active":
        return Order("done", number, str(one.id))
    approved = {str(paper.doc_type_id) for paper in one.documents if paper.status == "approved"}
    missing = [int(kind) for kind in one.require_docs if kind not in approved]
    return Order("needs_human" if missing else "pending", number, str(one.id), paper_step(missing))
