"""Rows to contacts on all the cores that an import may have: a long file is read in processes of their own.

A telephone number takes some twenty-five millionths of a second: a million of them would hold up every call that the
control plane has to answer meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import get_context
from typing import NamedTuple

from compliance.dialling.terms import Line
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from gateway.campaigns.importing.contact import read_contact
from gateway.campaigns.importing.row import Fault, Row, fault_of
from gateway.kernel.errors import BadInput, Unavailable
from gateway.kernel.lifeline import die_with_parent

LONG = 20_000  # rows; fewer are read before two processes have started
WORKERS = 2


class Found(NamedTuple):
    """A contact of a file, as the table keeps it. `number_hash`: keyed; `variables`: JSON."""

    line: int
    number_hash: str
    number: str
    ref: str
    place: str
    phone_line: Line
    not_before: datetime | None
    variables: str


def read_rows(rows: Sequence[Row | Fault], country: str | None, key: HashKey) -> list[Found | Fault]:
    """In their order."""
    return [one if isinstance(one, Fault) else _found(one, country, key) for one in rows]


def _found(row: Row, country: str | None, key: HashKey) -> Found | Fault:
    try:
        contact = read_contact(row.cells, country)
    except BadInput as error:
        return fault_of(row.line, error)
    number_hash, variables = key.of(Person(contact.number)), json.dumps(contact.variables)
    return Found(
        row.line, number_hash, contact.number, contact.ref, contact.place, contact.line, contact.not_before, variables
    )


class Parsing:
    """For one import; `aclose` it. Of several long ones at a time the first has the processes, the others a thread."""

    _processes = threading.BoundedSemaphore(1)

    def __init__(self, key: HashKey, country: str | None) -> None:
        self._key, self._country = key, country
        self._rows = 0
        self._pool: ProcessPoolExecutor | None = None

    async def read(self, rows: Sequence[Row | Fault]) -> list[Found | Fault]:
        """Several at a time. Raises Unavailable when a process was killed."""
        self._rows += len(rows)
        if self._pool is None and self._rows > LONG and self._processes.acquire(blocking=False):
            self._pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), _prepare)
        executor: Executor | None = self._pool
        try:
            work = asyncio.get_running_loop().run_in_executor(executor, read_rows, rows, self._country, self._key)
            return await work
        except BrokenProcessPool as error:
            raise Unavailable("a process that reads the file was killed", todo="send the file again") from error

    async def aclose(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                await asyncio.to_thread(pool.shutdown, cancel_futures=True)
            finally:
                self._processes.release()


def _prepare() -> None:
    """A Ctrl-C is for whoever started us, and ends us in good time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
