"""Reads the carriers' own records of calls, account by account, and joins them to ours.

What was read is committed together with how far it was read (`carriers.calls_until`), in small batches, the oldest
first: whoever is killed in between loses nothing, and reading again writes nothing twice. While a carrier is asked, no
transaction is open. Accounts do not wait for each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from compliance.privacy.hash_key import HashKey
from gateway.calls.feed import Feed
from gateway.calls.performing import Begin
from gateway.costs.erasable import nameless
from gateway.costs.joining import Joiner
from gateway.costs.repository import CarrierCallRepository
from gateway.costs.turns import UNRATED, Turn, since
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going
from trunks.accounts.accounts import Accounts
from trunks.accounts.models import CarrierRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.kinds import registered
from trunks.carriers.port import CarrierCall

BATCH = 200
ACCOUNTS_AT_ONCE = 8
SCAN_S = 10.0  # accounts that were just added are found within this
AGAIN_S = 5.0

_log = get_logger(__name__)


class CarrierRecords:
    """`start` and `close` with the control plane. `looked` tells when an account's turn is over."""

    def __init__(self, begin: Begin, accounts: Accounts, clock: Clock, key: HashKey, *, batch: int = BATCH) -> None:
        self._begin, self._accounts, self._clock, self._key, self._batch = begin, accounts, clock, key, batch
        self._joiner = Joiner(begin)
        self._turns: dict[str, Turn] = {}
        self._width = asyncio.Semaphore(ACCOUNTS_AT_ONCE)
        self._woken = asyncio.Event()
        self._tasks = TaskSet()
        self.looked = Feed()

    def start(self) -> None:
        self._tasks.start(keep_going(self._forever, "carrier-records", AGAIN_S), name="carrier-records")

    async def close(self) -> None:
        await self._tasks.close()

    def wake(self, carrier_id: str) -> None:
        """Something has happened at this account."""
        self._turns.setdefault(carrier_id, Turn()).wake(self._clock.now())
        self._woken.set()

    async def begin_due(self) -> None:
        """Begins the turns of all accounts that are due; `settled` waits for their ends."""
        async with self._begin() as session:
            rows = [row for row in await CarrierRepository(session).all() if _keeps_records(row)]
        self._turns = {row.id: self._turns.get(row.id) or Turn() for row in rows}
        for row in rows:
            turn = self._turns[row.id]
            if turn.due(self._clock.now()):
                deep = turn.begin(self._clock.now())
                self._tasks.start(self._take_turn(row.id, turn, deep=deep), name="carrier-records-turn")

    async def settled(self) -> None:
        """No turn is under way any more. Not beside `start`, whose loop never ends."""
        await self._tasks.join()

    async def read(self, carrier_id: str, *, deep: bool = True) -> int:
        """One turn; returns how many records are new or have changed. Raises what the carrier does."""
        began = self._clock.now()
        async with self._begin() as session:
            account = await session.get(CarrierRow, carrier_id)
            if account is None:
                return 0
            unrated = await CarrierCallRepository(session).oldest_unrated(carrier_id, began - UNRATED)
        begin = since(account.calls_until, account.created_at, unrated, began, deep=deep)
        written = 0
        async for batch in _batches(self._accounts.of(account).calls(begin), self._batch):
            written += await self._write(carrier_id, batch, min(batch[-1].began_at, began))
        await self._joiner.join(carrier_id, begin)
        await self._write(carrier_id, [], began)
        return written

    async def _write(self, carrier_id: str, batch: Sequence[CarrierCall], until: datetime) -> int:
        """With it, up to when records are here. Nothing for an account that was forgotten meanwhile."""
        async with self._begin() as session:
            repository = CarrierCallRepository(session)
            account = await repository.hold(carrier_id)
            if account is None:
                return 0
            account.calls_until = max(account.calls_until or until, until)
            hidden = await nameless(session, self._key, batch) if batch else ()
            return await repository.write(carrier_id, batch, self._clock.now(), nameless=hidden) if batch else 0

    async def _take_turn(self, carrier_id: str, turn: Turn, *, deep: bool) -> None:
        try:
            async with self._width:
                await self.read(carrier_id, deep=deep)
            turn.ended(self._clock.now(), deep=deep)
        except GatewayError as error:
            turn.failed(self._clock.now(), _wished(error))
            _log.warning("carrier_records_not_read", carrier_id=carrier_id, code=error.code, times=turn.failures)
        except SQLAlchemyError as error:
            turn.failed(self._clock.now())
            _log.warning("carrier_records_not_kept", carrier_id=carrier_id, error=type(error).__name__)
        finally:
            if turn.running:  # it was ended from outside, or by a fault of ours
                turn.failed(self._clock.now())
            self.looked.publish()
            self._woken.set()

    async def _forever(self) -> None:
        while True:
            self._woken.clear()
            await self.begin_due()
            try:
                async with asyncio.timeout(self._until_next()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _until_next(self) -> float:
        now = self._clock.now()
        waits = [turn.wait(now) for turn in self._turns.values() if not turn.running]
        return min([SCAN_S, *waits])


def _keeps_records(row: CarrierRow) -> bool:
    return registered(row.kind).capabilities.records_of_calls.can != "no"


async def _batches(calls: AsyncIterator[CarrierCall], size: int) -> AsyncIterator[list[CarrierCall]]:
    batch: list[CarrierCall] = []
    async for call in calls:
        batch.append(call)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _wished(error: GatewayError) -> timedelta:
    """`Retry-After` in seconds, at most a day."""
    text = error.headers.get("Retry-After") or error.headers.get("retry-after") or ""
    return timedelta(seconds=min(int(text), 86_400)) if text.isascii() and text.isdecimal() else timedelta()
