"""Queries of the own list, revocations, consents on file and holidays. Methods work inside the caller's transaction.

Whatever is added twice is there once: the first one stays, and is what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.terms import Scope, covers
from compliance.do_not_call.models import DialConsentRow, HolidayRow, OwnEntryRow, RevocationRow
from compliance.do_not_call.schemas import ConsentAsked, OwnEntryAsked, RevocationAsked
from compliance.do_not_call.who import Who, add_once
from gateway.kernel.errors import NotFound
from gateway.kernel.ids import new_id
from gateway.rest.pages import Cut


class OwnList:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, person: Who, asked: OwnEntryAsked, by: str, now: datetime) -> tuple[OwnEntryRow, bool]:
        """Whether it is new. Somebody who was erased is on it without a number, and stays so."""
        same = (OwnEntryRow.scope == asked.scope, OwnEntryRow.seller == asked.seller)
        row = OwnEntryRow(
            id=new_id("dnc"), number=person.number, subject="", scope=asked.scope, seller=asked.seller,
            reason=asked.reason, heard=asked.heard, call_id=asked.call_id or "", added_by=by, created_at=now,
        )  # fmt: skip
        return await add_once(self._session, select(OwnEntryRow).where(person.in_rows(OwnEntryRow), *same), row)

    async def get(self, entry_id: str) -> OwnEntryRow:
        """Raises NotFound."""
        row = await self._session.get(OwnEntryRow, entry_id)
        if row is None:
            raise NotFound("there is no such entry", todo="GET /v1/do-not-call/entries")
        return row

    async def of(self, person: Who) -> Sequence[OwnEntryRow]:
        return (await self._session.scalars(select(OwnEntryRow).where(person.in_rows(OwnEntryRow)))).all()

    async def page(self, cut: Cut, person: Who | None) -> tuple[list[OwnEntryRow], str | None]:
        query = select(OwnEntryRow)
        if person is not None:
            query = query.where(person.in_rows(OwnEntryRow))
        return await cut.rows(self._session, query, OwnEntryRow.id)


class Revocations:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, person: Who, asked: RevocationAsked, by: str, now: datetime) -> tuple[RevocationRow, bool]:
        """Whether it is new. Consents on file that it ends are marked as withdrawn."""
        at = min(asked.at or now, now)  # nothing is taken back only from tomorrow on
        same = [RevocationRow.scope == asked.scope, RevocationRow.seller == asked.seller]
        if asked.at is not None:
            same.append(RevocationRow.at == at)
        elif asked.call_id:
            same.append(RevocationRow.call_id == asked.call_id)
        elif given := [row.given_at for row in await DialConsents(self._session).of(person)]:
            same.append(RevocationRow.at >= max(given))  # of what was given since, nothing is taken back yet
        row = RevocationRow(
            id=new_id("drev"), number=person.number, subject="", scope=asked.scope, seller=asked.seller,
            heard=asked.heard, words=asked.words, call_id=asked.call_id or "", at=at, added_by=by, created_at=now,
        )  # fmt: skip
        query = select(RevocationRow).where(person.in_rows(RevocationRow), *same).order_by(RevocationRow.id).limit(1)
        row, is_new = await add_once(self._session, query, row)
        if is_new:
            await self._withdraw(person, asked.scope, asked.seller, at)
        return row, is_new

    async def of(self, person: Who) -> Sequence[RevocationRow]:
        return (await self._session.scalars(select(RevocationRow).where(person.in_rows(RevocationRow)))).all()

    async def page(self, cut: Cut, person: Who | None) -> tuple[list[RevocationRow], str | None]:
        query = select(RevocationRow)
        if person is not None:
            query = query.where(person.in_rows(RevocationRow))
        return await cut.rows(self._session, query, RevocationRow.id)

    async def _withdraw(self, person: Who, scope: Scope, seller: str, at: datetime) -> None:
        """A consent that was given for what is still wanted as well stays; the gate weighs it by purpose."""
        for row in await DialConsents(self._session).of(person):
            ends = all(covers(scope, purpose) for purpose in row.purposes)  # type: ignore[arg-type]
            of_seller = not seller or seller.casefold() == row.seller.casefold()
            if ends and of_seller and row.given_at <= at and row.withdrawn_at is None:
                row.withdrawn_at = at


class DialConsents:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, person: Who, asked: ConsentAsked, by: str, now: datetime) -> tuple[DialConsentRow, bool]:
        same = (
            DialConsentRow.seller == asked.seller,
            DialConsentRow.kind == asked.kind,
            DialConsentRow.given_at == asked.given_at,
        )
        row = DialConsentRow(
            id=new_id("dcon"), number=person.number, subject="", kind=asked.kind, purposes=sorted(set(asked.purposes)),
            seller=asked.seller, given_at=asked.given_at, how=asked.how, evidence=asked.evidence,
            evidence_sha256=(asked.evidence_sha256 or "").lower(), text_shown=asked.text_shown, signer=asked.signer,
            says_automated=asked.says_automated, no_condition=asked.no_condition, withdrawn_at=None, added_by=by,
            created_at=now,
        )  # fmt: skip
        known = select(DialConsentRow).where(DialConsentRow.number == person.number, *same)
        return await add_once(self._session, known, row)

    async def get(self, consent_id: str) -> DialConsentRow:
        """Raises NotFound."""
        row = await self._session.get(DialConsentRow, consent_id)
        if row is None:
            raise NotFound("there is no such consent", todo="GET /v1/dial-consents")
        return row

    async def of(self, person: Who) -> Sequence[DialConsentRow]:
        query = select(DialConsentRow).where(person.in_rows(DialConsentRow)).order_by(DialConsentRow.id)
        return (await self._session.scalars(query)).all()

    async def page(self, cut: Cut, person: Who | None) -> tuple[list[DialConsentRow], str | None]:
        query = select(DialConsentRow)
        if person is not None:
            query = query.where(person.in_rows(DialConsentRow))
        return await cut.rows(self._session, query, DialConsentRow.id)


class Holidays:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, place: str, year: int, days: Sequence[date], now: datetime) -> HolidayRow:
        """In place of what was said of that year."""
        name = f"{place}.{year}"
        row = await self._session.get(HolidayRow, name, with_for_update=True)
        if row is None:
            row = HolidayRow(id=name, place=place, year=year, days=[], updated_at=now)
            self._session.add(row)
        row.days, row.updated_at = sorted({day.isoformat() for day in days}), now
        await self._session.flush()
        return row

    async def all(self) -> Sequence[HolidayRow]:
        return (await self._session.scalars(select(HolidayRow).order_by(HolidayRow.id))).all()
