"""Carriers' records of calls as a place that keeps something of persons: who called and who was called.

Rows stay, with time, length and price: they are what was paid. What a carrier tells later of somebody who was erased
is stored without the number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Subject
from compliance.privacy.erasable_rows import ErasableRows
from compliance.privacy.hash_key import HashKey
from compliance.privacy.models import ErasureRow
from compliance.privacy.person import Person
from gateway.costs.join import telephone
from gateway.costs.models import CarrierCallRow
from gateway.costs.repository import empty, parties
from trunks.carriers.port import CarrierCall

_AT_ONCE = 500
_NAMING = (CarrierCallRow.pii_calling, CarrierCallRow.pii_called, CarrierCallRow.sip_call_id)
SAYS_SOMETHING = or_(CarrierCallRow.pii_calling != "", CarrierCallRow.pii_called != "")


class ErasableCarrierCalls(ErasableRows[CarrierCallRow]):
    name = "carrier records"
    covers: Collection[str] = frozenset({"carrier_calls.pii_calling", "carrier_calls.pii_called"})

    def shown(self, row: CarrierCallRow) -> dict[str, Any]:
        pii = {"calling": row.pii_calling, "called": row.pii_called, "sip_call_id": row.sip_call_id}
        return {
            "record": row.id,
            "call": row.call_id,
            "at": row.began_at.isoformat(),
            "seconds": row.seconds,
            "pii": pii,
        }

    async def empty(self, session: AsyncSession, row: CarrierCallRow) -> None:
        empty(row)

    async def rows(self, session: AsyncSession, subject: Subject) -> list[CarrierCallRow]:
        """Of the calls, and all that name the person but for those of calls that are held."""
        found: dict[str, CarrierCallRow] = {}
        for start in range(0, len(subject.call_ids), _AT_ONCE):
            some = subject.call_ids[start : start + _AT_ONCE]
            of_calls = select(CarrierCallRow).where(CarrierCallRow.call_id.in_(some), SAYS_SOMETHING)
            found |= {row.id: row for row in await session.scalars(of_calls)}
        if subject.person is not None:
            digits = subject.person.digits
            named = or_(*(column.contains(digits, autoescape=True) for column in _NAMING))
            for row in await session.scalars(select(CarrierCallRow).where(named)):
                of_person = subject.person.is_in([row.pii_calling, row.pii_called, row.sip_call_id])
                if of_person and row.call_id not in subject.held:
                    found[row.id] = row
        return list(found.values())

    async def forget(self, call_ids: Sequence[str]) -> int:
        """For retention."""
        return (await self.erase(Subject(call_ids=tuple(call_ids)))).count


async def nameless(session: AsyncSession, key: HashKey, told: Sequence[CarrierCall]) -> set[str]:
    """Ids at the carrier, of the calls with somebody who was erased after they began."""
    hashes = {call.remote_id: hashes_of(key, parties(call)) for call in told}
    wanted = {one for some in hashes.values() for one in some}
    query = (
        select(ErasureRow.subject, func.max(ErasureRow.at).label("at"))
        .where(ErasureRow.kind == "person", ErasureRow.subject.in_(sorted(wanted)))
        .group_by(ErasureRow.subject)
    )
    erased = {row.subject: row.at for row in await session.execute(query)}
    return {
        call.remote_id
        for call in told
        if any(one in erased and call.began_at <= erased[one] for one in hashes[call.remote_id])
    }


def hashes_of(key: HashKey, texts: Sequence[str]) -> set[str]:
    return {key.of(Person(number)) for number in map(telephone, texts) if number}
