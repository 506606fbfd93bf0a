"""Telnyx's contract. openapi-core reads one level of brackets in a query, and Telnyx publishes no schema for records of
calls over SIP trunks: there ours alone counts."""

from __future__ import annotations

import re
from functools import cache

from tests.carriers.contract import Contract
from tests.carriers.exchange import Exchange

_DEEPER = re.compile(r"\w+\[\w+\]\[\w*\]")


class TelnyxContract(Contract):
    def __init__(self) -> None:
        super().__init__("telnyx", ["telnyx/telnyx_v2_voice_subset.json"])

    def problems(self, exchange: Exchange) -> list[str]:
        found = self.ours.problems(exchange)
        if exchange.path.endswith("/detail_records"):
            return found
        shallow = exchange.with_query({name: value for name, value in exchange.query if not _DEEPER.match(name)})
        for document in self.published:
            if document.knows(shallow):
                found += [f"(published) {problem}" for problem in document.problems(shallow)]
        return found


@cache
def contract() -> TelnyxContract:
    return TelnyxContract()
