"""Costs added up. Pure. Money is decimal; currencies are never added, nor what was billed to what is estimated."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

By = Literal["carrier", "trunk", "number", "day"]
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class CostLine:
    """One call, or one more record of it. `minutes`: begun ones. `amount`: None where nobody knows; an estimate is
    ours, from the trunk's price per minute. Empty ids and numbers: not known, or not ours."""

    carrier_id: str
    trunk_id: str
    number: str
    day: date
    minutes: int
    amount: Decimal | None = None
    currency: str = ""
    estimated: bool = False

    def key(self, by: By) -> str:
        match by:
            case "carrier":
                return self.carrier_id
            case "trunk":
                return self.trunk_id
            case "number":
                return self.number
            case "day":
                return self.day.isoformat()


@dataclass
class Amount:
    """In one currency. `minutes`: those that were billed."""

    billed: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    minutes: int = 0

    @property
    def per_minute(self) -> Decimal | None:
        """Of what was billed; to the millionth."""
        return (self.billed / self.minutes).quantize(MILLIONTH, ROUND_HALF_EVEN) if self.minutes else None


@dataclass
class Sum:
    """`unpriced`: calls of which nobody knows what they cost."""

    calls: int = 0
    minutes: int = 0
    unpriced: int = 0
    amounts: dict[str, Amount] = field(default_factory=lambda: defaultdict(Amount))

    def add(self, line: CostLine) -> None:
        self.calls += 1
        self.minutes += line.minutes
        if line.amount is None:
            self.unpriced += 1
        elif line.estimated:
            self.amounts[line.currency].estimated += line.amount
        else:
            amount = self.amounts[line.currency]
            amount.billed += line.amount
            amount.minutes += line.minutes


class Sums:
    """Takes lines one by one, so that nobody has to hold them all."""

    def __init__(self, by: By) -> None:
        self._by: By = by
        self.total = Sum()
        self.groups: dict[str, Sum] = defaultdict(Sum)

    def add(self, lines: Iterable[CostLine]) -> None:
        for line in lines:
            self.total.add(line)
            self.groups[line.key(self._by)].add(line)


def minutes_of(seconds: float) -> int:
    return math.ceil(seconds / 60)


def estimate(price_per_minute: str | None, minutes: int) -> Decimal | None:
    """None where the trunk has no price."""
    return Decimal(price_per_minute) * minutes if price_per_minute else None


def plain(amount: Decimal) -> str:
    """Never with an exponent."""
    return format(amount, "f")
