"""What a call out may cost. Pure. Minutes are begun minutes; money is decimal.

An open call counts with all the minutes it may last, so that what is let out can never cost more than the cap.
"""

from __future__ import annotations

import math
from decimal import ROUND_FLOOR, Decimal

from gateway.calls.call import Call


def minutes_of(call: Call) -> int:
    """Minutes of its trunk's money that the call has used, or may still use; none for a call that came in."""
    if call.direction != "outbound":
        return 0
    if not call.ended:
        return math.ceil(call.policy.max_duration_s / 60)
    if call.answered_at is None or call.ended_at is None:
        return 0
    return max(1, math.ceil((call.ended_at - call.answered_at).total_seconds() / 60))


def minutes_left(cap: Decimal | None, price_per_minute: Decimal | None, minutes_used: int) -> int | None:
    """Whole minutes that the cap still pays for, never below 0; None where money sets no bound."""
    if cap is None or not price_per_minute:
        return None
    left = (cap - price_per_minute * minutes_used) / price_per_minute
    return max(0, int(left.to_integral_value(ROUND_FLOOR)))
