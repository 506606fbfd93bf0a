"""Lists of numbers that are replaced as a whole.

An import writes its numbers beside those that count, a thousand in a transaction, so that no call waits for it. The
last transaction makes them the ones that count. An import that breaks off has changed nothing; what it left is removed.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.number_lists.columns import EditionColumns
from compliance.screening.importing import Rejected, read_lines
from compliance.screening.lines import Line, LineReader
from compliance.screening.turns import Begin, in_turn
from gateway.auth.repository import record_act
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Conflict, NotFound

AT_ONCE = 1000  # in a transaction
MOST_NUMBERS = 1_000_000
MOST_REJECTED = 1000
ABANDONED = timedelta(hours=6)  # an import that has not ended by then has died

Row = TypeVar("Row", bound=EditionColumns)


@dataclass(frozen=True)
class Kind(Generic[Row]):
    """`numbers`: the table with `edition` and `number`. `what`: as in `do-not-call list`; `code`: the first part of its
    errors' codes; `where`: the path over REST. `smaller`: what to do with a list that is too long."""

    rows: type[Row]
    numbers: Table
    what: str
    code: str
    where: str
    smaller: str
    most_lists: int


@dataclass
class Counted:
    """What became of the lines: each is a number, repeated, rejected, or of no number."""

    lines: int = 0
    given: int = 0
    rejected: list[Rejected] = field(default_factory=list)


