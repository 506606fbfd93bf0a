"""Reports facts to the control plane: batched, in order, retried, kept on disk while it is away.

    sender = FactSender(settings.api.internal_url, tokens, role="node", source="node:…", spool_dir=…)
    await sender.start()
    sender.record(LegLeft, call_id, ended_by="caller", slug="completed")
    await sender.close()

`record` never blocks and never fails: it is called from media callbacks.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import httpx

from gateway.calls.fact_spool import FactSpool
from gateway.calls.facts import Fact
from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import SetupError
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import Role, RoleTokens
from gateway.kernel.tasks import TaskSet

F = TypeVar("F", bound=Fact)

BATCH = 500  # FactBatch takes no more
GATHER_S = 0.05  # how long a fact waits for company
MAX_PENDING = 10_000
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
ADOPT_EVERY_S = 5.0
REFUSED_FOR_GOOD = frozenset({400, 413, 422})

_log = get_logger(__name__)


class FactSender:
    """One per process and source; `seq` counts up over all calls of the source, so it orders each of them."""

    def __init__(
        self,
        base_url: str,
        tokens: RoleTokens,
        role: Role,
        source: str,
        spool_dir: Path,
        *,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = base_url.rstrip("/") + "/internal/v1/facts"
        self._tokens = tokens
        self._role: Role = role
        self.source = source
        self._spool = FactSpool(spool_dir, source)
        self._clock: Clock = clock or SystemClock()
        self._transport = transport
        self._seq = itertools.count()
        self._pending: deque[str] = deque()
        self._lost = 0
        self._wake, self._urgent = asyncio.Event(), asyncio.Event()
        self._closing = False
        self._tasks = TaskSet()
        self._http: httpx.AsyncClient | None = None
        self._away = False

    async def start(self) -> None:
        """Begins to send, first what earlier senders left in the spool folder."""
        tls = self._url.startswith("https")  # a TLS context costs 20 ms and more, for nothing on plain HTTP
        self._http = httpx.AsyncClient(timeout=3.0, transport=self._transport, trust_env=False, verify=tls)
        self._spool.adopt()
        self._tasks.start(self._run(), name="facts:send")

    def record(self, fact: type[F], call_id: str, *, at: datetime | None = None, **fields: object) -> F:
        """Makes the fact (id, source, seq, time) and queues it; `at` defaults to now, UTC."""
        made = fact.model_validate(
            {
                "id": new_id("evt"),
                "call_id": call_id,
                "source": self.source,
                "seq": next(self._seq),
                "at": at or self._clock.now(),
                **fields,
            }
        )
        if len(self._pending) >= MAX_PENDING:
            self._lost += 1
        else:
            self._pending.append(made.model_dump_json())
            self._wake.set()
            if made.urgent:
                self._urgent.set()
        return made

    async def close(self, *, within_s: float = 2.0) -> None:
        """Sends what is left; what cannot be sent in time stays in the spool for the next sender."""
        self._closing = True
        self._wake.set()
        try:
            async with asyncio.timeout(within_s):
                await self._tasks.join()
        except TimeoutError:
            pass
        await self._tasks.close()
        self._keep(list(self._pending))
        self._pending.clear()
        self._spool.close()
        if self._http is not None:
            await self._http.aclose()

    async def _run(self) -> None:
        failures = 0
        while not (self._closing and not self._pending and not self._spool):
            if not self._pending and not self._spool:
                await self._idle()
                continue
            await self._gather()
            if await self._send_some():
                failures = 0
                continue
            if self._closing and failures:  # tried again once; the spool has it
                return
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    async def _gather(self) -> None:
        """For company, unless somebody waits."""
        try:
            async with asyncio.timeout(0 if self._closing else GATHER_S):
                await self._urgent.wait()
        except TimeoutError:
            pass
        self._urgent.clear()

    async def _idle(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(ADOPT_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            self._spool.adopt()

    async def _send_some(self) -> bool:
        """One batch, the spool's oldest first; True if the control plane took (or finally refused) it."""
        if self._spool:
            self._keep(list(self._pending))
            self._pending.clear()
            return await self._send_spooled()
        batch = [self._pending[i] for i in range(min(BATCH, len(self._pending)))]
        if await self._delivered(batch):
            for _ in batch:
                self._pending.popleft()
            return True
        self._keep(list(self._pending))
        self._pending.clear()
        return False

    async def _send_spooled(self) -> bool:
        batch = self._spool.first(BATCH)
        if not await self._delivered(batch):
            return False
        self._spool.drop(len(batch))
        return True

    async def _delivered(self, batch: list[str]) -> bool:
        code = await self._post(batch)
        if code in REFUSED_FOR_GOOD and len(batch) > 1:
            return await self._delivered_singly(batch)
        if code in REFUSED_FOR_GOOD:
            _log.error("fact_refused", kind=json.loads(batch[0]).get("kind"), status=code)
            return True
        self._note_away(code != 202, code)
        return code == 202

    async def _delivered_singly(self, batch: list[str]) -> bool:
        """One fact spoils its batch: find it, so that only it is lost. Repeats are stored once."""
        for line in batch:
            if not await self._delivered([line]):
                return False
        return True

    async def _post(self, batch: list[str]) -> int:
        """The HTTP status, 0 when nothing answered."""
        if self._http is None:
            return 0
        try:
            token = self._tokens.sign(self._role, "facts", self.source)
            answer = await self._http.post(
                self._url,
                content='{"facts":[' + ",".join(batch) + "]}",
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
        except (httpx.HTTPError, SetupError):
            return 0
        return answer.status_code

    def _keep(self, lines: list[str]) -> None:
        self._lost += self._spool.append(lines)
        if self._lost:
            _log.error("facts_lost_spool_full", count=self._lost)
            self._lost = 0

    def _note_away(self, away: bool, code: int) -> None:
        if away != self._away:
            self._away = away
            _log.warning("facts_spooled", status=code) if away else _log.info("facts_flow_again")
