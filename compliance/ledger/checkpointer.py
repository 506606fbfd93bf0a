"""Signs a checkpoint every minute while something was added, and at the end.

Before it signs, it goes on itself from what it signed last: it hashes every entry since then. Whoever changes the
database under it gets no signature for that, and the log says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.checkpoint import Checkpoint, Signed, sign_checkpoint
from compliance.ledger.checkpoint_file import CheckpointFile
from compliance.ledger.merkle import Frontier, join_hex, leaf_hash
from compliance.ledger.notes import VerifierKey
from compliance.ledger.proofs import subtrees_of
from compliance.ledger.repository import LedgerRepository, damaged
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
PAGE = 500
EVERY_S = 60.0
_log = get_logger(__name__)


class Checkpointer:
    """`start` after the schema is current; `close` after the last writer. `problem`: why nothing is signed, if so."""

    def __init__(
        self, begin: Begin, clock: Clock, file: CheckpointFile, private: Ed25519PrivateKey, key: VerifierKey
    ) -> None:
        self._begin, self._clock, self._private = begin, clock, private
        self.key, self.file = key, file
        self.problem = ""
        self._last: Signed | None = None
        self._followed: Frontier | None = None  # the tree that `_last` is of
        self._opened = False
        self._lock = asyncio.Lock()
        self._tasks = TaskSet()

    @property
    def last(self) -> Signed | None:
        return self._last

    async def start(self) -> None:
        """Raises SetupError when what is there was signed with another key."""
        await self._open()
        self._tasks.start(keep_going(self._sign_next, "ledger-checkpoints", 0.0), name="ledger-checkpoints")

    async def close(self) -> None:
        await self._tasks.close()
        await self.sign()

    async def _sign_next(self) -> None:
        await asyncio.sleep(EVERY_S)
        await self.sign()

    async def sign(self) -> Signed | None:
        """Signs what was added since the last checkpoint; returns the newest one. `problem` says why not, if so."""
        async with self._lock:
            await self._open()
            try:
                await self._go_on()
            except GatewayError as error:
                if error.detail != self.problem:
                    _log.error("ledger_is_not_signed", why=error.detail)
                self.problem = error.detail
            else:
                self.problem = ""
            return self._last

    async def _open(self) -> None:
        if not self._opened:
            self._last = await asyncio.to_thread(self.file.open)
            self._opened = True

    async def _go_on(self) -> None:
        """Raises Unavailable when the database does not go on from the last checkpoint."""
        signed = self._last.checkpoint.size if self._last else 0
        async with self._begin() as session:
            size = await LedgerRepository(session).size()
            if size < signed:
                raise damaged(f"{signed} entries were signed, and the last one there is {size}")
            if self._followed is None:
                self._followed = await self._signed_tree(LedgerRepository(session))
        if size == signed:
            return
        tree = Frontier(self._followed.size, self._followed.roots)
        while tree.size < size:
            await self._follow(tree, size)
        made = sign_checkpoint(Checkpoint(self.key.name, tree.size, tree.root()), self._private)
        await asyncio.to_thread(self.file.add, made, self._clock.now())
        self._last, self._followed = made, tree

    async def _signed_tree(self, repository: LedgerRepository) -> Frontier:
        if self._last is None:
            return Frontier()
        last = self._last.checkpoint
        parts = [(position << level, (position + 1) << level) for level, position in subtrees_of((0, last.size))]
        tree = Frontier(last.size, await repository.roots(parts))
        if tree.root() != last.root:
            raise damaged(f"the first {last.size} entries are not those that were signed")
        return tree

    async def _follow(self, tree: Frontier, upto: int) -> None:
        async with self._begin() as session:
            rows = await LedgerRepository(session).following(tree.size, PAGE, upto=upto)
        if not rows:
            raise damaged(f"entry {tree.size + 1} is gone")
        for row in rows:
            if row.seq != tree.size + 1:
                raise damaged(f"entry {tree.size + 1} is gone")
            completed = tree.add(leaf_hash(row.leaf.encode()))
            if row.hashes != join_hex(completed):
                raise damaged(f"entry {row.seq} is not what was appended")
