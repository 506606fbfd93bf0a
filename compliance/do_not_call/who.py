"""A person in these tables: by number, or by the hash that stands for it after an erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.do_not_call.models import DialConsentRow, OwnEntryRow, RevocationRow
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person

PersonRow = OwnEntryRow | RevocationRow | DialConsentRow
R = TypeVar("R", OwnEntryRow, RevocationRow, DialConsentRow)


@dataclass(frozen=True)
class Who:
    """`number`: E.164; `subject`: its keyed hash."""

    number: str
    subject: str

    def in_rows(self, table: type[PersonRow]) -> ColumnElement[bool]:
        return or_(table.number == self.number, table.subject == self.subject)


def who(key: HashKey, number: str) -> Who:
    return Who(number, key.of(Person(number)))


async def add_once(session: AsyncSession, known: Select[Any], row: R) -> tuple[R, bool]:
    """The row that was there, or this one, and whether it is new: two who write the same at once make one."""
    if found := await session.scalar(known):
        return found, False
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return (await session.scalars(known)).one(), False
    return row, True
