"""Sees to it that every transfer under way is carried by somebody: now, after a crash, after a stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gateway.calls.call import Call
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call
from gateway.kernel.logs import get_logger
from gateway.transfers.run import TransferRun, TransferServices

WORK = "transfer"
Begun = Callable[[str, str, dict[str, str]], Awaitable[None]]  # gateway.durable.service.Durable.begin

_log = get_logger(__name__)


class Carrying:
    """`carry` is the body of the durable work `WORK`, whose id is the transfer's."""

    def __init__(self, services: TransferServices, begin_work: Begun) -> None:
        self._services, self._begin_work = services, begin_work
        self._runs: dict[str, TransferRun] = {}
        services.runner.on_call(self._heard_of)

    async def begin(self, transfer_id: str, call_id: str) -> None:
        await self._begin_work(WORK, transfer_id, {"call_id": call_id})

    async def carry(self, work_id: str, given: dict[str, str]) -> None:
        """To its end, and then as long as the caller is with the human."""
        run = self._runs[work_id] = TransferRun(given["call_id"], work_id, self._services)
        try:
            if await run.run() == "connected":
                await run.company()
        except LookupError:
            _log.warning("transfer_without_record", transfer_id=work_id)
        finally:
            self._runs.pop(work_id, None)

    async def pick_up(self) -> int:
        """Begins what is in the record and nobody may carry: its process died between the two. How many those are."""
        async with self._services.begin() as session:
            calls = [read_call(row) for row in await CallRepository(session).open_calls()]
        waiting = [(name, call.id) for call in calls for name in {call.transfer, call.human} if name]
        for transfer_id, call_id in waiting:
            await self.begin(transfer_id, call_id)
        return len(waiting)

    def _heard_of(self, call: Call) -> None:
        for run in self._runs.values():
            run.heard_of(call)
