"""Numbers at Telnyx: searched, ordered (which takes a while, and may need papers), led to a trunk, given back.

The tag is the customer reference, of the order and of the number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from gateway.kernel.errors import BadInput, Conflict, NotFound
from trunks.carriers.conflicts import number_owned, number_taken
from trunks.carriers.places import calling_code
from trunks.carriers.port import (
    Feature,
    HumanStep,
    Money,
    NumberQuery,
    Offer,
    Order,
    OwnedNumber,
    RemoteTrunk,
    TrunkSpec,
)
from trunks.carriers.telnyx.answers import GONE, WAITING, Available, Needs, Nothing, NumberOrder, Owned
from trunks.carriers.telnyx.api import Api
from trunks.carriers.telnyx.errors import PORTAL

_FEATURES: tuple[Feature, ...] = ("voice", "sms", "mms", "fax")
_PAPERS = HumanStep(
    "Telnyx needs papers or an address for this number: look at its order and fill in what it asks for",
    PORTAL,
)


class Numbers:
    def __init__(self, api: Api) -> None:
        self._api = api

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        country = query.country.upper()
        calling_code(country)
        filters: dict[str, str | int | list[str]] = {
            "filter[country_code]": country,
            "filter[phone_number_type]": query.kind,
            "filter[features][]": sorted(query.features),
            "filter[limit]": query.most,
        }
        if query.area:
            filters["filter[national_destination_code]"] = query.area
        if query.contains:
            filters["filter[phone_number][contains]"] = query.contains
        found = await self._api.first("/available_phone_numbers", Available, filters)
        # What is only near to the question, Telnyx adds as best effort.
        exact = [one for one in found if not one.best_effort]
        needs = await self._needs(query) if exact else ()
        return [_offer(one, query, needs) for one in exact[: query.most]]

    async def buy(self, number: str, tag: str) -> Order:
        known = await self._known(number, tag)
        if known:
            return known
        body = {"phone_numbers": [{"phone_number": number}], "customer_reference": tag}
        try:
            made = await self._api.one("POST", "/number_orders", NumberOrder, body)
        except (BadInput, Conflict, NotFound) as refused:
            if isinstance(refused, BadInput) and refused.field not in (None, "number"):
                raise
            known = await self._known(number, tag)  # sold to us, perhaps: what is sent once may arrive twice
            if known:
                return known
            raise number_taken(refused.detail) from refused
        return await self._state_of(made, number, await self._owned(number), tag)

    async def order(self, number: str, tag: str) -> Order | None:
        owned = await self._owned(number)
        if owned and owned.customer_reference:
            return await self._claimed(owned, tag) if owned.customer_reference == tag else None
        ordered = await self._ordered(number, tag)
        if ordered is None or (ordered.status == "success" and not owned and await self._is_released(number)):
            return None
        return await self._state_of(ordered, number, owned, tag)

    async def all(self) -> AsyncIterator[OwnedNumber]:
        async for one in self._api.all("/phone_numbers", Owned):
            if one.status not in GONE | WAITING:
                yield OwnedNumber(one.id, one.phone_number, one.customer_reference or "", one.connection_id or "")

    async def tag(self, number: OwnedNumber, tag: str) -> None:
        if number.tag != tag:
            await self._change(number.remote_id, customer_reference=tag)

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        there = await self._api.one("GET", f"/phone_numbers/{number.remote_id}", Owned)
        if there.connection_id != trunk.remote_id:
            await self._change(number.remote_id, connection_id=trunk.remote_id)
        if there.caller_id_name_enabled != spec.caller_names:
            body = {"caller_id_name_enabled": spec.caller_names}
            await self._api.one("PATCH", f"/phone_numbers/{number.remote_id}/voice", Nothing, body)

    async def unassign(self, number: OwnedNumber) -> None:
        there = await self._api.one("GET", f"/phone_numbers/{number.remote_id}", Owned)
        if there.connection_id:
            await self._change(number.remote_id, connection_id="")

    async def release(self, number: OwnedNumber) -> None:
        await self._api.delete(f"/phone_numbers/{number.remote_id}")

    # -- pieces -----------------------------------------------------------------------------------------------------

    async def _needs(self, query: NumberQuery) -> tuple[HumanStep, ...]:
        filters = {
            "filter[country_code]": query.country.upper(), "filter[phone_number_type]": query.kind,
            "filter[action]": "ordering",
        }  # fmt: skip
        answers = await self._api.first("/regulatory_requirements", Needs, filters)
        needs = [need for answer in answers for need in answer.regulatory_requirements]
        return tuple(HumanStep(": ".join(filter(None, (need.name, need.description))), PORTAL) for need in needs)

    async def _owned(self, number: str) -> Owned | None:
        """Telnyx finds part of a number, and only by digits."""
        async for one in self._api.all("/phone_numbers", Owned, {"filter[phone_number]": number.lstrip("+")}):
            if one.phone_number == number and one.status not in GONE | WAITING:
                return one
        return None

    async def _is_released(self, number: str) -> bool:
        """It was ours. An order that has succeeded and no number can also mean that it is about to appear."""
        filters = {"filter[phone_number]": number.lstrip("+"), "filter[status]": "deleted"}
        async for one in self._api.all("/phone_numbers", Owned, filters):
            if one.phone_number == number:
                return True
        return False

    async def _ordered(self, number: str, tag: str) -> NumberOrder | None:
        """The last order of this number under this tag."""
        orders = self._api.all("/number_orders", NumberOrder, {"filter[customer_reference]": tag})
        found = [one async for one in orders if number in {ordered.phone_number for ordered in one.phone_numbers}]
        return max(found, key=lambda one: one.created_at, default=None)

    async def _known(self, number: str, tag: str) -> Order | None:
        """What `buy` has nothing to add to. A failed order has bought nothing. Raises Conflict for a number that the
        account has for another purpose."""
        known = await self.order(number, tag)
        if known is None and await self._owned(number):
            raise number_owned("Telnyx")
        return None if known and known.state == "failed" else known

    async def _claimed(self, owned: Owned, tag: str) -> Order:
        """An order's reference need not come along to the number."""
        if owned.customer_reference != tag:
            await self._change(owned.id, customer_reference=tag)
        if owned.needs_papers:
            return Order("needs_human", owned.phone_number, owned.id, (_PAPERS,))
        return Order("done", owned.phone_number, owned.id)

    async def _state_of(self, order: NumberOrder, number: str, owned: Owned | None, tag: str) -> Order:
        if owned:
            return await self._claimed(owned, tag)
        if order.status == "failure":
            return Order("failed", number, order.id, problem="Telnyx could not deliver this number; nothing was bought")
        if order.status == "pending" and not order.requirements_met:
            return Order("needs_human", number, order.id, (_PAPERS,))
        return Order("pending", number, order.id)

    async def _change(self, remote_id: str, **fields: str) -> None:
        await self._api.one("PATCH", f"/phone_numbers/{remote_id}", Nothing, fields)


def _offer(one: Available, query: NumberQuery, needs: tuple[HumanStep, ...]) -> Offer:
    cost = one.cost_information
    names = {feature.name for feature in one.features}
    return Offer(
        number=one.phone_number, country=query.country.upper(), kind=query.kind,
        features=frozenset(feature for feature in _FEATURES if feature in names),
        once=Money(cost.upfront_cost, cost.currency) if cost else None,
        monthly=Money(cost.monthly_cost, cost.currency) if cost else None,
        needs=needs,
    )  # fmt: skip
