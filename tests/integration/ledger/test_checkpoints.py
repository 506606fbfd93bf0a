"""Checkpoints: outside the database, and never one that does not go on from the one before."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from compliance.ledger import checkpointer
from compliance.ledger.checkpoint import open_checkpoint
from compliance.ledger.notes import read_key
from compliance.ledger.opening import KEY_FILE
from gateway.kernel.errors import SetupError
from tests.integration.ledger.book import OTHER_DIGIT, Book


def notes(book: Book) -> list[str]:
    path = book.folder / "ledger" / "checkpoints.jsonl"
    return [json.loads(line)["note"] for line in path.read_text().splitlines()]


async def test_each_covers_what_was_added_and_nothing_new_is_not_signed_again(book: Book) -> None:
    assert await book.checkpointer.sign() is None
    for number in (3, 1):
        await book.append(number)
        signed = await book.checkpointer.sign()
        assert await book.checkpointer.sign() is signed
    key = read_key((book.folder / "ledger" / "ledger.pub").read_text())
    assert [open_checkpoint(note, key).checkpoint.size for note in notes(book)] == [3, 4]


async def test_key_and_checkpoints_are_for_their_owner_only(book: Book) -> None:
    await book.append()
    await book.checkpointer.sign()
    for path in (book.folder / "keys" / KEY_FILE, book.folder / "ledger" / "checkpoints.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_it_goes_on_after_a_restart(book: Book) -> None:
    await book.append(5)
    await book.checkpointer.sign()
    await book.append(6)
    book.checkpointer = book.reopened()
    signed = await book.checkpointer.sign()
    assert signed is not None and signed.checkpoint.size == 11
    assert (await book.verified(kept=notes(book))).good


async def test_the_last_one_is_signed_when_it_ends_and_others_by_the_minute(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpointer, "EVERY_S", 0.02)
    await book.append(2)
    await book.checkpointer.start()
    async with asyncio.timeout(60):
        while book.checkpointer.last is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
    assert book.checkpointer.last.checkpoint.size == 2
    monkeypatch.setattr(checkpointer, "EVERY_S", 3600.0)
    await book.checkpointer.close()
    await book.append()
    await book.checkpointer.close()
    assert len(notes(book)) == 2 and book.checkpointer.last.checkpoint.size == 3


async def test_a_line_that_a_crash_has_cut_off_is_left_behind(book: Book) -> None:
    await book.append()
    await book.checkpointer.sign()
    path = book.folder / "ledger" / "checkpoints.jsonl"
    with path.open("a") as file:
        file.write('{"at": "2026-')
    book.checkpointer = book.reopened()
    await book.append()
    signed = await book.checkpointer.sign()
    assert signed is not None and signed.checkpoint.size == 2
    assert len(path.read_text().splitlines()) == 3
    assert (await book.verified()).good


async def test_another_key_does_not_go_on_with_them(book: Book, tmp_path: Path) -> None:
    await book.append()
    await book.checkpointer.sign()
    (book.folder / "keys" / KEY_FILE).unlink()
    with pytest.raises(SetupError, match="not of this ledger's key"):
        await book.reopened().start()
    elsewhere = book.reopened(folder=tmp_path / "fresh")
    signed = await elsewhere.sign()
    assert signed is not None and signed.checkpoint.size == 1


def test_a_key_file_that_is_none_is_refused(book: Book) -> None:
    (book.folder / "keys" / KEY_FILE).write_text("nonsense")
    with pytest.raises(SetupError, match="not a key"):
        book.reopened()


def test_a_name_with_a_space_is_refused(book: Book) -> None:
    with pytest.raises(SetupError, match="a space or a plus"):
        book.reopened(origin="our ledger")
    assert book.reopened(origin="example.com/calls").key.name == "example.com/calls"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE ledger_entries SET leaf = replace(leaf, 'agt_1', 'agt_2') WHERE seq = 5", "entry 5 is not what"),
        ("DELETE FROM ledger_entries WHERE seq > 3", "4 entries were signed, and the last one there is 3"),
        (f"UPDATE ledger_entries SET hashes = {OTHER_DIGIT.format('hashes')} WHERE seq = 4", "first 4 entries are not"),
        ("DELETE FROM ledger_entries WHERE seq = 5", "entry 5 is gone"),
    ],
)
async def test_what_does_not_go_on_is_not_signed(book: Book, statement: str, why: str) -> None:
    await book.append(4, personal={})
    await book.checkpointer.sign()
    await book.append(2, personal={})
    await book.tamper(statement)
    book.checkpointer = book.reopened()
    signed = await book.checkpointer.sign()
    assert signed is not None and signed.checkpoint.size == 4
    assert why in book.checkpointer.problem
    assert len(notes(book)) == 1
