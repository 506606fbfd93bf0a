"""Which calls are whose, for privacy: by the numbers that the call record keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from compliance.privacy.erasable import CallNumbers
from compliance.privacy.person import Person
from gateway.calls.call import CallStatus
from gateway.calls.erasable import forget_words
from gateway.calls.models import CallEffectRow, CallEventRow, CallRow, RefusalRow
from gateway.calls.performing import Begin

_AT_ONCE = 500
_INVITES = ("invite_received", "invite_refused", "admission_decided")


class CallIndexOfRecord:
    """A `compliance.privacy.erasable.CallIndex`."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin

    async def of_person(self, person: Person) -> list[CallNumbers]:
        """Calls that came from this number or went to it, emptied in part or not at all."""
        named = _text(CallRow.pii, person)
        plain = (person.number, person.digits)
        refused = RefusalRow.pii_caller.in_(plain) | RefusalRow.pii_number.in_(plain)
        # a log may name whom the call itself does not: what was late, or an effect that was still to be carried out
        invited = CallEventRow.kind.in_(_INVITES) & _text(CallEventRow.pii, person)
        async with self._begin() as session:
            rows = [row for row in await session.scalars(select(CallRow).where(named)) if _is_of(person, row.pii)]
            found = {row.id for row in rows}
            found |= {*await session.scalars(select(RefusalRow.call_id).where(refused))}
            for event in await session.scalars(select(CallEventRow).where(invited)):
                if _is_of(person, event.pii):
                    found.add(event.call_id)
            for effect in await session.scalars(select(CallEffectRow).where(_text(CallEffectRow.pii, person))):
                if person.is_in(effect.pii):
                    found.add(effect.call_id)
            return await _calls(session, found)

    async def naming(self, person: Person) -> list[CallNumbers]:
        async with self._begin() as session:
            events = await session.scalars(select(CallEventRow).where(_text(CallEventRow.pii, person)))
            return await _calls(session, {event.call_id for event in events if person.is_in(event.pii)})

    async def of_ids(self, call_ids: Sequence[str]) -> list[CallNumbers]:
        async with self._begin() as session:
            return [_shown(row) for row in await session.scalars(select(CallRow).where(CallRow.id.in_(call_ids)))]

    async def between(self, after: datetime | None, before: datetime, limit: int) -> list[CallNumbers]:
        """As many as `limit`, and those of the last one's moment."""
        query = select(CallRow).where(CallRow.created_at < before).order_by(CallRow.created_at, CallRow.id)
        if after is not None:
            query = query.where(CallRow.created_at > after)
        async with self._begin() as session:
            rows = list(await session.scalars(query.limit(limit)))
            if len(rows) == limit:
                same = select(CallRow).where(CallRow.created_at == rows[-1].created_at)
                known = {row.id for row in rows}
                rows += [row for row in await session.scalars(same) if row.id not in known]
        return [_shown(row) for row in rows]

    async def forget_words(self, call_ids: Sequence[str]) -> int:
        return await forget_words(self._begin, call_ids)


def _text(column: InstrumentedAttribute[dict[str, Any]], person: Person) -> ColumnElement[bool]:
    """Whether it may name the person; whether it does, the JSON itself tells."""
    return cast(column, String).contains(person.digits, autoescape=True)


def _is_of(person: Person, pii: Mapping[str, Any]) -> bool:
    return any(person.is_in(pii.get(name, "")) for name in ("ani", "dnis", "to_user"))


async def _calls(session: AsyncSession, call_ids: Collection[str]) -> list[CallNumbers]:
    wanted, found = sorted(call_ids), list[CallNumbers]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(CallRow).where(CallRow.id.in_(wanted[start : start + _AT_ONCE])).order_by(CallRow.id)
        found += [_shown(row) for row in await session.scalars(query)]
    return found


def _shown(row: CallRow) -> CallNumbers:
    numbers = tuple(str(number) for name in ("ani", "dnis") if (number := row.pii.get(name)))
    return CallNumbers(row.id, row.created_at, row.status == CallStatus.ENDED.value, numbers)
