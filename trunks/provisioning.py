"""Keeps LiveKit as the database says: on every change, at start, every minute, and when Redis or LiveKit restarted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.db.session import Database
from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from trunks.applying import Applying
from trunks.plan import Actual, Plan, plan
from trunks.ports import Body, Kind, Provisioned, Switchboard
from trunks.schemas import SyncState

EVERY_S = 60.0
LOOK_S = 2.0  # how often Redis and LiveKit are asked whether they are still the same
RETRY_S = 1.0  # after a failure; doubled with each one that follows, up to EVERY_S

_log = get_logger(__name__)


@dataclass(frozen=True)
class Resource:
    """`wanted` gives bodies by our id; `link` stores LiveKit's ids beside ours, "" for what LiveKit does not have."""

    kind: Kind
    wanted: Callable[[AsyncSession], Awaitable[dict[str, Body]]]
    link: Callable[[AsyncSession, dict[str, str]], Awaitable[None]]


class Provisioning:
    """`resources` in the order in which one needs the other. `identity` names what LiveKit's objects live in: another
    answer than before, or none, means that they may be lost."""

    def __init__(
        self,
        database: Database,
        switchboard: Switchboard,
        resources: list[Resource],
        identity: Callable[[], Awaitable[str]],
    ) -> None:
        self._database, self._switchboard, self._identity = database, switchboard, identity
        self._resources = {resource.kind: resource for resource in resources}
        self._errors: dict[Kind, str] = {}
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._tasks = TaskSet()

    def start(self) -> None:
        self._wake.set()
        self._tasks.start(self._reconcile_for_ever(), name="provisioning:reconcile")
        self._tasks.start(self._watch_identity(), name="provisioning:watch")

    async def close(self) -> None:
        await self._tasks.close()

    def changed(self) -> None:
        """Something was written: reconcile now."""
        self._wake.set()

    async def state(self, kind: Kind) -> SyncState:
        """What a reconcile would do now; one that is under way comes to its end first, or a trunk would count as in
        LiveKit before its calls are known by it here. Raises Unavailable when LiveKit does not answer."""
        async with self._lock:
            _, _, found = await self._look(self._resources[kind])
        return SyncState(
            in_sync=found.in_sync, to_create=list(found.create), to_update=list(found.update),
            to_delete=list(found.delete), foreign=list(found.foreign), last_error=self._errors.get(kind),
        )  # fmt: skip

    async def reconcile(self) -> bool:
        """One pass over everything; False when a part of it failed and is to be tried again."""
        async with self._lock:
            good = True
            for resource in self._resources.values():
                try:
                    await self._reconcile(resource)
                    self._errors.pop(resource.kind, None)
                except (GatewayError, SQLAlchemyError) as error:
                    good = False
                    detail = error.detail if isinstance(error, GatewayError) else "the database did not answer"
                    self._errors[resource.kind] = str(detail)
                    _log.warning("provisioning_failed", resource=resource.kind, error=type(error).__name__)
            return good

    async def _look(self, resource: Resource) -> tuple[dict[str, Body], list[Provisioned], Plan]:
        async with self._database.begin() as session:
            wanted = await resource.wanted(session)
        actual = await self._switchboard.list(resource.kind)
        return wanted, actual, plan(wanted, [Actual(one.livekit_id, one.owner, one.body) for one in actual])

    async def _reconcile(self, resource: Resource) -> None:
        """Raises Conflict when LiveKit refused a part; the other parts are done then."""
        wanted, actual, found = await self._look(resource)
        applying = Applying(self._switchboard, resource.kind, wanted, actual, found)
        await applying.run()
        async with self._database.begin() as session:
            await resource.link(session, applying.links)
        if applying.refused:
            raise applying.refused
        if not found.in_sync:
            counts = {"created": len(found.create), "updated": len(found.update), "deleted": len(found.delete)}
            _log.info("provisioned", resource=resource.kind, **counts)

    async def _reconcile_for_ever(self) -> None:
        pause, retry = EVERY_S, RETRY_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()
            if await self.reconcile():
                pause, retry = EVERY_S, RETRY_S
            else:
                pause, retry = retry, min(retry * 2, EVERY_S)

    async def _watch_identity(self) -> None:
        known = ""
        while True:
            try:
                now = await self._identity()
            except GatewayError:
                now = ""
            if now and now != known:
                self._wake.set()
            known = now
            await asyncio.sleep(LOOK_S)
