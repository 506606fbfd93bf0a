"""Tampering with a real database: the export of it names what was done, and is not signed."""

from __future__ import annotations

import pytest

from compliance.ledger.findings import Wrong
from compliance.ledger.merkle import Frontier, join_hex, leaf_hash
from compliance.ledger.repository import Wanted
from gateway.kernel.errors import Unavailable
from tests.integration.ledger.book import OTHER_DIGIT, Book

NO_VALUES = "DELETE FROM ledger_personal"  # they would hold their entry where it is
SWAP = [
    NO_VALUES,
    "UPDATE ledger_entries SET seq = -seq WHERE seq IN (2, 5)",
    "UPDATE ledger_entries SET seq = CASE seq WHEN -2 THEN 5 ELSE 2 END WHERE seq < 0",
]
FORGE = (
    "INSERT INTO ledger_entries (seq, id, at, kind, call_id, leaf, hashes)"
    " SELECT 8, 'evt_forged', at, kind, call_id, leaf, hashes FROM ledger_entries WHERE seq = 7"
)
MOVE_UP = [
    "UPDATE ledger_entries SET seq = -seq WHERE seq > 3",
    "UPDATE ledger_entries SET seq = -seq - 1 WHERE seq < 0",
]
DONE = {
    "leaf": (["UPDATE ledger_entries SET leaf = replace(leaf, 'agt_1', 'agt_2') WHERE seq = 3"], Wrong.CHANGED, 3),
    "hash": ([f"UPDATE ledger_entries SET hashes = {OTHER_DIGIT.format('hashes')} WHERE seq = 6"], Wrong.CHANGED, 6),
    "hidden from a search": (["UPDATE ledger_entries SET call_id = 'call_9' WHERE seq = 2"], Wrong.CHANGED, 2),
    "kind": (["UPDATE ledger_entries SET kind = 'admin' WHERE seq = 2"], Wrong.CHANGED, 2),
    "value": (["UPDATE ledger_personal SET pii = '\"+15105550199\"' WHERE seq = 4"], Wrong.CHANGED, 4),
    "salt": ([f"UPDATE ledger_personal SET salt = {OTHER_DIGIT.format('salt')} WHERE seq = 4"], Wrong.CHANGED, 4),
    "removed": (["DELETE FROM ledger_entries WHERE seq = 3"], Wrong.REMOVED, 3),
    "removed, the rest moved up": ([NO_VALUES, "DELETE FROM ledger_entries WHERE seq = 3", *MOVE_UP], Wrong.REMOVED, 3),
    "truncated": (["DELETE FROM ledger_entries WHERE seq > 5"], Wrong.TRUNCATED, 6),
    "swapped": (SWAP, Wrong.REORDERED, 2),
    "appended": ([FORGE], Wrong.INSERTED, 8),
}


@pytest.fixture
async def signed(book: Book) -> Book:
    """Seven entries under two checkpoints; entry 4 has a personal value."""
    await book.append(3, personal={})
    await book.append(1)
    await book.checkpointer.sign()
    await book.append(3, personal={})
    await book.checkpointer.sign()
    return book


async def test_an_untouched_one_is_good(signed: Book) -> None:
    report = await signed.verified()
    assert report.good and (report.entries, report.checkpoints, report.signed_up_to) == (7, 2, 7)


@pytest.mark.parametrize("how", DONE)
async def test_it_is_named(signed: Book, how: str) -> None:
    statements, wrong, seq = DONE[how]
    await signed.tamper(*statements)
    first = (await signed.verified()).findings[0]
    assert first.wrong is wrong and first.seq <= seq <= first.last, first


async def test_what_was_rewritten_with_its_hashes_is_between_two_checkpoints(signed: Book) -> None:
    rows = await signed.rows()
    tree = Frontier()
    for row in rows:
        leaf = row.leaf.replace("agt_1", "agt_2") if row.seq == 6 else row.leaf
        hashes = join_hex(tree.add(leaf_hash(leaf.encode())))
        await signed.tamper(
            "UPDATE ledger_entries SET leaf = :leaf, hashes = :hashes WHERE seq = :seq",
            leaf=leaf, hashes=hashes, seq=row.seq,
        )  # fmt: skip
    first = (await signed.verified()).findings[0]
    assert (first.wrong, first.seq, first.last) == (Wrong.CHANGED, 5, 7)


async def test_a_part_is_proved_entry_by_entry(signed: Book) -> None:
    await signed.append(2, call_id="call_2")
    some = Wanted(call_id="call_2")
    report = await signed.verified(wanted=some)
    assert report.good and (report.entries, report.signed_up_to) == (2, 9)
    await signed.tamper("UPDATE ledger_entries SET leaf = replace(leaf, 'agt_1', 'agt_2') WHERE seq = 8")
    report = await signed.verified(wanted=some)
    assert (report.findings[0].wrong, report.findings[0].seq) == (Wrong.CHANGED, 8)


async def test_no_proof_is_given_of_what_cannot_be_signed(signed: Book) -> None:
    await signed.append()
    await signed.tamper("UPDATE ledger_entries SET leaf = replace(leaf, 'agt_1', 'agt_2') WHERE seq = 8")
    with pytest.raises(Unavailable, match="entry 8 is not what was appended"):
        await signed.lines(Wanted(call_id="call_1"))
    assert not (await signed.verified()).good
