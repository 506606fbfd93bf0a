"""Numbers that never place calls: lists that are replaced as a whole.

An import writes its numbers beside those that count, a thousand in a transaction, so that no call waits for it. The
last transaction makes them the ones that count. An import that breaks off has changed nothing; what it left is removed.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.importing import Rejected, read_lines
from compliance.screening.lines import Line, LineReader
from compliance.screening.models import NeverCallsRow
from compliance.screening.numbers import NumberLines
from compliance.screening.turns import Begin, in_turn
from gateway.auth.repository import record_act
from gateway.db.base import Base
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Conflict, NotFound

AT_ONCE = 1000  # in a transaction
MOST_NUMBERS = 1_000_000
MOST_REJECTED = 1000
MOST_LISTS = 32
ABANDONED = timedelta(hours=6)  # an import that has not ended by then has died
CURRENT = NeverCallsRow.state == "current"
_NUMBERS = Base.metadata.tables["do_not_originate_numbers"]


class DoNotOriginate:
    """`begin` opens a transaction that commits at its end."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin, self._clock = begin, clock

    async def replace(
        self, name: str, pieces: AsyncIterable[bytes], numbers: NumberLines, *, by: str, sha256: str | None = None
    ) -> tuple[NeverCallsRow, list[Rejected]]:
        """The list as it is now, and the lines that were no numbers. `by`: the key it is done with, for the audit.
        `sha256`: what the bytes have to be, if given.

        Raises BadInput, and the list then is as it was: no number at all, too many, too many bad lines, other bytes.
        """
        edition = await self._edition(name)
        try:
            written, rejected, found = await self._write(edition, pieces, numbers)
            if sha256 is not None and sha256.lower() != found:
                raise BadInput(
                    f"the bytes that came have the sha256 {found}", code="screening.other_bytes", field="sha256",
                    todo="send the file again",
                )  # fmt: skip
            row = await self._make_current(edition, written, found, by)
        except (BadInput, Conflict):
            await self._drop(edition)
            raise
        await self.forget_abandoned()
        return row, rejected

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
            died = (NeverCallsRow.state == "filling") & (NeverCallsRow.started_at < self._clock.now() - ABANDONED)
            query = select(NeverCallsRow.edition).where(or_(NeverCallsRow.state == "gone", died))
            editions = list(await session.scalars(query))
        for edition in editions:
            await self._drop(edition)

    async def _edition(self, name: str) -> int:
        async with self._begin() as session:
            names = set(await session.scalars(select(NeverCallsRow.name).where(CURRENT)))
            if name not in names and len(names) >= MOST_LISTS:
                raise Conflict(
                    f"there are {MOST_LISTS} lists already", code="screening.too_many_lists",
                    todo="DELETE /v1/screening/do-not-originate/{name} of one that is not needed",
                )  # fmt: skip
            row = NeverCallsRow(
                name=name, state="filling", numbers=0, sha256="", started_at=self._clock.now(), imported_at=None
            )
            session.add(row)
            await session.flush()
            return row.edition

    async def _write(
        self, edition: int, pieces: AsyncIterable[bytes], numbers: NumberLines
    ) -> tuple[int, list[Rejected], str]:
        """How many numbers, which lines were none, and the hash of the bytes."""
        reader, rejected, waiting, given = LineReader(), list[Rejected](), set[int](), 0
        async for some in read_lines(pieces, reader):
            for line in some:
                try:
                    number = _read(line, numbers)
                except BadInput as error:
                    rejected.append(Rejected(line.number, error.detail))
                    if len(rejected) >= MOST_REJECTED:
                        raise _other_file(rejected) from error
                    continue
                if number is not None:
                    waiting.add(number)
                if len(waiting) >= AT_ONCE:
                    given += await self._store(edition, waiting)
                    if given > 2 * MOST_NUMBERS:  # the same ones may come again, but not for ever
                        raise _too_many()
        await self._store(edition, waiting)
        written = await self._count(edition)
        if written > MOST_NUMBERS:
            raise _too_many()
        if not written:
            raise _other_file(rejected)
        return written, rejected, reader.sha256

    async def _count(self, edition: int) -> int:
        async with self._begin() as session:
            query = select(func.count()).select_from(_NUMBERS).where(_NUMBERS.c.edition == edition)
            return await session.scalar(query) or 0

    async def _store(self, edition: int, waiting: set[int]) -> int:
        """How many were given; the edition may have had some of them."""
        if not waiting:
            return 0
        rows = [{"edition": edition, "number": number} for number in sorted(waiting)]
        waiting.clear()
        async with in_turn(self._begin, self._clock) as session:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            await session.execute(insert(_NUMBERS).on_conflict_do_nothing(), rows)
        return len(rows)

    async def _make_current(self, edition: int, written: int, sha256: str, by: str) -> NeverCallsRow:
        now = self._clock.now()
        async with self._begin() as session:
            row = await session.get_one(NeverCallsRow, edition)
            before = (NeverCallsRow.name == row.name, CURRENT)
            await session.execute(update(NeverCallsRow).where(*before).values(state="gone"))
            row.state, row.numbers, row.sha256, row.imported_at = "current", written, sha256, now
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
                    await session.execute(delete(NeverCallsRow).where(NeverCallsRow.edition == edition))
                    return


async def current(session: AsyncSession, name: str) -> NeverCallsRow:
    """Raises NotFound."""
    row = await session.scalar(select(NeverCallsRow).where(NeverCallsRow.name == name, CURRENT))
    if row is None:
        raise NotFound("there is no such do-not-originate list", todo="GET /v1/screening/do-not-originate")
    return row


async def all_current(session: AsyncSession) -> list[NeverCallsRow]:
    query = select(NeverCallsRow).where(CURRENT).order_by(NeverCallsRow.name)
    return list(await session.scalars(query))


def _read(line: Line, numbers: NumberLines) -> int | None:
    if line.text is None:
        raise BadInput(line.problem, field="line", todo="write UTF-8, a number on each line")
    return numbers.read(line.text)


def _other_file(rejected: list[Rejected]) -> BadInput:
    first = f": line {rejected[0].line}: {rejected[0].reason}" if rejected else ""
    return BadInput(
        f"{len(rejected)} lines were no numbers{first}; the list is as it was", code="screening.no_numbers",
        field="line", todo="send a text file with a number on each line",
    )  # fmt: skip


def _too_many() -> BadInput:
    return BadInput(
        f"there are more than {MOST_NUMBERS} numbers; the list is as it was", code="screening.too_many_numbers",
        field="line", todo="leave out what never comes, or block prefixes and ranges instead",
    )  # fmt: skip
