"""What one call costs, in figures and in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from gateway.calls.models import CallRow
from gateway.costs.models import CarrierCallRow
from gateway.costs.schemas import CallCostShown, RecordShown, amounts_of
from gateway.costs.sums import CostLine, Sum

Cost = Literal["billed", "estimated", "unknown"]


def call_cost(row: CallRow, records: Sequence[CarrierCallRow], lines: Sequence[CostLine]) -> CallCostShown:
    total = Sum()
    for line in lines:
        total.add(line)
    cost = _cost(lines)
    return CallCostShown(
        call_id=row.id, cost=cost, says=_says(row, records, cost), minutes=total.minutes,
        amounts=amounts_of(total), records=[_record(one) for one in records],
    )  # fmt: skip


def _cost(lines: Sequence[CostLine]) -> Cost:
    """Billed only when the carrier has a price for every record of it."""
    if not lines or any(line.amount is None for line in lines):
        return "unknown"
    return "estimated" if any(line.estimated for line in lines) else "billed"


def _says(row: CallRow, records: Sequence[CarrierCallRow], cost: Cost) -> str:
    if row.status != "ended":
        return "the call is not over"
    if cost == "billed":
        return "the carrier's own price"
    there = "the carrier has recorded the call without a price yet" if records else "no carrier has recorded the call"
    if cost == "estimated":
        return f"{there}; estimated by begun minutes, from the price of its trunk"
    if not records and row.direction == "outbound" and not row.minutes:
        return f"{there}, and it was not answered"
    return f"{there}, and its trunk has no price per minute"


def _record(row: CarrierCallRow) -> RecordShown:
    return RecordShown(
        carrier_id=row.carrier_id, remote_id=row.remote_id, joined_by="call_id" if row.fit == "call_id" else "numbers",
        began_at=row.began_at, seconds=row.seconds, price=row.price, currency=row.currency,
    )  # fmt: skip
