"""Numbers: taken in, bought, led to a trunk. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import phonenumbers

from gateway.apply.document import Document, Find, NumberWanted
from gateway.apply.names import tag_of_number
from gateway.apply.observed import CarrierSeen, NumberSeen, Observed, Offers
from gateway.apply.step import Step
from gateway.kernel.errors import BadInput, Conflict
from trunks.carriers.port import Money, NumberKind, NumberQuery, Offer

_KINDS: dict[int, NumberKind] = {
    phonenumbers.PhoneNumberType.TOLL_FREE: "toll_free",
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.UAN: "national",
}


def carrier_of(document: Document, observed: Observed, want: NumberWanted) -> str:
    """The name of its carrier: its own, or its trunk's; "" where nothing is known of that trunk."""
    if want.carrier:
        return want.carrier
    written = next((one.carrier for one in document.trunks if one.name == want.trunk), "")
    seen = observed.trunks.get(want.trunk or "")
    return written or (seen.carrier if seen else "")


def exact_query(number: str) -> NumberQuery:
    """Is this one on offer?"""
    parsed = phonenumbers.parse(number)
    kind = _KINDS.get(phonenumbers.number_type(parsed), "local")
    country = phonenumbers.region_code_for_number(parsed) or "US"
    return NumberQuery(country, kind, contains=phonenumbers.national_significant_number(parsed), most=5)


def query_of(find: Find, most: int) -> NumberQuery:
    return NumberQuery(find.country, find.kind, find.area, find.contains, frozenset(find.features), most)


def missing(document: Document, observed: Observed, installation: str) -> dict[tuple[str, NumberQuery], int]:
    """What has to be looked for in the shops: by carrier and query, how many of it."""
    wanted: dict[tuple[str, NumberQuery], int] = {}
    for want in document.numbers:
        name = carrier_of(document, observed, want)
        carrier = observed.carriers.get(name)
        if carrier is None or not carrier.sells:
            continue
        lacking = [one for one in want.names if not _had(observed, carrier, want, one, installation)]
        if lacking:
            query = query_of(want.find, len(lacking)) if want.find else exact_query(str(want.number))
            wanted[name, query] = max(len(lacking), wanted.get((name, query), 0))
    return wanted


def _had(observed: Observed, carrier: CarrierSeen, want: NumberWanted, name: str, installation: str) -> bool:
    seen = observed.number(name, want.number)
    if seen:
        return seen.standing == "ordered" or seen.number in carrier.owned
    return want.number in carrier.owned if want.number else bool(_tagged(carrier, tag_of_number(installation, name)))


def _tagged(carrier: CarrierSeen, tag: str) -> str:
    """A number that was bought for this purpose, and then forgotten here."""
    return next((number for number, own in sorted(carrier.owned.items()) if own.tag == tag), "")


