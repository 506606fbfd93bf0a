"""What does not fit between a carrier's records and ours, in words. Pure: no number in any of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["unknown_call", "several_fit", "unknown_to_carrier", "not_read"]

SETTLED = timedelta(hours=1)  # after its end; before, our own record may still be on its way
CARRIER_SLOW = timedelta(days=1)  # after its end, a carrier has recorded a call

_UNKNOWN_TO_CARRIER = {
    "inbound": (
        "came in through its trunk",
        "see where it came from (gateway calls show): the trunk may let in others than the carrier",
    ),
    "outbound": (
        "went out through its trunk",
        "see where it went (gateway calls show): the trunk may lead elsewhere, or to another account",
    ),
}


@dataclass(frozen=True)
class Finding:
    """`todo`: the next step."""

    kind: Kind
    at: datetime
    carrier_id: str
    words: str
    todo: str
    call_id: str = ""
    remote_id: str = ""


def unknown_call(carrier: str, carrier_id: str, remote_id: str, at: datetime, what: str) -> Finding:
    """`what`: direction, length and price."""
    return Finding(
        "unknown_call", at, carrier_id, f"{carrier} has recorded {what}, and this gateway knows no such call",
        "look it up at the carrier: somebody else may be using the account or the trunk (then change its passwords and "
        "keys), or this gateway has lost a call",
        remote_id=remote_id,
    )  # fmt: skip


def several_fit(carrier: str, carrier_id: str, remote_id: str, at: datetime, what: str) -> Finding:
    return Finding(
        "several_fit", at, carrier_id,
        f"{carrier} has recorded {what}, and more than one call or record fits; none was chosen",
        "compare the two lists by hand, if the price of this one call matters; sums by carrier, number and day have it",
        remote_id=remote_id,
    )  # fmt: skip


def unknown_to_carrier(carrier: str, carrier_id: str, call_id: str, at: datetime, direction: str) -> Finding:
    came, todo = _UNKNOWN_TO_CARRIER[direction]
    words = f"a call that {came} was answered, and {carrier} has no record of it"
    return Finding("unknown_to_carrier", at, carrier_id, words, todo, call_id=call_id)


def not_read(carrier: str, carrier_id: str, until: datetime) -> Finding:
    return Finding(
        "not_read", until, carrier_id, f"the records of {carrier} have not been read for more than a day",
        "look whether its keys still let us in: gateway carriers --help; the control plane's log has the error's code",
    )  # fmt: skip


def told(direction: str, seconds: int, price: str | None, currency: str) -> str:
    """A record without its numbers: a call in of 61 s for 0.0085 USD."""
    cost = f"for {price} {currency}" if price is not None else "without a price yet"
    return f"a call {'in' if direction == 'inbound' else 'out'} of {seconds} s {cost}"