class Editions(Generic[Row]):
    """`begin` opens a transaction that commits at its end."""

    def __init__(self, begin: Begin, clock: Clock, kind: Kind[Row]) -> None:
        self._begin, self._clock, self._kind = begin, clock, kind

    async def replace(
        self, opened: Callable[[AsyncSession], Awaitable[Row]], pieces: AsyncIterable[bytes],
        read: Callable[[str], int | None], finished: Callable[[Row, Counted], None], *, by: str,
        sha256: str | None = None,
    ) -> tuple[Row, Counted]:  # fmt: skip
        """The list as it is now. `opened`: a row of the new edition, or why there may be none. `read`: the number of a
        line, if it has one. `finished` writes into the row what is counted. `by`: the key it is done with, for the
        audit. `sha256`: what the bytes have to be, if given.

        Raises BadInput and Conflict, and the list then is as it was: no number at all, too many, too many bad lines,
        other bytes.
        """
        edition, reader, counted = await self._open(opened), LineReader(), Counted()
        try:
            await self._write(edition, pieces, read, reader, counted)
            if sha256 is not None and sha256.lower() != reader.sha256:
                raise BadInput(
                    f"the bytes that came have the sha256 {reader.sha256}", code=f"{self._kind.code}.other_bytes",
                    field="sha256", todo="send the file again",
                )  # fmt: skip
            row = await self._make_current(edition, counted, finished, reader.sha256, by)
        except (BadInput, Conflict):
            await self._drop(edition)
            raise
        await self.forget_abandoned()
        return row, counted

    async def remove(self, name: str, by: str) -> None:
        """Raises NotFound."""
        async with self._begin() as session:
            row = await current(session, self._kind, name)
            row.state = "gone"
            await record_act(session, by, name, "delete", self._clock.now())
        await self.forget_abandoned()

    async def forget_abandoned(self) -> None:
        """Removes what no list counts any more, a thousand numbers in a transaction."""
        rows = self._kind.rows
        async with self._begin() as session:
            died = (rows.state == "filling") & (rows.started_at < self._clock.now() - ABANDONED)
            editions = list(await session.scalars(select(rows.edition).where(or_(rows.state == "gone", died))))
        for edition in editions:
            await self._drop(edition)

    async def _open(self, opened: Callable[[AsyncSession], Awaitable[Row]]) -> int:
        async with self._begin() as session:
            row = await opened(session)
            names = {one.name for one in await all_current(session, self._kind)}
            if row.name not in names and len(names) >= self._kind.most_lists:
                raise Conflict(
                    f"there are {self._kind.most_lists} lists already", code=f"{self._kind.code}.too_many_lists",
                    todo=f"DELETE {self._kind.where}/{{name}} of one that is not needed",
                )  # fmt: skip
            row.state, row.numbers, row.sha256 = "filling", 0, ""
            row.started_at, row.imported_at = self._clock.now(), None
            session.add(row)
            await session.flush()
            return row.edition

    async def _write(
        self, edition: int, pieces: AsyncIterable[bytes], read: Callable[[str], int | None], reader: LineReader,
        counted: Counted,
    ) -> None:  # fmt: skip
        waiting = set[int]()
        async for some in read_lines(pieces, reader):
            for line in some:
                counted.lines = line.number
                try:
                    number = _number(line, read)
                except BadInput as error:
                    counted.rejected.append(Rejected(line.number, error.detail))
                    if len(counted.rejected) >= MOST_REJECTED:
                        raise self._other_file(counted.rejected) from error
                    continue
                if number is not None:
                    counted.given += 1
                    waiting.add(number)
                if len(waiting) >= AT_ONCE:
                    await self._store(edition, waiting)
                    if counted.given > 2 * MOST_NUMBERS:  # the same ones may come again, but not for ever
                        raise self._too_many()
        await self._store(edition, waiting)

    async def _store(self, edition: int, waiting: set[int]) -> None:
        if not waiting:
            return
        rows = [{"edition": edition, "number": number} for number in sorted(waiting)]
        waiting.clear()
        async with in_turn(self._begin, self._clock) as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            await session.execute(insert(self._kind.numbers).on_conflict_do_nothing(), rows)

    async def _make_current(
        self, edition: int, counted: Counted, finished: Callable[[Row, Counted], None], sha256: str, by: str
    ) -> Row:
        kind, now = self._kind, self._clock.now()
        async with self._begin() as session:
            of_it = kind.numbers.c.edition == edition
            numbers = await session.scalar(select(func.count()).select_from(kind.numbers).where(of_it)) or 0
            if numbers > MOST_NUMBERS:
                raise self._too_many()
            if not numbers:
                raise self._other_file(counted.rejected)
            row = await session.get_one(kind.rows, edition)
            before = (kind.rows.name == row.name, kind.rows.state == "current")
            await session.execute(update(kind.rows).where(*before).values(state="gone"))
            row.state, row.numbers, row.sha256, row.imported_at = "current", numbers, sha256, now
            finished(row, counted)
            await record_act(session, by, row.name, "import", now)
        return row

    async def _drop(self, edition: int) -> None:
        rows, table = self._kind.rows, self._kind.numbers
        first = select(table.c.number).where(table.c.edition == edition).order_by(table.c.number)
        while True:
            async with in_turn(self._begin, self._clock) as session:
                last = await session.scalar(first.offset(AT_ONCE).limit(1))
                upto = (table.c.number < last,) if last is not None else ()
                await session.execute(delete(table).where(table.c.edition == edition, *upto))
                if last is None:
                    await session.execute(delete(rows).where(rows.edition == edition))
                    return

    def _other_file(self, rejected: list[Rejected]) -> BadInput:
        first = f": line {rejected[0].line}: {rejected[0].reason}" if rejected else ""
        return BadInput(
            f"{len(rejected)} lines were no numbers{first}; the list is as it was",
            code=f"{self._kind.code}.no_numbers", field="line", todo="send a text file with a number on each line",
        )  # fmt: skip

    def _too_many(self) -> BadInput:
        return BadInput(
            f"there are more than {MOST_NUMBERS} numbers; the list is as it was",
            code=f"{self._kind.code}.too_many_numbers", field="line", todo=self._kind.smaller,
        )  # fmt: skip


async def current(session: AsyncSession, kind: Kind[Row], name: str) -> Row:
    """Raises NotFound."""
    there = (kind.rows.name == name, kind.rows.state == "current")
    row = await session.scalar(select(kind.rows).where(*there))
    if row is None:
        raise NotFound(f"there is no such {kind.what}", todo=f"GET {kind.where}")
    return row


async def all_current(session: AsyncSession, kind: Kind[Row]) -> list[Row]:
    query = select(kind.rows).where(kind.rows.state == "current").order_by(kind.rows.name)
    return list(await session.scalars(query))


def _number(line: Line, read: Callable[[str], int | None]) -> int | None:
    if line.text is None:
        raise BadInput(line.problem, field="line", todo="write UTF-8, a number on each line")
    return read(line.text)
