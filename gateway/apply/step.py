"""A step of a plan, and what a plan notes besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from trunks.carriers.port import HumanStep, Money

Act = Literal[
    "carrier.create", "carrier.update", "agent.create", "agent.update", "trunk.create", "trunk.repair",
    "trunk.inbound", "number.buy", "number.import", "number.lead", "trunk.outbound", "rule.create", "rule.update",
    "livekit.sync",
]  # fmt: skip
Risk = Literal["none", "money", "calls"]  # calls: callers may notice it
NoteKind = Literal["drift", "orphan", "people", "cannot"]


@dataclass(frozen=True)
class Step:
    """`key`: what it is about, the same in every plan. `needs`: keys of steps before it. `given`: JSON, no secrets."""

    act: Act
    key: str
    words: str
    carrier: str = ""
    risk: Risk = "none"
    needs: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    once: Money | None = None
    monthly: Money | None = None
    human: tuple[HumanStep, ...] = ()


@dataclass(frozen=True)
class Note:
    """drift: it is otherwise than it was made. orphan: paid for, and unused. people: what only they can do. cannot:
    wanted, and the carrier has no switch for it."""

    kind: NoteKind
    about: str
    words: str
    link: str = ""


@dataclass(frozen=True)
class PlanFound:
    steps: tuple[Step, ...]
    notes: tuple[Note, ...]


def total(prices: list[Money | None]) -> list[Money]:
    """One sum per currency; what is not known is left out."""
    sums: dict[str, Decimal] = {}
    for price in prices:
        if price is not None:
            sums[price.currency] = sums.get(price.currency, Decimal(0)) + price.amount
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]
