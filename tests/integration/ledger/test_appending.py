"""Appending: with the transaction or not at all, without a gap, whoever else appends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import read_leaf
from compliance.ledger.ledger import Ledger
from compliance.ledger.repository import LedgerRepository
from gateway.db.session import Database
from tests.integration.ledger.book import Book

WRITERS, EACH = 6, 10


async def test_writers_at_the_same_time_leave_no_gap(book: Book) -> None:
    other = Database(book.database.url)  # as another process would have it

    async def write(writer: int) -> None:
        for number in range(EACH):
            async with (book.database if writer % 2 else other).begin() as session:
                for part in range(1 + number % 2):
                    facts = {"writer": writer, "number": number, "part": part}
                    await Ledger(session).append(Kind.DIAL, at=book.clock.now(), actor="agt_1", facts=facts)

    try:
        await asyncio.gather(*(write(writer) for writer in range(WRITERS)))
    finally:
        await other.close()
    rows = await book.rows()
    assert [row.seq for row in rows] == list(range(1, WRITERS * EACH * 3 // 2 + 1))
    leaves = [read_leaf(row.leaf) for row in rows]
    for writer in range(WRITERS):  # each in its own order
        told = [(one.facts["number"], one.facts["part"]) for one in leaves if one.facts["writer"] == writer]
        assert told == sorted(told) and len(told) == EACH * 3 // 2
    assert (await book.verified()).good


async def test_what_is_undone_is_not_told(book: Book) -> None:
    with pytest.raises(RuntimeError):
        async with book.database.begin() as session:
            await Ledger(session).append(Kind.DIAL, at=book.clock.now(), actor="agt_1")
            raise RuntimeError
    await book.append()
    assert [row.seq for row in await book.rows()] == [1]
    assert (await book.verified()).good


async def test_what_cannot_be_told_is_refused_before_the_commit(book: Book) -> None:
    async with book.database.begin() as session:
        with pytest.raises(ValueError, match="canonical"):
            await Ledger(session).append(Kind.DIAL, at=book.clock.now(), actor="agt_1", facts={"length": 0.5})
    assert await book.rows() == []


async def test_no_personal_value_is_in_an_entry_and_erasure_keeps_the_proofs(book: Book) -> None:
    await book.append(3, call_id="call_1")
    await book.append(2, call_id="call_2", facts={"said": "it was +15105550100"})
    assert all("5105550100" not in row.leaf for row in await book.rows())
    before = await book.verified()
    assert (before.values, before.erased) == (5, 0)
    async with book.database.begin() as session:
        assert await LedgerRepository(session).forget(["call_1"]) == 3
    after = await book.verified(kept=[book.checkpointer.last.note])  # type: ignore[union-attr]
    assert after.good and (after.values, after.erased) == (2, 3)
    assert "5105550100" not in "".join(line for line in await book.lines() if "call_1" in line)
    await book.append(personal={"after": {"number": "+15105550100", "name": "100%_sure"}})
    await book.append(personal={"after": {"number": "+15105550199"}})
    async with book.database.begin() as session:
        assert await LedgerRepository(session).forget_naming("0%") == 1
        assert await LedgerRepository(session).forget_naming("+15105550100") == 2
    assert (await book.verified()).good and "5105550100" not in "".join(await book.lines())


async def test_a_clock_that_is_set_back_is_told_once(book: Book) -> None:
    await book.append(2)
    book.clock.at -= timedelta(hours=1)
    await book.append(2)
    report = await book.verified()
    assert report.good and report.clock_steps == [(3, 3_599_000)]


async def test_a_damaged_ledger_is_appended_to_and_not_signed(book: Book) -> None:
    await book.append(6)
    await book.tamper("DELETE FROM ledger_personal WHERE seq = 4", "DELETE FROM ledger_entries WHERE seq = 4")
    await book.append()
    assert [row.seq for row in await book.rows()] == [1, 2, 3, 5, 6, 7]
    assert await book.checkpointer.sign() is None
    assert book.checkpointer.problem == "entry 4 is gone"
