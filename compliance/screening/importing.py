"""Takes a file of entries, however long: good lines are taken, bad ones reported with their reason."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator
from dataclasses import dataclass, field

from compliance.screening.entry_line import EntryLines, Wanted
from compliance.screening.found import ListName
from compliance.screening.lines import Line, LineReader
from compliance.screening.repository import EntryRepository
from compliance.screening.turns import Begin, in_turn
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput

AT_ONCE = 200  # in a transaction: a call that comes meanwhile waits for no more
MOST_REJECTED = 1000  # after so many bad lines it is another kind of file


@dataclass(frozen=True)
class Rejected:
    line: int
    reason: str


@dataclass
class Taken:
    """`stopped_at`: the line after which nothing was read any more, since too many were bad; None: all were read."""

    added: int = 0
    kept: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    stopped_at: int | None = None


async def read_lines(pieces: AsyncIterable[bytes], reader: LineReader) -> AsyncIterable[Iterator[Line]]:
    """The lines of each piece, the unfinished last one at the end."""
    async for piece in pieces:
        yield reader.feed(piece)
    yield reader.finish()


async def import_entries(begin: Begin, clock: Clock, pieces: AsyncIterable[bytes], default: ListName | None) -> Taken:
    """`begin` opens a transaction; one for each few hundred lines, so that calls go on meanwhile. What was taken when
    the file breaks off stays, and the same file sent again is taken from there."""
    taken, lines = Taken(), EntryLines(default)
    waiting: list[tuple[int, Wanted]] = []
    async for some in read_lines(pieces, LineReader()):
        for line in some:
            try:
                wanted = _read(line, lines)
            except BadInput as error:
                taken.rejected.append(Rejected(line.number, error.detail))
                wanted = None
            if wanted is not None:
                waiting.append((line.number, wanted))
            full = len(taken.rejected) >= MOST_REJECTED
            if len(waiting) >= AT_ONCE or full:
                await _store(begin, clock, waiting, taken)
            if full or len(taken.rejected) >= MOST_REJECTED:
                taken.stopped_at = line.number
                return _in_order(taken)
    await _store(begin, clock, waiting, taken)
    return _in_order(taken)


def _read(line: Line, lines: EntryLines) -> Wanted | None:
    if line.text is None:
        raise BadInput(line.problem, field="line", todo="write UTF-8, a value on each line")
    return lines.read(line.text)


async def _store(begin: Begin, clock: Clock, waiting: list[tuple[int, Wanted]], taken: Taken) -> None:
    if not waiting:
        return
    async with in_turn(begin, clock) as session:
        outcomes = await EntryRepository(session).add_many([wanted for _, wanted in waiting], clock.now())
    for (number, _), outcome in zip(waiting, outcomes, strict=True):
        if outcome == "added":
            taken.added += 1
        elif outcome == "kept":
            taken.kept += 1
        else:
            taken.rejected.append(Rejected(number, outcome))
    waiting.clear()


def _in_order(taken: Taken) -> Taken:
    taken.rejected.sort(key=lambda one: one.line)
    return taken
