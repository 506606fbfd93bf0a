"""What Wavix's double has to sell, what lies in the cart, and what is sold."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class ForSale:
    """`number`: without the plus. `papers`: kinds that must be handed in."""

    number: str
    country: str = "US"
    city_id: int = 1
    sms: bool = True
    papers: tuple[int, ...] = ()
    once: str = "2.0"
    monthly: str = "1.5"

    def row(self) -> Row:
        return {
            "id": int(self.number), "number": self.number, "activation_fee": self.once, "monthly_fee": self.monthly,
            "per_min": "0.01", "channels": "4", "city": "a city", "country": "a country",
            "country_short_name": self.country, "cnam": None, "free_min": 0, "require_docs": [*self.papers],
            "sms_enabled": self.sms, "sms_price": 0, "domestic_cli": True,
        }  # fmt: skip


@dataclass
class Stock:
    """`waiting`: how often the account's numbers are listed before one of them is active, by its id."""

    for_sale: list[ForSale] = field(default_factory=list)
    cart: set[str] = field(default_factory=set)
    owned: list[Row] = field(default_factory=list)
    waiting: dict[int, int] = field(default_factory=dict)
    sold: list[str] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(4001))

    def put(self, number: str) -> bool:
        there = any(one.number == number for one in self.for_sale)
        if there:
            self.cart.add(number)
        return there

    def check_out(self, number: str, looks: int) -> bool:
        """False: it does not lie in the cart, or somebody else was faster."""
        what = next((one for one in self.for_sale if one.number == number), None)
        if what is None or number not in self.cart:
            return False
        self.cart.remove(number)
        self.for_sale.remove(what)
        self.sold.append(f"+{number}")
        row = self.own(what)
        if what.papers or looks:
            row["status"] = "inactive"
        if looks:
            self.waiting[row["id"]] = looks
        return True

    def own(self, what: ForSale) -> Row:
        row: Row = {
            "id": next(self._ids), "number": what.number, "activation_fee": what.once, "monthly_fee": what.monthly,
            "per_min": "0.01", "city": "a city", "country": "a country", "country_short_name": what.country,
            "destination": [], "channels": 4, "require_docs": [str(kind) for kind in what.papers], "documents": [],
            "domestic_cli": True, "label": None, "status": "active", "seconds": "0",
            "added": "2026-11-01T12:00:00.000Z", "paid_until": "2026-12-01", "sms_enabled": what.sms,
            "sms_relay_url": None, "cnam": None, "call_recording_enabled": False, "transcription_enabled": False,
            "transcription_threshold": 6, "call_status_url": None,
        }  # fmt: skip
        self.owned.append(row)
        return row

    def look(self) -> None:
        """Somebody asks for the account's numbers."""
        for row in self.owned:
            if self.waiting.get(row["id"]) is not None:
                self.waiting[row["id"]] -= 1
                if self.waiting[row["id"]] <= 0:
                    del self.waiting[row["id"]]
                    row["status"] = "active"

    def give_back(self, row: Row) -> None:
        self.owned.remove(row)
        self.for_sale.append(ForSale(row["number"], row["country_short_name"]))

    def lead(self, row: Row, destinations: list[Row]) -> None:
        row["destination"] = [
            {"id": at, "trunk_id": None, "trunk_label": None, **one} for at, one in enumerate(destinations, start=1)
        ]
