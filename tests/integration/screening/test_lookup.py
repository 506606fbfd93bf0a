"""What the database finds about a caller is what a look at every single entry would find."""

from __future__ import annotations

import random
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from sqlalchemy import event, select

from compliance.screening.caller import prefixes_of
from compliance.screening.decide import deciding
from compliance.screening.entry_line import Wanted
from compliance.screening.found import Found, ListName, Match
from compliance.screening.lookup import Screening
from compliance.screening.models import EntryRow, RecentCallRow
from compliance.screening.repository import EntryRepository
from compliance.screening.tidy import tidy_screening
from compliance.screening.value import Kind, Value, read_value
from gateway.db.session import Database
from gateway.tables import metadata
from tests.integration.calls.conftest import ManualClock
from tests.unit.calls.story import T0

NOBODY = "192.0.2.1"


async def found(database: Database, ani: str, source: str = NOBODY, dnis: str = "", **at: object) -> Found:
    async with database.begin() as session:
        return await Screening(session).find(ani, source, dnis, **{"now": T0, **at})  # type: ignore[arg-type]


async def store(database: Database, *wanted: Wanted) -> list[str]:
    async with database.begin() as session:
        return await EntryRepository(session).add_many(wanted, T0)


def entry(which: ListName, kind: Kind, text: str, **fields: object) -> Wanted:
    return Wanted(which, read_value(text, kind), **fields)  # type: ignore[arg-type]


def names(value: Value, ani: str, source: str) -> bool:
    """By the meaning of the entry alone."""
    if value.kind == "source":
        return ip_address(source) in ip_network(value.text)
    if value.kind == "range":
        assert value.low is not None and value.high is not None
        return len(ani) - 1 == value.digits and value.low <= int(ani) <= value.high
    return ani == value.text if value.kind == "number" else value.text in prefixes_of(ani)


def random_entry(dice: random.Random) -> Wanted:
    """Over few numbers, so that many entries meet many callers."""
    which: ListName = dice.choice(("block", "allow"))
    kind: Kind = dice.choice(("number", "prefix", "range", "source"))
    low = dice.randrange(15105550000, 15105551000)
    text = {
        "number": f"+{low}",
        "prefix": f"+{low}"[: dice.randrange(2, 13)],
        "range": f"+{low}-+{low + dice.choice((0, 1, 9, 10, 99, 100, 5000, 10**7, 10**9))}",
        "source": str(ip_network((0x0A000000 + dice.randrange(64), dice.randrange(8, 33)), strict=False)),
    }[kind]
    return Wanted(which, read_value(text, kind))


