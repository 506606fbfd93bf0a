"""Who is not to be dialled, as a place that keeps something of persons.

What somebody asked for holds on after they are erased: number and words go, and a keyed hash of the number stays, by
which the next decision still finds that they are not to be called. Without it an erasure would put them back on the
campaigns that they wanted to be off. That consent was given stays too, without who gave it: the law asks for that
proof for five years. An imported list is its register's; the number comes off it with the next copy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.do_not_call.models import DialConsentRow, ListNumberRow, OwnEntryRow, RevocationRow
from compliance.do_not_call.who import PersonRow
from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from compliance.privacy.service import Begin

_LISTED = "a keyed hash stays in place of the number: who asked not to be called is not called after an erasure either"
_CONSENT = "when, to whom and for what consent was given stays, under a keyed hash: 16 CFR 310.5 asks for five years"
_IMPORTED = "an imported list has the number; it comes off with the next copy of its register"


class ErasableDoNotCall:
    name = "do not call"
    covers: Collection[str] = frozenset(
        {
            "do_not_call_entries.number", "do_not_call_entries.reason", "do_not_call_numbers.number",
            "dial_revocations.number", "dial_revocations.words", "dial_consents.number", "dial_consents.evidence",
            "dial_consents.signer",
        }
    )  # fmt: skip

    def __init__(self, begin: Begin, key: HashKey) -> None:
        self._begin, self._key = begin, key

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            return len(await _rows(session, subject)) + await _imported(session, subject)

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            return [_shown(row) for row in await _rows(session, subject)]

    async def erase(self, subject: Subject) -> Erased:
        kept: list[Kept] = []
        async with self._begin() as session:
            rows = await _rows(session, subject)
            for row in rows:
                _empty(row, subject.person, self._key)
            hashed = [row for row in rows if row.subject]
            consents = sum(isinstance(row, DialConsentRow) for row in hashed)
            if len(hashed) > consents:
                kept.append(Kept(len(hashed) - consents, _LISTED))
            if consents:
                kept.append(Kept(consents, _CONSENT))
            if imported := await _imported(session, subject):
                kept.append(Kept(imported, _IMPORTED))
        return Erased(len(rows), tuple(kept))


def _empty(row: PersonRow, person: Person | None, key: HashKey) -> None:
    """Words that were heard on a call go with it; what is on file of another number stays on file of it."""
    if isinstance(row, RevocationRow):
        row.words = ""
    elif isinstance(row, OwnEntryRow):
        row.reason = ""
    if person is None or row.number != person.number:
        return
    row.number, row.subject = "", key.of(person)
    if isinstance(row, DialConsentRow):
        row.evidence, row.signer = "", ""


def _shown(row: PersonRow) -> dict[str, Any]:
    if isinstance(row, DialConsentRow):
        return {
            "consent": row.kind, "purposes": row.purposes, "seller": row.seller, "given_at": row.given_at.isoformat(),
            "text_shown": row.text_shown, "signer": row.signer, "evidence": row.evidence,
            "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }  # fmt: skip
    if isinstance(row, RevocationRow):
        return {"revocation": row.scope, "seller": row.seller, "at": row.at.isoformat(), "words": row.words}
    return {
        "not_to_be_called": row.scope, "seller": row.seller, "since": row.created_at.isoformat(), "reason": row.reason,
    }  # fmt: skip


async def _rows(session: AsyncSession, subject: Subject) -> Sequence[PersonRow]:
    """Those that name the person, and words that were heard on the calls."""
    calls, found = list(subject.call_ids), list[PersonRow]()
    number = subject.person.number if subject.person is not None else None
    for table, words in ((OwnEntryRow, OwnEntryRow.reason), (RevocationRow, RevocationRow.words)):
        heard = (table.call_id.in_(calls)) & (words != "")
        where = heard if number is None else or_(heard, table.number == number)
        found += (await session.scalars(select(table).where(where))).all()
    if number is not None:
        found += (await session.scalars(select(DialConsentRow).where(DialConsentRow.number == number))).all()
    return found


async def _imported(session: AsyncSession, subject: Subject) -> int:
    if subject.person is None:
        return 0
    where = ListNumberRow.number == int(subject.person.digits)
    return await session.scalar(select(func.count()).select_from(ListNumberRow).where(where)) or 0
