"""`python -m tests.integration.costs.one_process URL FOLDER CARRIER ELSEWHERE`: reads an account's records, and says so
after each transaction, until it is killed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import FILE, HashKey
from gateway.costs.records import CarrierRecords
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.secrets import open_box
from trunks.accounts.accounts import Accounts


async def main(url: str, folder: Path, carrier_id: str, elsewhere: dict[str, str]) -> None:
    database = Database(url)

    @asynccontextmanager
    async def begin() -> AsyncIterator[AsyncSession]:
        async with database.begin() as session:
            yield session
            print("commits", flush=True)
        print("committed", flush=True)

    accounts = Accounts(open_box(folder / "secrets.key"), elsewhere)
    records = CarrierRecords(begin, accounts, SystemClock(), HashKey(folder / "keys" / FILE), batch=2)
    await records.read(carrier_id)
    print("read", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])))
