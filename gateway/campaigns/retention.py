"""How long numbers of a campaign stay.

Of attempts: five years (`dials`, 16 CFR 310.5), though the record of their call has lost its numbers long before. Of
contacts: as long as `calls`, from the end of their campaign on. What happened, when, and the keyed hash stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, cast, select

from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.retention import Retention
from compliance.screening.turns import Begin, in_turn
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.kernel.clock import Clock

ATTEMPTS, CONTACTS = "dials", "calls"
AT_ONCE = 500
_SAYS_SOMETHING = cast(AttemptRow.pii, String) != "{}"


class CampaignRetention:
    """`retentions`: what holds here."""

    def __init__(self, begin: Begin, clock: Clock, retentions: Sequence[Retention]) -> None:
        self._begin, self._clock = begin, clock
        self._kinds = {one.rule.name: one for one in retentions}

    async def forget_dials(self, call_ids: Sequence[str]) -> int:
        """Of calls that are old enough and not held: how many attempts were emptied."""
        async with self._begin() as session:
            rows = await session.scalars(select(AttemptRow).where(AttemptRow.call_id.in_(call_ids), _SAYS_SOMETHING))
            found = list(rows)
            for row in found:
                row.pii = {}
        return len(found)

    async def forget_rest(self) -> int:
        """Attempts that never became a call, and contacts. Those of persons on hold stay."""
        return await self._attempts() + await self._contacts()

    async def _attempts(self) -> int:
        before, after, count = self._kinds[ATTEMPTS].before(self._clock.now()), "", 0
        while True:
            async with in_turn(self._begin, self._clock) as session:
                query = select(AttemptRow).where(
                    AttemptRow.claimed_at < before, AttemptRow.state == "ended", AttemptRow.call_id == "",
                    _SAYS_SOMETHING, AttemptRow.id > after,
                )  # fmt: skip
                rows = (await session.scalars(query.order_by(AttemptRow.id).limit(AT_ONCE))).all()
                held = await PrivacyRepository(session).held({row.number_hash for row in rows})
                for row in rows:
                    if row.number_hash not in held:
                        row.pii = {}
                        count += 1
            if len(rows) < AT_ONCE:
                return count
            after = rows[-1].id

    async def _contacts(self) -> int:
        before, after, count = self._kinds[CONTACTS].before(self._clock.now()), 0, 0
        while True:
            async with in_turn(self._begin, self._clock) as session:
                over = select(CampaignRow.id).where(CampaignRow.ended_at < before)
                query = select(ContactRow).where(
                    ContactRow.campaign_id.in_(over), ContactRow.pii_number != "", ContactRow.state != "open",
                    ContactRow.position > after,
                )  # fmt: skip
                rows = (await session.scalars(query.order_by(ContactRow.position).limit(AT_ONCE))).all()
                held = await PrivacyRepository(session).held({row.number_hash for row in rows})
                for row in rows:
                    if row.number_hash not in held:
                        row.pii_number, row.pii = "", {}
                        row.state = "done" if row.state == "waiting" else row.state
                        count += 1
            if len(rows) < AT_ONCE:
                return count
            after = rows[-1].position
