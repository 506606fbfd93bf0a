"""A real process killed while it reads, at every transaction: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from tests.integration.costs.office import Office, recorded

CALLS = 6
PATIENCE_S = 60


async def killed_after(office: Office, folder: Path, carrier_id: str, lines: int) -> bool:
    """Was there something left to read?"""
    one = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.costs.one_process", office.plane.container.database.url, str(folder),
        carrier_id, json.dumps(office.market.elsewhere), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert one.stdout is not None
    said = b""
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(lines):
                said = await one.stdout.readline()
                assert said
                if said == b"read\n":
                    break
    finally:
        one.kill()
        await one.wait()
    return said != b"read\n"


async def test_killed_at_every_step_everything_is_there_once(office: Office, tmp_path: Path) -> None:
    bench, carrier_id = office.bench("telnyx"), await office.account("telnyx")
    bench.small_pages()
    calls = [await office.call(office.ago(hours=hour + 1), sip_call_id=f"{hour}@phone") for hour in range(CALLS)]
    for hour in range(CALLS):
        recorded(bench, office.ago(hours=hour + 1), sip_call_id=f"{hour}@phone", price="0.01")

    kept, lines = 0, 1
    while await killed_after(office, tmp_path, carrier_id, lines):
        rows = await office.rows()
        assert len(rows) >= kept
        until = (await office.account_row(carrier_id)).calls_until
        told = [office.ago(hours=hour + 1) for hour in range(CALLS)]
        assert [row.began_at for row in rows] == sorted(at for at in told if until and at <= until)
        kept, lines = len(rows), lines + 1
    assert lines > 10  # it was killed before and after each of several transactions

    rows = await office.rows()
    assert Counter(row.call_id for row in rows) == Counter(calls)
    assert {row.fit for row in rows} == {"call_id"}
    assert await office.records.read(carrier_id) == 0
