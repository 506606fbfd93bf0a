"""An export as a stream: entries are read a page at a time, each page in a transaction of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from compliance.ledger import export_lines
from compliance.ledger.checkpoint import Signed
from compliance.ledger.checkpointer import Begin, Checkpointer
from compliance.ledger.commitments import Kept
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.proofs import inclusion_ranges
from compliance.ledger.repository import LedgerRepository, Wanted, damaged
from gateway.kernel.clock import Clock

PAGE = 500


class Exporting:
    """One export. It covers what was appended before it began."""

    def __init__(
        self, begin: Begin, clock: Clock, checkpointer: Checkpointer, wanted: Wanted, *, personal: bool
    ) -> None:
        self._begin, self._clock, self._checkpointer = begin, clock, checkpointer
        self._wanted, self._personal = wanted, personal

    async def begin(self) -> AsyncIterator[str]:
        """The lines. Raises Unavailable when proofs are asked for that a damaged ledger cannot give."""
        signed, problem = await self._checkpointer.sign(), self._checkpointer.problem
        length = self._checkpointer.file.length()
        async with self._begin() as session:
            size = await LedgerRepository(session).size()
        notes = self._checkpointer.file.notes(length)
        if signed is not None and not problem:  # what came after is not of this export: all of it is signed
            size = signed.checkpoint.size
            notes = (note for note in notes if export_lines.size_in(note) <= size)
        first = export_lines.header(
            self._checkpointer.key, size, self._clock.now(), whole=self._wanted.all, personal=self._personal
        )
        if self._wanted.all:
            return self._whole(first, size, notes)
        if signed is None or problem:
            raise damaged(f"no proof can be given: {problem or 'nothing was signed yet'}")
        return self._some(first, signed)

    async def _whole(self, first: str, upto: int, notes: Iterator[str]) -> AsyncIterator[str]:
        yield first
        told, checkpoints = 0, export_lines.Checkpoints(notes)
        async for row, kept in self._rows(upto):
            for line in checkpoints.before(row.seq):
                yield line
            yield export_lines.entry(row, kept)
            told += 1
        for line in checkpoints.before(None):
            yield line
        yield export_lines.end(told)

    async def _some(self, first: str, signed: Signed) -> AsyncIterator[str]:
        yield first
        yield export_lines.checkpoint(signed.note)
        told, size = 0, signed.checkpoint.size
        async for row, kept in self._rows(size):
            async with self._begin() as session:
                proof = await LedgerRepository(session).roots(inclusion_ranges(row.seq - 1, size))
            yield export_lines.entry(row, kept, proof)
            told += 1
        yield export_lines.end(told)

    async def _rows(self, upto: int) -> AsyncIterator[tuple[LedgerEntryRow, dict[str, Kept]]]:
        after = 0
        while True:
            async with self._begin() as session:
                repository = LedgerRepository(session)
                rows = await repository.following(after, PAGE, self._wanted, upto)
                kept = await repository.personal([row.seq for row in rows]) if self._personal else {}
            for row in rows:
                yield row, kept.get(row.seq, {})
            if len(rows) < PAGE:
                return
            after = rows[-1].seq
