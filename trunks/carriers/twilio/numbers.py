"""Numbers at Twilio: found, bought, led to a trunk, given back. Our tag is a number's FriendlyName."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from twilio.rest import Client
from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

from gateway.kernel.errors import Conflict, NotFound
from trunks.carriers.conflicts import TAKEN, number_owned
from trunks.carriers.places import calling_code
from trunks.carriers.port import Feature, NumberQuery, Offer, Order, OwnedNumber, RemoteTrunk, TrunkSpec
from trunks.carriers.twilio.client import there
from trunks.carriers.twilio.papers import ADDRESS, Papers, region_of, step
from trunks.carriers.twilio.prices import Prices, kind_of

_PAGE = 200
_FEATURES: tuple[Feature, ...] = ("voice", "sms", "mms", "fax")


class Numbers:
    def __init__(self, rest: Client) -> None:
        self._rest = rest
        self._prices = Prices(rest)
        self._papers = Papers(rest)

    # -- to be had ------------------------------------------------------------------------------------------------

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        country = query.country.upper()
        code = calling_code(country)
        wanted = {f"{feature}_enabled": True for feature in query.features}
        try:
            offered = await self._shelf(country, query.kind).list_async(
                **_where(code, query), **wanted, limit=query.most, page_size=query.most
            )
        except NotFound:
            return []  # Twilio has no numbers of this kind there
        monthly = await self._prices.monthly(country, query.kind)
        begin = f"+{code}{query.area}"
        return [
            Offer(
                one.phone_number, country, query.kind, _features(one.capabilities), monthly=monthly,
                needs=(ADDRESS,) if one.address_requirements not in (None, "none") else (),
            )
            for one in offered
            if one.phone_number and one.phone_number.startswith(begin) and query.contains in one.phone_number
        ]  # fmt: skip

    def _shelf(self, country: str, kind: str) -> Any:
        there = self._rest.api.account.available_phone_numbers(country)
        return {"local": there.local, "mobile": there.mobile, "toll_free": there.toll_free, "national": there.national}[
            kind
        ]

    # -- bought ---------------------------------------------------------------------------------------------------

    async def buy(self, number: str, tag: str) -> Order:
        found = await self._own(number, tag)
        if found:
            return found
        papers: dict[str, str] = {}
        while True:
            try:
                bought = await self._rest.api.account.incoming_phone_numbers.create_async(
                    phone_number=number, friendly_name=tag, **papers
                )
            except Conflict as refused:
                if refused.code == TAKEN:
                    # by ourselves, perhaps: what is sent once may arrive twice
                    found = await self._own(number, tag)
                    if found:
                        return found
                more = await self._papers.asked_for(refused, number)
                if isinstance(more, Order):
                    return more
                if not more.items() - papers.items():  # what the account has on file is not enough
                    return Order("needs_human", number, "", steps=(step(refused),))
                papers |= more
            else:
                return Order("done", number, there(bought.sid))

    async def order(self, number: str, tag: str) -> Order | None:
        owned = await self._find(number)
        return Order("done", number, there(owned.sid)) if owned and owned.friendly_name == tag else None

    async def _own(self, number: str, tag: str) -> Order | None:
        """Raises Conflict for one that the account has for another purpose."""
        owned = await self._find(number)
        if owned and owned.friendly_name != tag:
            raise number_owned("Twilio")
        return Order("done", number, there(owned.sid)) if owned else None

    async def _find(self, number: str) -> IncomingPhoneNumberInstance | None:
        # Twilio compares parts of numbers
        told = await self._rest.api.account.incoming_phone_numbers.list_async(phone_number=number, page_size=_PAGE)
        return next((one for one in told if one.phone_number == number), None)

    # -- owned ----------------------------------------------------------------------------------------------------

    async def all(self) -> AsyncIterator[OwnedNumber]:
        async for one in await self._rest.api.account.incoming_phone_numbers.stream_async(page_size=_PAGE):
            number = there(one.phone_number)
            monthly = await self._prices.monthly(region_of(number), kind_of(one.type))
            yield OwnedNumber(there(one.sid), number, one.friendly_name or "", one.trunk_sid or "", monthly)

    async def tag(self, number: OwnedNumber, tag: str) -> None:
        await self._rest.api.account.incoming_phone_numbers(number.remote_id).update_async(friendly_name=tag)

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        """In one step, also from another trunk: no call is lost in between."""
        remote = self._rest.api.account.incoming_phone_numbers(number.remote_id)
        if (await remote.fetch_async()).trunk_sid != trunk.remote_id:
            await remote.update_async(trunk_sid=trunk.remote_id)

    async def unassign(self, number: OwnedNumber) -> None:
        told = await self._rest.api.account.incoming_phone_numbers(number.remote_id).fetch_async()
        if not told.trunk_sid:
            return
        try:
            await self._rest.trunking.v1.trunks(told.trunk_sid).phone_numbers(number.remote_id).delete_async()
        except NotFound:
            return

    async def release(self, number: OwnedNumber) -> None:
        try:
            await self._rest.api.account.incoming_phone_numbers(number.remote_id).delete_async()
        except NotFound:
            return


def _where(code: int, query: NumberQuery) -> dict[str, Any]:
    """AreaCode is for countries with code 1; elsewhere an area is digits like all others, and one pattern is all that
    Twilio takes: what it does not look at is compared here."""
    if query.area and code == 1:
        return {"area_code": int(query.area), **({"contains": query.contains} if query.contains else {})}
    pattern = query.contains or (f"{code}{query.area}" if query.area else "")
    return {"contains": pattern} if pattern else {}


def _features(capabilities: Any) -> frozenset[Feature]:
    can = {str(name).lower(): bool(value) for name, value in dict(capabilities or {}).items()}
    return frozenset(feature for feature in _FEATURES if can.get(feature))
