"""The process that is killed: it dials, by the product's own code, through a line to the exchange of the storm.

`python -m bench.dialler_storm.child FOLDER EXECUTOR_ID`, with `task.json` in the folder.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import FILE, HashKey
from gateway.calls.feed import Feed
from gateway.calls.participants import ASKED_BY
from gateway.campaigns.service import Campaigns
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import quiet_logs
from gateway.livekit.calling import CallOut


class Line:
    """`gateway.campaigns.ports.Calling`: asks the exchange, one line of JSON there and one back."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def call(self, out: CallOut) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            asked = {"number": out.number, "shows": out.shows, "trunk": out.trunk, "by": out.attributes[ASKED_BY]}
            writer.write(json.dumps(asked).encode() + b"\n")
            await writer.drain()
            said = await reader.readline()
            writer.close()
        except OSError as error:
            raise Unavailable("the exchange does not answer") from error
        if said != b"ok\n":
            raise Unavailable("the exchange did not say")


class EnoughAgents:
    """`gateway.campaigns.ports.Agents`: one is always there; this is not about them."""

    async def reserve(self, attempt_id: str, agent_id: str) -> bool:
        return True

    async def release(self, attempt_id: str) -> None:
        return

    async def somebody_dialled(self, attempt_id: str) -> bool:
        return False


async def there(_: AsyncSession, agent_id: str) -> bool:
    return bool(agent_id)


async def main(folder: Path, executor_id: str) -> None:
    quiet_logs()
    task = json.loads((folder / "task.json").read_text())
    database, clock = Database(task["database"]), SystemClock()
    durable = Durable(task["workflows"], executor_id, clock)
    campaigns = Campaigns(
        database.begin, clock, Feed(), EnoughAgents(), durable, HashKey(folder / FILE), Line(task["port"]), there,
        executor_id,
    )  # fmt: skip
    await durable.start()
    await campaigns.start()
    print("up", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
