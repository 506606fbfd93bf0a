"""What a number costs a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from twilio.rest import Client

from gateway.kernel.errors import NotAllowed, NotFound
from trunks.carriers.port import Money, NumberKind

_KINDS: dict[str, NumberKind] = {
    "local": "local", "mobile": "mobile", "national": "national", "toll free": "toll_free", "toll-free": "toll_free",
}  # fmt: skip


def kind_of(text: object) -> NumberKind | None:
    """Twilio's word for a kind of number."""
    return _KINDS.get(str(text).lower())


class Prices:
    """By country, each asked for once: they change by the month, and an account is open for minutes."""

    def __init__(self, rest: Client) -> None:
        self._rest = rest
        self._known: dict[str, dict[NumberKind, Money]] = {}

    async def monthly(self, country: str, kind: NumberKind | None) -> Money | None:
        """None where Twilio does not tell, or not with these keys."""
        if country not in self._known:
            self._known[country] = await self._ask(country) if country else {}
        return self._known[country].get(kind) if kind else None

    async def _ask(self, country: str) -> dict[NumberKind, Money]:
        try:
            told = await self._rest.pricing.v1.phone_numbers.countries(country).fetch_async()
        except (NotFound, NotAllowed):
            return {}
        currency = str(told.price_unit or "USD").upper()
        rows: list[Any] = list(told.phone_number_prices or ())
        prices: dict[NumberKind, Money] = {}
        for row in rows:
            kind, price = kind_of(row.get("number_type")), row.get("current_price")
            if kind and price:
                prices[kind] = Money(Decimal(price), currency)
        return prices
