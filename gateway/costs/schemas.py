"""What the REST API says of costs. Money is a decimal as text, with its currency beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.costs.sums import Amount, By, Sum, plain
from gateway.costs.words import Kind


class AmountShown(BaseModel):
    """In one currency. Currencies are never added, nor what is estimated to what was billed."""

    currency: str
    billed: str = Field(description="what the carrier says")
    estimated: str = Field(
        description="from our trunk's price_per_minute, of calls that the carrier has no price for yet"
    )
    per_minute: str | None = Field(description="billed, by begun minute; null: nothing was billed")


class MonthlyShown(BaseModel):
    """What numbers cost each month, as it is now; in no other sum."""

    currency: str
    amount: str
    numbers: int


class SumShown(BaseModel):
    calls: int
    minutes: int = Field(description="begun ones")
    unpriced: int = Field(description="calls of which nobody knows what they cost")
    amounts: list[AmountShown]
    monthly: list[MonthlyShown] = Field(description="of the numbers that belong to it")


class GroupShown(SumShown):
    """`key`: an id, a number of ours or a day (UTC); empty: belongs to none."""

    key: str
    name: str


class CostsShown(BaseModel):
    since: datetime
    until: datetime
    by: By
    groups: list[GroupShown]
    total: SumShown


class RecordShown(BaseModel):
    """A carrier's record of the call."""

    carrier_id: str
    remote_id: str = Field(description="its name at the carrier")
    joined_by: Literal["call_id", "numbers"] = Field(description="how it is known to be this call")
    began_at: datetime
    seconds: int
    price: str | None = Field(description="null: not rated yet")
    currency: str


class CallCostShown(BaseModel):
    """`cost`: billed by the carrier, estimated from the trunk's price per minute, or unknown."""

    call_id: str
    cost: Literal["billed", "estimated", "unknown"]
    says: str
    minutes: int
    amounts: list[AmountShown]
    records: list[RecordShown]


class FindingShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: Kind
    at: datetime
    carrier_id: str
    words: str
    todo: str
    call_id: str
    remote_id: str


class FindingsShown(BaseModel):
    since: datetime
    until: datetime
    data: list[FindingShown]
    more: bool = Field(description="there are more than these; ask for a shorter time")


def amounts_of(one: Sum) -> list[AmountShown]:
    return [_amount(currency, amount) for currency, amount in sorted(one.amounts.items())]


def _amount(currency: str, amount: Amount) -> AmountShown:
    return AmountShown(
        currency=currency, billed=plain(amount.billed), estimated=plain(amount.estimated),
        per_minute=plain(amount.per_minute) if amount.per_minute is not None else None,
    )  # fmt: skip
