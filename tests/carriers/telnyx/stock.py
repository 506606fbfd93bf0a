"""What Telnyx's double has to sell, what it has sold, and the calls it remembers."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BEGAN = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class ForSale:
    number: str
    country: str = "US"
    kind: str = "local"
    area: str = ""
    features: tuple[str, ...] = ("voice", "sms")
    once: str = "1.00"
    monthly: str = "1.10"

    def row(self, *, best_effort: bool = False) -> dict[str, Any]:
        return {
            "record_type": "available_phone_number", "phone_number": self.number, "best_effort": best_effort,
            "cost_information": {"upfront_cost": self.once, "monthly_cost": self.monthly, "currency": "USD"},
            "features": [{"name": name} for name in self.features],
        }  # fmt: skip


@dataclass
class Sold:
    """An order of one number. `looks`: how often it is asked after before it is through."""

    what: ForSale
    reference: str
    looks: int
    status: str = "pending"
    papers_missing: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = BEGAN

    def row(self) -> dict[str, Any]:
        return {
            "id": self.id, "record_type": "number_order", "status": self.status, "created_at": self.at.isoformat(),
            "requirements_met": not self.papers_missing, "customer_reference": self.reference,
            "phone_numbers_count": 1,
            "phone_numbers": [{"id": str(uuid.uuid5(uuid.UUID(self.id), "number")), "phone_number": self.what.number}],
        }  # fmt: skip


class Stock:
    """`needs`: names of papers, by country, as searches are told. `asks_papers`: numbers that wait for them; they are
    approved after `papers_looks` looks at the orders, None while nobody has filed any."""

    def __init__(self) -> None:
        self.for_sale: list[ForSale] = []
        self.needs: dict[str, list[str]] = {}
        self.asks_papers: set[str] = set()
        self.papers_looks: int | None = None
        self.sold: list[Sold] = []
        self.owned: list[dict[str, Any]] = []
        self._ids = itertools.count(1293384261075731499)
        self._hours = itertools.count(1)

    def new_id(self) -> str:
        return str(next(self._ids))

    def order(self, number: str, reference: str, looks: int) -> Sold | None:
        """None: it is not for sale."""
        what = next((one for one in self.for_sale if one.number == number), None)
        if what is None:
            return None
        self.for_sale.remove(what)
        at = BEGAN + timedelta(hours=next(self._hours))
        sold = Sold(what, reference, looks, papers_missing=number in self.asks_papers, at=at)
        self.sold.append(sold)
        self.settle()
        return sold

    def look(self) -> None:
        """Somebody asks after the orders."""
        if self.papers_looks is not None:
            self.papers_looks -= 1
        for sold in self.sold:
            sold.looks -= 1
            sold.papers_missing &= self.papers_looks is None or self.papers_looks > 0
        self.settle()

    def settle(self) -> None:
        """Orders that are through become numbers; the reference stays with the order."""
        for sold in self.sold:
            if sold.status == "pending" and sold.looks <= 0 and not sold.papers_missing:
                sold.status = "success"
                self.own(sold.what)

    def fails(self, number: str) -> None:
        """Telnyx cannot deliver it after all."""
        next(one for one in self.sold if one.what.number == number).status = "failure"

    def own(self, what: ForSale, reference: str | None = None) -> dict[str, Any]:
        row = {
            "id": self.new_id(), "record_type": "phone_number", "phone_number": what.number, "status": "active",
            "connection_id": None, "customer_reference": reference, "caller_id_name_enabled": False,
            "country_iso_alpha2": what.country, "created_at": BEGAN.isoformat(), "purchased_at": BEGAN.isoformat(),
            "phone_number_type": what.kind, "tags": [], "external_pin": None, "deletion_lock_enabled": False,
        }  # fmt: skip
        self.owned.append(row)
        return row

    def give_back(self, row: dict[str, Any]) -> None:
        """A deleted number stays in the list, and can be bought by anybody."""
        row["status"] = "deleted"
        self.for_sale.append(ForSale(row["phone_number"], row["country_iso_alpha2"], row["phone_number_type"]))
