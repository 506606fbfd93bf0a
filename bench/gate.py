"""The pre-dial gate: decisions in a second on one core, and what a look at the lists adds.

`python -m bench.gate`: random numbers of every area code, half of which may be anywhere in their country, at random
instants, with consents, lists and earlier calls on file. `--list 1000000` also imports a list of that length on SQLite
and looks numbers up with it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.__main__ import RESULTS
from bench.figures import Series, show, write
from compliance.dialling.asked import Asked, Facts
from compliance.dialling.decide import decide
from compliance.dialling.places import shipped_plan, spots_of
from compliance.dialling.rulebook import shipped
from compliance.do_not_call.list_lines import ListLines
from compliance.do_not_call.lists import DoNotCallLists, Head
from compliance.do_not_call.lookup import on_file
from compliance.privacy.hash_key import HashKey
from gateway.kernel.clock import SystemClock
from gateway.kernel.logs import quiet_logs
from tests.integration.databases import empty_database
from tests.unit.compliance.dialling.story import NOON, asked, facts

AIM_PER_S = 2000
PIECE = 5000  # lines


def questions(count: int, dice: random.Random) -> list[tuple[Asked, Facts]]:
    """Half of them fixed numbers; the other half may be anywhere in the country, which is the most work there is."""
    codes = [code for code, places in shipped_plan().of_code.items() if places[0].startswith("US-")]
    found: list[tuple[Asked, Facts]] = []
    for n in range(count):
        number = f"+1{dice.choice(codes)}{dice.randrange(2_000_000, 9_999_999)}"
        at = datetime.fromtimestamp(NOON.timestamp() + dice.randrange(-864_000, 864_000), UTC)
        dialled = tuple(at - timedelta(hours=dice.randrange(1, 100)) for _ in range(dice.randrange(4)))
        known = facts(number, line="fixed" if n % 2 else "unknown", attempts=dialled)
        found.append((asked(number=number, at=at, purpose=dice.choice(["marketing", "informational"])), known))
    return found


def decisions(count: int, dice: random.Random) -> list[Series]:
    """Each decision with the candidate places of its number, which the dialer has to find as well."""
    rate, busy = Series("decisions", "/s", aim=f">= {AIM_PER_S}"), Series("decisions, processor time of ours", "/s")
    one = Series("one decision", "ms")
    rules, several = shipped(), questions(count, dice)
    began, worked = time.perf_counter(), time.process_time()
    for question, known in several:
        start = time.perf_counter()
        line = "fixed" if known.spots[-1].evidence == "area_code" else "unknown"
        decide(question, replace(known, spots=spots_of(question.number, line=line)), rules)
        one.add((time.perf_counter() - start) * 1000)
    rate.add(count / (time.perf_counter() - began))
    busy.add(count / (time.process_time() - worked))
    return [rate, busy, one]


async def lines(count: int, dice: random.Random) -> AsyncIterator[bytes]:
    """As a registry delivers them: area code and number apart."""
    numbers = dice.sample(range(2_000_000_000, 9_999_999_999), count)
    for start in range(0, count, PIECE):
        some = numbers[start : start + PIECE]
        yield "".join(f"{number // 10**7},{number % 10**7:07d}\n" for number in some).encode()


async def with_list(count: int, rounds: int, dice: random.Random) -> list[Series]:
    taken = Series(f"import of {count} numbers, SQLite", "s", aim="<= 60")
    look = Series(f"facts of a number, {count} numbers listed, SQLite", aim="-")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        database = await stack.enter_async_context(empty_database(folder))
        head = Head("us-national", "us-national", "US", "marketing", date.fromtimestamp(time.time()))  # noqa: DTZ012
        began = time.perf_counter()
        lists = DoNotCallLists(database.begin, SystemClock())
        row, rejected = await lists.import_list(head, lines(count, dice), ListLines("1"), by="bench")
        taken.add(time.perf_counter() - began)
        assert (row.numbers, row.lines, rejected) == (count, count, [])
        key = HashKey(folder / "privacy.key")
        for _ in range(rounds):
            number = f"+1{dice.randrange(2_000_000_000, 9_999_999_999)}"
            began = time.perf_counter()
            async with database.begin() as session:
                await on_file(session, key, number)
            look.add((time.perf_counter() - began) * 1000)
    return [taken, look]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.gate", description=__doc__)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument("--list", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=500)
    asked_for = parser.parse_args()
    quiet_logs()
    dice = random.Random(1)
    found = decisions(asked_for.decisions, dice)
    if asked_for.list:
        found += asyncio.run(with_list(asked_for.list, asked_for.rounds, dice))
    show(found)
    notes = {"decisions": asked_for.decisions, "cores": os.cpu_count(), "load": os.getloadavg()}
    print(f"written to {write(found, RESULTS, notes)}")


if __name__ == "__main__":
    main()