@pytest.mark.parametrize("seed", range(4))
async def test_the_entry_that_counts_is_the_one_that_a_look_at_all_of_them_finds(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    once = {(one.value.kind, one.value.text): one for one in (random_entry(dice) for _ in range(400))}
    wanted = list(once.values())
    await store(database, *wanted)
    met = 0
    for _ in range(60):
        ani = f"+{dice.randrange(15105549000, 15105552000)}"
        source = str(ip_address(0x0A000000 + dice.randrange(64)))
        every = Found(matches=tuple(
            Match("", one.list, one.value.kind, breadth(one.value))
            for one in wanted if names(one.value, ani, source)
        ))  # fmt: skip
        seen = await found(database, ani, source)
        for of_source in (True, False):
            ours, theirs = deciding(seen, source=of_source), deciding(every, source=of_source)
            assert (ours and (ours.list, ours.kind, ours.breadth)) == (
                theirs and (theirs.list, theirs.kind, theirs.breadth)
            )
            met += theirs is not None
    assert met > 60


def breadth(value: Value) -> int:
    if value.kind == "range":
        assert value.low is not None and value.high is not None
        return value.high - value.low
    if value.kind == "source":
        network = ip_network(value.text)
        return network.max_prefixlen - network.prefixlen
    return 16 - len(value.text) if value.kind == "prefix" else 0


async def test_a_number_of_another_length_is_in_no_range(database: Database) -> None:
    await store(database, entry("block", "range", "+15105550000-+15105559999"))
    assert (await found(database, "+15105550100")).matches
    assert not (await found(database, "+1510555010")).matches
    assert not (await found(database, "+151055501000")).matches


async def test_an_entry_counts_until_its_time_and_makes_room_afterwards(database: Database) -> None:
    until = T0 + timedelta(hours=1)
    await store(database, entry("block", "number", "+15105550100", expires_at=until))
    for after, counts in ((0, True), (3599, True), (3600, False)):
        seen = await found(database, "+15105550100", now=T0 + timedelta(seconds=after))
        assert bool(seen.matches) is counts
    async with database.begin() as session:
        row = await EntryRepository(session).add(entry("allow", "number", "+15105550100"), until)
        assert row.list == "allow"


@pytest.mark.parametrize("ani", ["", "anonymous", "Restricted", "+266696687"])
async def test_a_caller_without_a_number_meets_no_entry_for_numbers(database: Database, ani: str) -> None:
    await store(database, entry("block", "prefix", "+2"), entry("block", "source", "192.0.2.0/24"))
    seen = await found(database, ani)
    assert seen.anonymous
    assert [match.kind for match in seen.matches] == ["source"]


async def test_what_a_stranger_writes_for_its_name_is_looked_up_and_found_nowhere(database: Database) -> None:
    for ani in ("alice", "'; DROP TABLE calls; --", "x" * 256, "%", "+1" * 100, "\u0661\u0662\u0663"):
        seen = await found(database, ani, source="not an address", dnis="y" * 300)
        assert not seen.matches and not seen.anonymous and not seen.never_calls


async def test_calls_of_the_last_minute_are_counted_by_caller_and_by_number(database: Database) -> None:
    async def note(call_id: str, ani: str, dnis: str, after: float) -> None:
        async with database.begin() as session:
            await Screening(session).note_admitted(call_id, ani, dnis, T0 + timedelta(seconds=after))

    await note("call_1", "+1510", "+1999", 0)
    await note("call_2", "+1510", "+1999", 20)
    await note("call_2", "+1510", "+1999", 21)  # asked about again
    await note("call_3", "anonymous", "+1999", 30)
    await note("call_4", "", "+1888", 31)
    seen = await found(database, "+1510", dnis="+1999", now=T0 + timedelta(seconds=40))
    assert (seen.of_caller.calls, seen.of_caller.free_in_s) == (2, 20)
    assert (seen.to_number.calls, seen.to_number.free_in_s) == (3, 20)
    again = await found(database, "+1510", dnis="+1999", now=T0 + timedelta(seconds=40), besides="call_2")
    assert (again.of_caller.calls, again.to_number.calls) == (1, 2)
    nameless = await found(database, "unknown", dnis="+1777", now=T0 + timedelta(seconds=40))
    assert (nameless.of_caller.calls, nameless.to_number.calls) == (2, 0)
    later = await found(database, "+1510", dnis="+1999", now=T0 + timedelta(seconds=60))
    assert (later.of_caller.calls, later.to_number.calls) == (1, 2)


async def test_what_only_the_present_needs_is_forgotten(database: Database) -> None:
    clock = ManualClock()
    await store(
        database, entry("block", "number", "+15105550100", expires_at=T0), entry("block", "number", "+15105550101")
    )
    async with database.begin() as session:
        await Screening(session).note_admitted("call_1", "+1510", "+1999", T0)
    clock.go(61)
    await tidy_screening(database.begin, clock)
    async with database.begin() as session:
        assert await session.get(RecentCallRow, ("call_1", "caller")) is None
    assert len(await _ids(database)) == 2
    clock.go(8 * 24 * 3600)
    await tidy_screening(database.begin, clock)
    assert len(await _ids(database)) == 1


async def test_no_long_table_is_read_from_end_to_end(tmp_path: Path) -> None:
    """By the plan of SQLite, which has no statistics and so is the same for a million rows. The few lists, and what was
    found of ranges, may be read whole."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'plan.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: metadata.create_all(c))

    def heed(_: object, __: object, statement: str, given: tuple[object, ...], *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, given))

    event.listen(database.engine.sync_engine, "before_cursor_execute", heed)
    await found(database, "+15105550100", source="2001:db8::1")
    steps: list[str] = []
    async with database.engine.connect() as connection:
        for statement, given in list(asked):
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            steps += [step[3] for step in plan]
    await database.close()
    assert any("do_not_originate" in step or "numbers" in step for step in steps)
    assert {step.split()[1] for step in steps if step.startswith("SCAN")} <= {"lists", "ranges"}


async def _ids(database: Database) -> list[str]:
    async with database.engine.connect() as connection:
        return list((await connection.execute(select(EntryRow.id))).scalars())
