"""The calls to humans that a transfer has made, as their records tell of them."""

from __future__ import annotations

from gateway.calls.call import Call
from gateway.transfers.story import Attempt


class DialledCalls:
    """Of one attempt there may be several, one after the other and each by another trunk; the latest counts."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, Call]] = {}

    def heard_of(self, call: Call) -> None:
        self._calls.setdefault(call.asked_by, {})[call.id] = call

    def of(self, attempt: Attempt) -> Call | None:
        """The call of an attempt that no other trunk was tried after."""
        return self.besides(attempt.id, attempt.failed_trunks)

    def besides(self, attempt_id: str, failed_trunks: tuple[str, ...]) -> Call | None:
        known = [one for one in self._calls.get(attempt_id, {}).values() if one.trunk_id not in failed_trunks]
        return max(known, key=lambda one: one.created_at, default=None)
