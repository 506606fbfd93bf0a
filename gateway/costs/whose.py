"""Which account a call of ours went or came through, as far as trunks and numbers know."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from trunks.accounts.models import CarrierTrunkRow
from trunks.models import NumberRow


@dataclass(frozen=True)
class Whose:
    """Accounts by trunk and by number, ours; and the numbers themselves, by id and all."""

    trunks: dict[str, str]
    numbers: dict[str, str]
    named: dict[str, str]
    own: frozenset[str]

    @classmethod
    async def read(cls, session: AsyncSession) -> Whose:
        trunks = {
            side: row.carrier_id
            for row in await session.scalars(select(CarrierTrunkRow))
            for side in (row.inbound_trunk_id, row.outbound_trunk_id)
            if side
        }
        rows = list(await session.execute(select(NumberRow.id, NumberRow.number, NumberRow.carrier_id)))
        accounts, named = {row.id: row.carrier_id or "" for row in rows}, {row.id: row.number for row in rows}
        return cls(trunks, accounts, named, frozenset(named.values()))

    def of_call(self, call: Call) -> str:
        """Empty where nobody knows."""
        return self.trunks.get(call.trunk_id) or self.numbers.get(call.number_id) or ""

    def own_number(self, call: Call) -> str:
        """The one of the two that is a number of ours; empty for neither."""
        if call.number_id in self.named:
            return self.named[call.number_id]
        shown = call.pii.ani if call.direction == "outbound" else call.pii.dnis
        return shown if shown in self.own else ""
