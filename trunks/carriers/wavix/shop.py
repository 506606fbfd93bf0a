"""What Wavix has to sell: countries, their regions, cities, and the numbers of a city."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import phonenumbers
from phonenumbers import PhoneNumberType

from trunks.carriers.places import calling_code
from trunks.carriers.port import Feature, HumanStep, Money, NumberKind, NumberQuery, Offer
from trunks.carriers.wavix import countries
from trunks.carriers.wavix.answers import Cities, City, Countries, Country, ForSale, Regions, Shelf
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.errors import PORTAL

CURRENCY = "USD"  # of all that Wavix sells
_PAPERS = {1: "proof of identity", 2: "proof of address", 3: "proof of business registration"}
_KINDS: dict[int, NumberKind] = {
    PhoneNumberType.MOBILE: "mobile", PhoneNumberType.TOLL_FREE: "toll_free", PhoneNumberType.UAN: "national",
}  # fmt: skip
_MOST_CITIES = 40  # asked in one search: each is a request


def paper_step(kinds: Sequence[int]) -> tuple[HumanStep, ...]:
    """Of the kinds of papers that Wavix asks for."""
    return tuple(
        HumanStep(f"upload a {_PAPERS.get(kind, 'document')} for the number; people at Wavix look at it", PORTAL)
        for kind in kinds
    )


class Shop:
    """Countries and cities hardly change: they are asked for once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._countries: list[Country] = []
        self._cities: dict[int, list[City]] = {}

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        code = calling_code(query.country)
        found: list[Offer] = []
        async for one in self._shelves(query):
            offer = _offer(one, query)
            begins = offer.number.startswith(f"+{code}{query.area}")
            fits = begins and query.contains in offer.number and query.features <= offer.features
            if fits and _kind(offer.number) == query.kind:
                found.append(offer)
            if len(found) == query.most:
                break
        return found

    async def _shelves(self, query: NumberQuery) -> AsyncIterator[ForSale]:
        asked = 0
        for country in await self._named(query.country):
            for city in await self._of(country):
                if not _may_have(city, query.area):
                    continue
                asked += 1
                if asked > _MOST_CITIES:
                    return
                async for page in self._api.pages(f"/v1/buy/countries/{country.id}/cities/{city.id}/dids", Shelf):
                    for one in page.dids:
                        yield one

    async def _named(self, code: str) -> list[Country]:
        if not self._countries:
            self._countries = (await self._api.one("GET", "/v1/buy/countries", Countries)).countries
        return countries.of_code(code, self._countries)

    async def _of(self, country: Country) -> list[City]:
        if country.id not in self._cities:
            base = f"/v1/buy/countries/{country.id}"
            places = [base]
            if country.has_provinces_or_states:
                regions = await self._api.one("GET", f"{base}/regions", Regions)
                places = [f"{base}/regions/{region.id}" for region in regions.regions]
            found = [(await self._api.one("GET", f"{place}/cities", Cities)).cities for place in places]
            self._cities[country.id] = [city for cities in found for city in cities]
        return self._cities[country.id]


def _may_have(city: City, area: str) -> bool:
    """A city's code may be longer or shorter than the area that is asked for."""
    own = str(city.area_code or "")
    return not area or not own or own.startswith(area) or area.startswith(own)


def _kind(number: str) -> NumberKind:
    return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(number, None)), "local")


def _offer(one: ForSale, query: NumberQuery) -> Offer:
    features: set[Feature] = {"voice"}
    if one.sms_enabled:
        features |= {"sms", "mms"}
    return Offer(
        number=f"+{one.number}", country=one.country_short_name, kind=query.kind, features=frozenset(features),
        once=Money(one.activation_fee, CURRENCY), monthly=Money(one.monthly_fee, CURRENCY),
        needs=paper_step(one.require_docs),
    )  # fmt: skip