class NumberSteps:
    """`steps()` for all numbers of a document; each offer is taken once."""

    def __init__(self, document: Document, observed: Observed, offers: dict[str, Offers], installation: str) -> None:
        self._document, self._observed, self._installation = document, observed, installation
        self._offers = {
            (carrier, query): list(shelf) for carrier, found in offers.items() for query, shelf in found.items()
        }
        self._taken: set[str] = {one.number for one in observed.numbers}

    def steps(self) -> Iterator[Step]:
        for place, want in enumerate(self._document.numbers):
            name = carrier_of(self._document, self._observed, want)
            carrier = self._observed.carriers.get(name)
            if carrier is None:
                raise BadInput(
                    f"numbers.{place}: there is no account named {name}" if name else
                    f"numbers.{place}: there is no trunk named {want.trunk}", code="apply.unknown",
                    field=f"document.numbers.{place}.{'carrier' if name else 'trunk'}",
                    todo="gateway carriers add --help" if name else "write it down under trunks",
                )  # fmt: skip
            for one in want.names:
                if step := self._step(place, want, one, carrier):
                    yield step

    def _step(self, place: int, want: NumberWanted, name: str, carrier: CarrierSeen) -> Step | None:
        seen = self._observed.number(name, want.number)
        if seen and seen.carrier and seen.carrier != carrier.name:
            raise Conflict(
                f"{seen.number} is at {seen.carrier}, and wanted at {carrier.name}", code="apply.other_carrier",
                field=f"document.numbers.{place}", todo="port it by hand, or leave it where it is",
            )  # fmt: skip
        tag = tag_of_number(self._installation, name)
        number = want.number or (seen.number if seen else "") or _tagged(carrier, tag)
        if seen and seen.carrier and seen.standing == "active" and (number in carrier.owned or not carrier.sells):
            return self._lead(want, name, carrier, seen)
        if number and (number in carrier.owned or not carrier.sells):
            return self._made(
                "number.import", f"take in {number}, which {carrier.name} has", want, name, carrier, number
            )
        if seen and seen.standing == "ordered":
            words = f"go on with the purchase of {number} at {carrier.name}, which was begun before"
            return self._made("number.buy", words, want, name, carrier, number)
        offer = self._offer(place, want, carrier)
        words = f"buy {offer.number} at {carrier.name}"
        return self._made("number.buy", words, want, name, carrier, offer.number, offer)

    def _made(
        self, act: str, words: str, want: NumberWanted, name: str, carrier: CarrierSeen, number: str,
        offer: Offer | None = None,
    ) -> Step:  # fmt: skip
        led = f", and lead it to {want.trunk}" if want.trunk else ""
        find = want.find.model_dump(mode="json") if want.find and offer else None
        return Step(
            act=act,  # type: ignore[arg-type]
            key=f"number:{name}", words=words + led, carrier=carrier.name, risk="money" if offer else "none",
            needs=_after(want, carrier), given={
                "name": name, "number": number, "tag": tag_of_number(self._installation, name), "trunk": want.trunk,
                "find": find, "at_most": _most(want, offer),
            },
            once=offer.once if offer else None, monthly=offer.monthly if offer else None,
            human=offer.needs if offer else (),
        )  # fmt: skip

    def _lead(self, want: NumberWanted, name: str, carrier: CarrierSeen, seen: NumberSeen) -> Step | None:
        trunk = self._observed.trunks.get(want.trunk or "")
        led_there = not carrier.sells or (trunk and trunk.there and carrier.owned[seen.number].trunk_id == trunk.there)
        if not want.trunk or (seen.trunk == want.trunk and led_there):
            return None
        elsewhere = "" if seen.trunk == want.trunk else f" instead of {seen.trunk}" if seen.trunk else ""
        return Step(
            act="number.lead", key=f"number:{name}", words=f"lead {seen.number} to {want.trunk}{elsewhere}",
            carrier=carrier.name, risk="calls", needs=_after(want, carrier),
            given={"name": name, "number": seen.number, "tag": seen.tag, "trunk": want.trunk},
        )  # fmt: skip

    def _offer(self, place: int, want: NumberWanted, carrier: CarrierSeen) -> Offer:
        lacking = len(want.names)
        for (at, query), shelf in self._offers.items():
            if at == carrier.name and _same(query, want, lacking):
                for offer in sorted(shelf, key=_price):
                    if offer.number not in self._taken and _fits(offer, want):
                        self._taken.add(offer.number)
                        return offer
        what = want.number or "another number that fits"
        raise Conflict(
            f"{carrier.name} does not offer {what} now", code="apply.not_offered", field=f"document.numbers.{place}",
            todo=f"see what there is: gateway carriers search {carrier.name} --help",
        )  # fmt: skip


def _after(want: NumberWanted, carrier: CarrierSeen) -> tuple[str, ...]:
    return (f"carrier:{carrier.name}", *((f"trunk:{want.trunk}",) if want.trunk else ()))


def _same(query: NumberQuery, want: NumberWanted, lacking: int) -> bool:
    if want.find is None:
        return query == exact_query(str(want.number))
    return any(query == query_of(want.find, most) for most in range(1, lacking + 1))


def _fits(offer: Offer, want: NumberWanted) -> bool:
    if want.number:
        return offer.number == want.number
    dearest = want.find.max_monthly if want.find else None
    return dearest is None or (offer.monthly is not None and offer.monthly.amount <= Decimal(dearest))


def _price(offer: Offer) -> tuple[Decimal, Decimal, str]:
    """The cheapest first; those whose price is not known last."""
    unknown = Decimal("Infinity")
    return (_amount(offer.monthly, unknown), _amount(offer.once, Decimal(0)), offer.number)


def _amount(money: Money | None, otherwise: Decimal) -> Decimal:
    return money.amount if money else otherwise


def _most(want: NumberWanted, offer: Offer | None) -> dict[str, str] | None:
    """What another one may cost, should this one be gone: no more than was shown."""
    if offer is None or want.find is None:
        return None
    prices: Sequence[tuple[str, Money | None]] = (("once", offer.once), ("monthly", offer.monthly))
    return {name: str(price.amount) for name, price in prices if price}
