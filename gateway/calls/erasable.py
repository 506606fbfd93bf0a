"""The call record as a place that keeps something of persons: calls, their logs and effects, refusals.

Rows stay, and so do all times and outcomes: what is emptied is `pii`. The folds over the log go on working. In the logs
of other calls only the number itself is taken out. Nothing personal that is reported later of an emptied call is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.person import Person, emptied, says_something
from gateway.calls.models import CallEffectRow, CallEventRow, CallRow, RefusalRow
from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock

_AT_ONCE = 50
_WAITS = "a step of the call is still to be carried out; ask again"


class ErasableCalls:
    name = "calls"
    covers: Collection[str] = frozenset(
        {"calls.pii", "call_events.pii", "call_effects.pii", "refusals.pii_caller", "refusals.pii_number"}
    )

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin, self._clock = begin, clock

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            found = sum([len(rows) for some in _parts(subject.call_ids) for rows in await _rows(session, some)])
            return found + len(await _others(session, subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        async with self._begin() as session:
            for some in _parts(subject.call_ids):
                for rows in await _rows(session, some):
                    told += [_exported(row) for row in rows]
            told += [_exported(row) for row in await _others(session, subject)]
        return told

    async def erase(self, subject: Subject) -> Erased:
        count = waits = 0
        for some in _parts(subject.call_ids):
            async with self._begin() as session:
                calls, events, effects, refusals = await _rows(session, some, to_write=True)
                persons = {row.id: _whose(row) for row in calls}
                for row in calls:
                    row.state = row.state | {"erased_at": self._clock.now().isoformat()}
                    _empty(row, persons[row.id], "state")
                    row.sip_call_id = _without(persons[row.id], row.sip_call_id)
                for row in (*events, *effects):
                    if isinstance(row, CallEffectRow) and row.done_at is None:
                        waits += 1
                        continue
                    _empty(row, persons.get(row.call_id, []), "body")
                    count += 1
                for row in refusals:
                    row.pii_caller = row.pii_number = ""
                    row.sip_call_id = _without(persons.get(row.call_id, []), row.sip_call_id)
                count += len(calls) + len(refusals)
        async with self._begin() as session:
            others = await _others(session, subject)
            for row in others:
                if subject.person is not None:
                    row.pii = subject.person.taken_out(row.pii)
        return Erased(count + len(others), (Kept(waits, _WAITS),) if waits else ())

    async def forget(self, call_ids: Sequence[str]) -> int:
        """For retention."""
        return (await self.erase(Subject(call_ids=tuple(call_ids)))).count


async def forget_words(begin: Begin, call_ids: Sequence[str]) -> int:
    """Empties what was said in these calls; returns how many utterances those were."""
    count = 0
    for some in _parts(call_ids):
        async with begin() as session:
            where = (CallEventRow.call_id.in_(some), CallEventRow.kind == "utterance")
            for row in await session.scalars(select(CallEventRow).where(*where)):
                if says_something(row.pii):
                    row.pii, count = emptied(row.pii), count + 1
    return count


def _parts(call_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (call_ids[start : start + _AT_ONCE] for start in range(0, len(call_ids), _AT_ONCE))


async def _rows(
    session: AsyncSession, call_ids: Sequence[str], *, to_write: bool = False
) -> tuple[list[CallRow], list[CallEventRow], list[CallEffectRow], list[RefusalRow]]:
    """What has something personal in it."""
    calls_query = select(CallRow).where(CallRow.id.in_(call_ids)).order_by(CallRow.id)
    calls = list(await session.scalars(calls_query.with_for_update() if to_write else calls_query))
    events = list(await session.scalars(select(CallEventRow).where(CallEventRow.call_id.in_(call_ids))))
    effects = list(await session.scalars(select(CallEffectRow).where(CallEffectRow.call_id.in_(call_ids))))
    named = or_(RefusalRow.pii_caller != "", RefusalRow.pii_number != "")
    refusals = list(await session.scalars(select(RefusalRow).where(RefusalRow.call_id.in_(call_ids), named)))
    return (
        [row for row in calls if says_something(row.pii)],
        [row for row in events if says_something(row.pii)],
        [row for row in effects if says_something(row.pii)],
        refusals,
    )


async def _others(session: AsyncSession, subject: Subject) -> list[CallEventRow]:
    """Events of other persons' calls that name this one, such as where a call was sent on to."""
    if subject.person is None:
        return []
    own = {*subject.call_ids, *subject.held}
    text = cast(CallEventRow.pii, String)
    rows = await session.scalars(select(CallEventRow).where(text.contains(subject.person.digits, autoescape=True)))
    return [row for row in rows if row.call_id not in own and subject.person.is_in(row.pii)]


def _whose(row: CallRow) -> list[Person]:
    """Who may be named beside `pii`: callers choose their SIP Call-ID."""
    numbers = (str(row.pii.get(name, "")) for name in ("ani", "dnis"))
    return [Person(number) for number in numbers if number.startswith("+") and number[1:].isdecimal()]


def _empty(row: CallRow | CallEventRow | CallEffectRow, persons: Sequence[Person], beside: str) -> None:
    row.pii = emptied(row.pii)
    setattr(row, beside, _without(persons, getattr(row, beside)))


def _without(persons: Sequence[Person], value: Any) -> Any:
    for person in persons:
        value = person.taken_out(value)
    return value


def _exported(row: CallRow | CallEventRow | CallEffectRow | RefusalRow) -> dict[str, Any]:
    match row:
        case CallRow():
            return {"call": row.id, "at": row.created_at.isoformat(), "status": row.status, "pii": row.pii}
        case CallEventRow():
            return {"call": row.call_id, "at": row.at.isoformat(), "event": row.kind, "pii": row.pii}
        case CallEffectRow():
            return {"call": row.call_id, "at": row.created_at.isoformat(), "effect": row.kind, "pii": row.pii}
        case RefusalRow():
            pii = {"caller": row.pii_caller, "number": row.pii_number}
            return {"call": row.call_id, "at": row.at.isoformat(), "refused": row.slug, "pii": pii}


async def count_open(begin: Begin) -> int:
    """Of all calls."""
    async with begin() as session:
        return await session.scalar(select(func.count()).select_from(CallRow).where(CallRow.status != "ended")) or 0
