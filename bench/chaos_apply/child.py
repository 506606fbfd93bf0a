"""The process that is killed: goes on with what the one before it began, then makes what the file says, until there is
nothing to do. `python -m bench.chaos_apply.child FOLDER`, with `task.json` in it."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from gateway.apply.document import Document
from gateway.apply.opening import open_plans
from gateway.apply.repository import PlanRepository
from gateway.apply.service import Plans
from gateway.bootstrap import resources
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import Conflict, Unavailable
from gateway.kernel.logs import quiet_logs
from gateway.kernel.secrets import open_box
from gateway.settings import CarrierSettings, Settings
from trunks.accounts.accounts import Accounts
from trunks.memory_switchboard import MemorySwitchboard
from trunks.provisioning import Provisioning

LOOK_S = 0.05
ATTEMPTS = 20  # plans for one file: a double that fails now and then makes more than one necessary


async def main(folder: Path) -> None:
    quiet_logs()
    task = json.loads((folder / "task.json").read_text())
    settings = Settings(
        state_dir=folder, carriers=CarrierSettings(elsewhere=task["elsewhere"], sip_targets=["sip.example.com"])
    )
    database, box, clock = Database(settings.database), open_box(folder / "secrets.key"), SystemClock()
    accounts, durable = Accounts(box, task["elsewhere"]), Durable(settings.workflows, "chaos", clock)
    board = Provisioning(database, MemorySwitchboard(), resources(box, "gateway"), _same)
    plans = open_plans(settings, database, accounts, box, clock, board, durable)
    await durable.start()
    print("up", flush=True)
    try:
        await plans.pick_up()
        await _converge(plans, database, Document.model_validate(task["document"]))
        print("converged", flush=True)
    finally:
        await durable.close()
        await accounts.close()
        await database.close()


async def _converge(plans: Plans, database: Database, document: Document) -> None:
    for _ in range(ATTEMPTS):
        await _idle(database)
        with suppress(Unavailable, Conflict):  # the next look sees what is true then
            observed, found = await plans.look(document)
            if not found.steps:
                return
            async with database.begin() as session:
                plan_id = (await plans.write(session, document, observed, found, "chaos")).id
            await plans.start(plan_id)
    raise SystemExit("it does not converge")


async def _idle(database: Database) -> None:
    """Until no plan is carried out."""
    while True:
        async with database.begin() as session:
            if await PlanRepository(session).running() is None:
                return
        await asyncio.sleep(LOOK_S)


async def _same() -> str:
    return "the only switchboard"


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
