"""Lists of who is not to be called, imported as a whole: registers of a state, and lists that were bought.

An import writes its numbers beside those that count, a thousand in a transaction, so that no call waits for it. The
last transaction makes them the ones that count. An import that breaks off has changed nothing; what it left is removed.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.terms import Scope
from compliance.do_not_call.list_lines import ListLines
from compliance.do_not_call.models import ListRow
from compliance.screening.importing import Rejected, read_lines
from compliance.screening.lines import Line, LineReader
from compliance.screening.turns import Begin, in_turn
from gateway.auth.repository import record_act
from gateway.db.base import Base
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Conflict, NotFound

AT_ONCE = 1000  # in a transaction
MOST_NUMBERS = 1_000_000
MOST_REJECTED = 1000
MOST_LISTS = 400  # registers deliver a file for each area code
ABANDONED = timedelta(hours=6)  # an import that has not ended by then has died
CURRENT = ListRow.state == "current"
_NUMBERS = Base.metadata.tables["do_not_call_numbers"]


@dataclass(frozen=True)
class Head:
    """What the operator says of a list. `dated`: the day it was taken from the register."""

    name: str
    register: str
    place: str
    scope: Scope
    dated: date


@dataclass
class _Read:
    """What became of the lines so far."""

    lines: int = 0
    given: int = 0
    rejected: list[Rejected] = field(default_factory=list)


class DoNotCallLists:
    """`begin` opens a transaction that commits at its end."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin, self._clock = begin, clock

    async def replace(
        self, head: Head, pieces: AsyncIterable[bytes], lines: ListLines, *, by: str, sha256: str | None = None
    ) -> tuple[ListRow, list[Rejected]]:
        """The list as it is now, and the lines that were no numbers. `by`: the key it is done with. `sha256`: what the
        bytes have to be, if given.

        Raises BadInput and Conflict, and the list then is as it was: no number at all, too many, too many bad lines,
        other bytes, a day to come, an older copy than the one there is.
        """
        edition = await self._edition(head)
        reader, read = LineReader(), _Read()
        try:
            await self._write(edition, pieces, lines, reader, read)
            if sha256 is not None and sha256.lower() != reader.sha256:
                raise BadInput(
                    f"the bytes that came have the sha256 {reader.sha256}", code="do_not_call.other_bytes",
                    field="sha256", todo="send the file again",
                )  # fmt: skip
            row = await self._make_current(edition, read, reader.sha256, by)
        except (BadInput, Conflict):
            await self._drop(edition)
            raise
        await self.forget_abandoned()
        return row, read.rejected

    async def remove(self, name: str, by: str) -> None:
        """Raises NotFound."""
        async with self._begin() as session:
            row = await current(session, name)
            row.state = "gone"
            await record_act(session, by, name, "delete", self._clock.now())
        await self.forget_abandoned()

    async def forget_abandoned(self) -> None:
        """Removes what no list counts any more, a thousand numbers in a transaction."""
        async with self._begin() as session:
            died = (ListRow.state == "filling") & (ListRow.started_at < self._clock.now() - ABANDONED)
            query = select(ListRow.edition).where(or_(ListRow.state == "gone", died))
            editions = list(await session.scalars(query))
        for edition in editions:
            await self._drop(edition)

    async def _edition(self, head: Head) -> int:
        now = self._clock.now()
        if head.dated > now.date() + timedelta(days=1):
            raise BadInput("the list is of a day to come", field="dated", todo="give the day it was downloaded on")
        async with self._begin() as session:
            known = {row.name: row.dated for row in await session.scalars(select(ListRow).where(CURRENT))}
            if head.name not in known and len(known) >= MOST_LISTS:
                raise Conflict(
                    f"there are {MOST_LISTS} lists already", code="do_not_call.too_many_lists",
                    todo="DELETE /v1/do-not-call/lists/{name} of one that is not needed",
                )  # fmt: skip
            if head.name in known and known[head.name] > head.dated:
                raise Conflict(
                    f"the list there is newer: of {known[head.name]}", code="do_not_call.older", field="dated",
                    todo="import a newer copy, or remove the list first",
                )  # fmt: skip
            row = ListRow(
                name=head.name, register=head.register, place=head.place, scope=head.scope, dated=head.dated,
                state="filling", lines=0, numbers=0, repeated=0, rejected=0, sha256="", started_at=now,
                imported_at=None,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            return row.edition

    async def _write(
        self, edition: int, pieces: AsyncIterable[bytes], lines: ListLines, reader: LineReader, read: _Read
    ) -> None:
        waiting = set[int]()
        async for some in read_lines(pieces, reader):
            for line in some:
                read.lines = line.number
                try:
                    number = _read(line, lines)
                except BadInput as error:
                    read.rejected.append(Rejected(line.number, error.detail))
                    if len(read.rejected) >= MOST_REJECTED:
                        raise _other_file(read.rejected) from error
                    continue
                if number is not None:
                    read.given += 1
                    waiting.add(number)
                if len(waiting) >= AT_ONCE:
                    await self._store(edition, waiting)
                    if read.given > 2 * MOST_NUMBERS:  # the same ones may come again, but not for ever
                        raise _too_many()
        await self._store(edition, waiting)

    async def _store(self, edition: int, waiting: set[int]) -> None:
        if not waiting:
            return
        rows = [{"edition": edition, "number": number} for number in sorted(waiting)]
        waiting.clear()
        async with in_turn(self._begin, self._clock) as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            await session.execute(insert(_NUMBERS).on_conflict_do_nothing(), rows)

    async def _make_current(self, edition: int, read: _Read, sha256: str, by: str) -> ListRow:
        now = self._clock.now()
        async with self._begin() as session:
            query = select(func.count()).select_from(_NUMBERS).where(_NUMBERS.c.edition == edition)
            numbers = await session.scalar(query) or 0
            if numbers > MOST_NUMBERS:
                raise _too_many()
            if not numbers:
                raise _other_file(read.rejected)
            row = await session.get_one(ListRow, edition)
            before = (ListRow.name == row.name, CURRENT)
            await session.execute(update(ListRow).where(*before).values(state="gone"))
            row.state, row.numbers, row.sha256, row.imported_at = "current", numbers, sha256, now
            row.lines, row.repeated, row.rejected = read.lines, read.given - numbers, len(read.rejected)
            await record_act(session, by, row.name, "import", now)
        return row

    async def _drop(self, edition: int) -> None:
        first = select(_NUMBERS.c.number).where(_NUMBERS.c.edition == edition).order_by(_NUMBERS.c.number)
        while True:
            async with in_turn(self._begin, self._clock) as session:
                last = await session.scalar(first.offset(AT_ONCE).limit(1))
                upto = (_NUMBERS.c.number < last,) if last is not None else ()
                await session.execute(delete(_NUMBERS).where(_NUMBERS.c.edition == edition, *upto))
                if last is None:
                    await session.execute(delete(ListRow).where(ListRow.edition == edition))
                    return


async def current(session: AsyncSession, name: str) -> ListRow:
    """Raises NotFound."""
    row = await session.scalar(select(ListRow).where(ListRow.name == name, CURRENT))
    if row is None:
        raise NotFound("there is no such do-not-call list", todo="GET /v1/do-not-call/lists")
    return row


async def all_current(session: AsyncSession) -> list[ListRow]:
    return list(await session.scalars(select(ListRow).where(CURRENT).order_by(ListRow.name)))


def _read(line: Line, lines: ListLines) -> int | None:
    if line.text is None:
        raise BadInput(line.problem, field="line", todo="write UTF-8, a number on each line")
    return lines.read(line.text)


def _other_file(rejected: list[Rejected]) -> BadInput:
    first = f": line {rejected[0].line}: {rejected[0].reason}" if rejected else ""
    return BadInput(
        f"{len(rejected)} lines were no numbers{first}; the list is as it was", code="do_not_call.no_numbers",
        field="line", todo="send a text file with a number on each line",
    )  # fmt: skip


def _too_many() -> BadInput:
    return BadInput(
        f"there are more than {MOST_NUMBERS} numbers; the list is as it was", code="do_not_call.too_many_numbers",
        field="line", todo="import it in parts, a list for each area code",
    )  # fmt: skip
