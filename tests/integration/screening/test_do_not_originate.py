"""Numbers that never call: a list is there as a whole, or as it was."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from compliance.number_lists import editions
from compliance.screening.do_not_originate import KIND, DoNotOriginate, all_current
from compliance.screening.importing import Rejected
from compliance.screening.lookup import Screening
from compliance.screening.models import NeverCallsNumberRow, NeverCallsRow
from compliance.screening.numbers import NumberLines
from compliance.screening.tidy import tidy_screening
from gateway.db.session import Database
from gateway.kernel.errors import BadInput, Conflict, NotFound
from tests.integration.calls.conftest import ManualClock
from tests.unit.calls.story import T0

OLD, NEW = "+15105550100", "+15105550199"


async def pieces(*texts: str) -> AsyncIterator[bytes]:
    for text in texts:
        yield text.encode()


@pytest.fixture
def lists(database: Database) -> DoNotOriginate:
    return DoNotOriginate(database.begin, ManualClock())


async def replace(lists: DoNotOriginate, *texts: str, name: str = "reg", **fields: str) -> list[Rejected]:
    _, rejected = await lists.import_list(name, pieces(*texts), NumberLines(), by="key_1", **fields)
    return rejected


async def never_calls(database: Database, number: str) -> str:
    async with database.begin() as session:
        return (await Screening(session).find(number, "192.0.2.1", "", T0)).never_calls


async def stored(database: Database) -> tuple[int, int]:
    """Editions and numbers, whether they count or not."""
    async with database.begin() as session:
        editions = await session.scalar(select(func.count()).select_from(NeverCallsRow))
        return editions or 0, await session.scalar(select(func.count()).select_from(NeverCallsNumberRow)) or 0


async def test_a_new_import_takes_the_place_of_all_that_the_list_had(lists: DoNotOriginate, database: Database) -> None:
    await replace(lists, f"{OLD}\n+15105550101")
    assert await never_calls(database, OLD) == "reg"
    assert await never_calls(database, NEW) == ""
    await replace(lists, f"{NEW}\n")
    assert (await never_calls(database, OLD), await never_calls(database, NEW)) == ("", "reg")
    assert await stored(database) == (1, 1)


async def test_a_list_says_how_many_numbers_since_when_and_of_which_bytes(
    lists: DoNotOriginate, database: Database
) -> None:
    text = f"{OLD}\n{OLD}\n{NEW}"
    await replace(lists, text[:7], text[7:])
    async with database.begin() as session:
        (row,) = await all_current(session)
    assert (row.name, row.numbers, row.imported_at) == ("reg", 2, T0)
    assert row.sha256 == hashlib.sha256(text.encode()).hexdigest()


async def test_lists_of_other_names_stay(lists: DoNotOriginate, database: Database) -> None:
    await replace(lists, OLD, name="a")
    await replace(lists, NEW, name="b")
    await lists.remove("a", "key_1")
    assert (await never_calls(database, OLD), await never_calls(database, NEW)) == ("", "b")
    assert await stored(database) == (1, 1)
    with pytest.raises(NotFound):
        await lists.remove("a", "key_1")


class Gone(Exception):
    """The client went away in the middle of its file."""


async def test_an_import_that_breaks_off_has_changed_nothing_and_is_cleared_away(
    lists: DoNotOriginate, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "AT_ONCE", 2)
    await replace(lists, OLD)

    async def broken() -> AsyncIterator[bytes]:
        yield b"".join(b"+1510555%04d\n" % n for n in range(200, 209))
        raise Gone

    with pytest.raises(Gone):
        await lists.import_list("reg", broken(), NumberLines(), by="key_1")
    assert (await stored(database))[1] > 1  # what it left
    assert (await never_calls(database, OLD), await never_calls(database, "+15105550200")) == ("reg", "")
    clock = ManualClock()
    await tidy_screening(database.begin, clock)
    assert (await stored(database))[1] > 1, "it might be under way still"
    clock.go(7 * 3600)
    await tidy_screening(database.begin, clock)
    assert await stored(database) == (1, 1)
    assert await never_calls(database, OLD) == "reg"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 lines were no numbers"),
        ("<html>\n<body>404</body>\n", "no numbers"),
        ("alice\nbob\ncarol 1\n", "no numbers"),
        ("5105550100\n", "no \\+"),
    ],
)
async def test_a_file_of_another_kind_leaves_the_list_as_it_was(
    lists: DoNotOriginate, database: Database, text: str, words: str
) -> None:
    await replace(lists, OLD)
    with pytest.raises(BadInput, match=words):
        await replace(lists, text)
    assert await never_calls(database, OLD) == "reg"
    assert await stored(database) == (1, 1)


async def test_other_bytes_than_were_announced_are_refused(lists: DoNotOriginate, database: Database) -> None:
    await replace(lists, OLD)
    right = hashlib.sha256(NEW.encode()).hexdigest()
    with pytest.raises(BadInput, match="sha256"):
        await replace(lists, NEW[:-1], sha256=right)
    assert await never_calls(database, OLD) == "reg"
    await replace(lists, NEW, sha256=right.upper())
    assert await never_calls(database, NEW) == "reg"


async def test_a_few_bad_lines_are_told_and_the_rest_counts(lists: DoNotOriginate, database: Database) -> None:
    rejected = await replace(lists, f"number,since\n{OLD},2020\nbob\n\n# end\n+12\n{NEW}\n")
    assert [(one.line, bool(one.reason)) for one in rejected] == [(3, True), (6, True)]
    assert (await never_calls(database, OLD), await never_calls(database, NEW)) == ("reg", "reg")


async def test_too_many_bad_lines_numbers_or_lists_are_refused(
    lists: DoNotOriginate, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replace(lists, OLD)
    monkeypatch.setattr(editions, "MOST_NUMBERS", 3)
    monkeypatch.setattr(editions, "MOST_REJECTED", 3)
    for text, words in (
        ("".join(f"+1510555{n:04d}\n" for n in range(4)), "more than 3 numbers"),
        (NEW + "\nbad 1\nbad 2\nbad 3\n" + NEW, "3 lines were no numbers: line 2"),
    ):
        with pytest.raises(BadInput, match=words):
            await replace(lists, text)
    for more in range(KIND.most_lists - 1):
        await replace(lists, NEW, name=f"more-{more}")
    with pytest.raises(Conflict, match="32 lists already"):
        await replace(lists, NEW, name="other")
    await replace(lists, f"{OLD}\n" * 4)
    assert await never_calls(database, OLD) == "reg"
    assert await stored(database) == (32, 32)


async def test_calls_are_looked_up_while_a_long_import_is_under_way(lists: DoNotOriginate, database: Database) -> None:
    await replace(lists, OLD)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"".join(b"+1510556%04d\n" % n for n in range(9000))
        begun.set()
        await go_on.wait()
        yield f"{NEW}\n".encode()

    importing = asyncio.create_task(lists.import_list("reg", slow(), NumberLines(), by="key_1"))
    await begun.wait()
    assert (await never_calls(database, OLD), await never_calls(database, "+15105560001")) == ("reg", "")
    go_on.set()
    row, _ = await importing
    assert row.numbers == 9001
    assert (await never_calls(database, OLD), await never_calls(database, "+15105560001")) == ("", "reg")
