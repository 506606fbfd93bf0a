"""Campaigns as a place that keeps something of persons: who was to be called, and who was dialled.

A contact is emptied and not called any more; the keyed hash of its number stays, so that a file with the same person
does not bring it back into the campaign. Of a telemarketing call to the United States the law wants the number that was
called, and the one that was shown, kept for five years (16 CFR 310.5(a)(2)): these two stay that long, nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.consent.places import country_of
from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from compliance.privacy.service import Begin
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.kernel.clock import Clock

FIVE_YEARS = timedelta(days=5 * 365 + 2)
RECORD = ("number", "shows")  # of an attempt, what the law names
_RECORDS = "the called and the shown number of marketing calls to the US stay for five years: 16 CFR 310.5(a)(2)"
_OPEN = "an attempt is under way; ask again when it is over"
_UNDER_IT = ("US", "PR", "VI", "GU", "AS", "MP", "")  # "": of the North American plan, and nobody knows where
_AT_ONCE = 500


class ErasableCampaigns:
    name = "campaigns"
    covers: Collection[str] = frozenset(
        {"campaign_contacts.pii_number", "campaign_contacts.pii", "campaign_attempts.pii"}
    )

    def __init__(self, begin: Begin, clock: Clock, key: HashKey) -> None:
        self._begin, self._clock, self._key = begin, clock, key

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            return len(await self._contacts(session, subject)) + len(await self._attempts(session, subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            contacts = [_contact(row) for row in await self._contacts(session, subject)]
            return contacts + [_attempt(row) for row in await self._attempts(session, subject)]

    async def erase(self, subject: Subject) -> Erased:
        count = under_way = records = 0
        async with self._begin() as session:
            for row in await self._contacts(session, subject):
                if row.state == "open":  # whoever dials it reads the number
                    under_way += 1
                else:
                    count += 1
                    self._empty(row, subject.person)
            attempts = await self._attempts(session, subject)
            purposes = await _purposes(session, attempts)
            for row in attempts:
                if row.state != "ended":
                    under_way += 1
                    continue
                stays = self._stays(row, subject) and _is_record(row, purposes, self._clock.now())
                left = self._left(row, subject, stays=stays)
                count += left != row.pii
                records += stays
                row.pii = left
        kept = [Kept(number, why) for number, why in ((under_way, _OPEN), (records, _RECORDS)) if number]
        return Erased(count, tuple(kept))

    def _empty(self, row: ContactRow, person: Person | None) -> None:
        """Another one that names the person goes on without that."""
        assert person is not None, "contacts are found by their number only"
        if row.number_hash != self._key.of(person):
            row.ref, row.pii = person.taken_out(row.ref), person.taken_out(row.pii)
            return
        row.pii_number, row.pii, row.ref = "", {}, person.taken_out(row.ref)
        if row.state == "waiting":
            row.state, row.outcome, row.why = "done", "refused", "erased"

    def _stays(self, row: AttemptRow, subject: Subject) -> bool:
        """Whether it is an attempt of the subject's own, or one that only names it."""
        own = subject.person is not None and row.number_hash == self._key.of(subject.person)
        return own or row.call_id in subject.call_ids

    def _left(self, row: AttemptRow, subject: Subject, *, stays: bool) -> dict[str, str]:
        if not self._stays(row, subject):
            return subject.person.taken_out(row.pii) if subject.person else row.pii
        return {name: row.pii[name] for name in RECORD if name in row.pii} if stays else {}

    async def _contacts(self, session: AsyncSession, subject: Subject) -> list[ContactRow]:
        """Of the person, and those that name it."""
        person = subject.person
        if person is None:
            return []
        # by campaign, since that is how the index begins
        own = (ContactRow.campaign_id.in_(select(CampaignRow.id)), ContactRow.number_hash == self._key.of(person))
        found = {row.position: row for row in await session.scalars(select(ContactRow).where(*own)) if _says(row)}
        naming = or_(
            cast(ContactRow.pii, String).contains(person.digits, autoescape=True),
            ContactRow.ref.contains(person.digits, autoescape=True),
        )
        for row in await session.scalars(select(ContactRow).where(naming)):
            if person.is_in([row.pii, row.ref]):
                found[row.position] = row
        return list(found.values())

    async def _attempts(self, session: AsyncSession, subject: Subject) -> list[AttemptRow]:
        """Of the calls, of the person, and those that name it; none of a call that is held."""
        found: dict[str, AttemptRow] = {}
        for start in range(0, len(subject.call_ids), _AT_ONCE):
            some = subject.call_ids[start : start + _AT_ONCE]
            for row in await session.scalars(select(AttemptRow).where(AttemptRow.call_id.in_(some))):
                found[row.id] = row
        if (person := subject.person) is not None:
            own = select(AttemptRow).where(AttemptRow.number_hash == self._key.of(person))
            naming = select(AttemptRow).where(cast(AttemptRow.pii, String).contains(person.digits, autoescape=True))
            for row in (*await session.scalars(own), *await session.scalars(naming)):
                if row.call_id not in subject.held or not row.call_id:
                    found[row.id] = row
        return [row for row in found.values() if row.pii]


def _says(row: ContactRow) -> bool:
    return bool(row.pii_number or row.pii)


async def _purposes(session: AsyncSession, attempts: list[AttemptRow]) -> dict[str, str]:
    """By campaign."""
    wanted = {row.campaign_id for row in attempts}
    rows = await session.execute(select(CampaignRow.id, CampaignRow.terms).where(CampaignRow.id.in_(wanted)))
    return {row.id: row.terms.get("purpose", "marketing") for row in rows}


def _is_record(row: AttemptRow, purposes: dict[str, str], now: datetime) -> bool:
    """Whether the law wants its numbers kept. What is not known counts as marketing."""
    number = row.pii.get("number", "")
    if row.dialled_at is None or row.dialled_at < now - FIVE_YEARS or not number.startswith("+1"):
        return False
    purpose = row.gate.get("purpose") or purposes.get(row.campaign_id, "marketing")
    return purpose == "marketing" and country_of(number) in _UNDER_IT


def _contact(row: ContactRow) -> dict[str, Any]:
    return {
        "contact": row.position, "campaign": row.campaign_id, "state": row.state, "outcome": row.outcome,
        "attempts": row.attempts, "place": row.place, "ref": row.ref, "variables": row.pii,
    }  # fmt: skip


def _attempt(row: AttemptRow) -> dict[str, Any]:
    dialled_at = row.dialled_at.isoformat() if row.dialled_at else None
    return {
        "attempt": row.id, "campaign": row.campaign_id, "call": row.call_id, "dialled_at": dialled_at,
        "outcome": row.outcome, "seconds": row.seconds, "pii": row.pii,
    }  # fmt: skip
