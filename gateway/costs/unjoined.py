"""Retention of carriers' records that no call of ours leads to: kept as long as calls are, then without numbers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from compliance.privacy.hash_key import HashKey
from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.retention import Retention
from gateway.calls.performing import Begin
from gateway.costs.erasable import SAYS_SOMETHING, hashes_of
from gateway.costs.models import CarrierCallRow
from gateway.costs.repository import empty
from gateway.kernel.clock import Clock

KIND = "calls"
_AT_ONCE = 500


class UnjoinedRecords:
    """`retentions`: what holds here."""

    def __init__(self, begin: Begin, key: HashKey, clock: Clock, retentions: Sequence[Retention]) -> None:
        self._begin, self._key, self._clock = begin, key, clock
        self._retention = next(one for one in retentions if one.rule.name == KIND)

    async def forget(self) -> int:
        """Returns how many were emptied. Those of persons on hold stay."""
        before, count, after = self._retention.before(self._clock.now()), 0, ""
        while True:
            async with self._begin() as session:
                query = select(CarrierCallRow).where(
                    CarrierCallRow.began_at < before, CarrierCallRow.call_id.is_(None), SAYS_SOMETHING,
                    CarrierCallRow.id > after,
                )  # fmt: skip
                rows = (await session.scalars(query.order_by(CarrierCallRow.id).limit(_AT_ONCE))).all()
                if not rows:
                    return count
                hashes = {row.id: hashes_of(self._key, (row.pii_calling, row.pii_called)) for row in rows}
                held = await PrivacyRepository(session).held({one for some in hashes.values() for one in some})
                for row in rows:
                    if not hashes[row.id] & held.keys():
                        empty(row)
                        count += 1
                after = rows[-1].id
