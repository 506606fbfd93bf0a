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
from trunks.plan import Actual, Plan, plan
from trunks.ports import Body, Kind, Switchboard
from trunks.schemas import SyncState

EVERY_S = 60.0
LOOK_S = 2.0  # how often Redis and LiveKit are asked whether they are still the same
RETRY_S = 1.0

_log = get_logger(__name__)


@dataclass(frozen=True)
class Resource:
    """`wanted` gives bodies by our id; `link` stores LiveKit's id beside ours ("" when there is none)."""

    kind: Kind
    wanted: Callable[[AsyncSession], Awaitable[dict[str, Body]]]
    link: Callable[[AsyncSession, str, str], Awaitable[None]]


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
        """What a reconcile would do now. Raises Unavailable when LiveKit does not answer."""
        _, found = await self._look(self._resources[kind])
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

    async def _look(self, resource: Resource) -> tuple[dict[str, Body], Plan]:
        async with self._database.begin() as session:
            wanted = await resource.wanted(session)
        actual = await self._switchboard.list(resource.kind)
        return wanted, plan(wanted, [Actual(one.livekit_id, one.owner, one.body) for one in actual])

    async def _reconcile(self, resource: Resource) -> None:
        wanted, found = await self._look(resource)
        kind, links = resource.kind, dict(found.links)
        for livekit_id in found.delete:  # first, so that what is created cannot collide with it
            await self._switchboard.delete(kind, livekit_id)
        for owner in found.update:
            await self._switchboard.update(kind, links[owner], owner, wanted[owner])
        for owner in found.create:
            links[owner] = await self._switchboard.create(kind, owner, wanted[owner])
        async with self._database.begin() as session:
            for owner, livekit_id in links.items():
                await resource.link(session, owner, livekit_id)
        if not found.in_sync:
            counts = {"created": len(found.create), "updated": len(found.update), "deleted": len(found.delete)}
            _log.info("provisioned", resource=kind, **counts)

    async def _reconcile_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)
            self._wake.clear()
            if not await self.reconcile():
                await asyncio.sleep(RETRY_S)
                self._wake.set()

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
