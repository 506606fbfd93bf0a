"""Rows to the database, in order: read ahead by a bounded number, parsed meanwhile, stored in short transactions."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.turns import in_turn
from gateway.campaigns.importing.parsing import Found, Parsing
from gateway.campaigns.importing.row import Fault, Row
from gateway.campaigns.importing.write_ahead import put_in_place
from gateway.db.session import Database
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput

AHEAD = 6  # parts of the file
TIDIED_AFTER = 4  # parts; more would leave too much of it to whoever commits next
Keep = Callable[[AsyncSession, list[Found | Fault]], Awaitable[None]]


class Taking:
    """One file. `keep` stores a part of it in a transaction."""

    def __init__(
        self, parsing: Parsing, rows: AsyncIterator[list[Row | Fault]], keep: Keep, database: Database, clock: Clock
    ) -> None:
        self._parsing, self._rows, self._keep, self._clock = parsing, rows, keep, clock
        self._database = database
        self._read = deque[asyncio.Task[list[Found | Fault]]]()
        self._ended, self._stored = False, 0
        self._problem: BadInput | None = None
        self._in_the_pause: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Raises BadInput for what is wrong with the file, when everything before it is stored."""
        try:
            while await self._some_read():
                part = await self._read.popleft()
                async with in_turn(self._begin_then_read_on, self._clock) as session:
                    await self._keep(session, part)
                await asyncio.gather(*self._in_the_pause)
        finally:
            for task in self._in_the_pause:
                task.cancel()  # whoever sends may never go on
            await asyncio.gather(*self._in_the_pause, return_exceptions=True)
            # parsing takes milliseconds, and a pool that breaks does not stand its work being cancelled
            await asyncio.gather(*self._read, return_exceptions=True)
        if self._problem is not None:
            raise self._problem

    async def _some_read(self) -> bool:
        while len(self._read) < AHEAD and not self._ended:
            await self._read_on()
        return bool(self._read)

    async def _read_on(self) -> None:
        try:
            part = await anext(self._rows, None)
        except BadInput as error:
            self._problem, part = error, None
        if part is None:
            self._ended = True
        else:
            self._read.append(asyncio.create_task(self._parsing.read(part), name="contacts-parse"))

    @asynccontextmanager
    async def _begin_then_read_on(self) -> AsyncIterator[AsyncSession]:
        """Reads in the pause after the transaction, and not beside its statements, whose thread would wait for ours."""
        async with self._database.begin() as session:
            yield session
        self._stored += 1
        work = [] if self._ended else [self._read_on()]
        if self._stored % TIDIED_AFTER == 0:
            work.append(put_in_place(self._database))
        self._in_the_pause = [asyncio.create_task(one, name="contacts-pause") for one in work]
