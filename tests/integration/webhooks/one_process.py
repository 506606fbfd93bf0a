"""`python -m tests.integration.webhooks.one_process URL FOLDER`: delivers what is recorded, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gateway.db.session import Database
from tests.integration.webhooks.post import post_office


async def main(url: str, folder: Path) -> None:
    async with post_office(Database(url), folder):
        print("delivers", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
