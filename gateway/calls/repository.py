"""The only queries on the call record. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.person import emptied
from gateway.calls.call import Call, CallStatus
from gateway.calls.events import Event
from gateway.calls.models import CallEventRow, CallRow, RefusalRow, RefusedSourceRow, SipNodeRow
from gateway.calls.stored import call_values, event_values, read_call
from gateway.db.base import Base
from gateway.kernel.errors import Conflict, NotFound
from gateway.rest.pages import Cut

NODES_KEPT = timedelta(days=7)
REFUSED_KEPT = timedelta(days=30)
_CALLS, _EVENTS = Base.metadata.tables["calls"], Base.metadata.tables["call_events"]
_OPEN = CallRow.status != CallStatus.ENDED.value


class ChangedMeanwhile(Conflict):
    """Another process recorded something about the call; load it again and decide again."""


class CallRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def load(self, call_ids: Iterable[str]) -> dict[str, tuple[Call, int]]:
        """Call and version by id, held until the transaction ends; ids that nobody has named yet are absent.

        Held in the order of the ids, so that two batches cannot wait for each other.
        """
        query = select(CallRow).where(CallRow.id.in_(list(call_ids))).order_by(CallRow.id).with_for_update()
        rows = await self._session.scalars(query)
        return {row.id: (read_call(row), row.version) for row in rows}

    async def held(self, call_id: str) -> Call:
        """One call as it is, held until the transaction ends. Raises NotFound."""
        found = await self.load([call_id])
        if call_id not in found:
            raise NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
        return found[call_id][0]

    async def facts_known(self, call_ids: Iterable[str], fact_ids: Iterable[str]) -> set[str]:
        query = select(CallEventRow.fact_id).where(
            CallEventRow.call_id.in_(list(call_ids)), CallEventRow.fact_id.in_(list(fact_ids))
        )
        return set(await self._session.scalars(query))

    async def append(self, call: Call, before: int, events: Sequence[Event], now: datetime) -> None:
        """Adds `events` after version `before` (0: the call is new) and the call as it is then.

        Raises ChangedMeanwhile, or the driver's IntegrityError, when `before` is not the version any more.
        """
        version = before + len(events)
        values = call_values(call) | {"version": version}
        if call.erased_at is not None:
            values["pii"] = emptied(values["pii"])
        if before == 0:
            await self._session.execute(insert(_CALLS), [values | {"recorded_at": now, "listed_at": None}])
        else:
            where = (CallRow.id == call.id, CallRow.version == before)
            done = await self._session.execute(
                update(CallRow).where(*where).values(values).execution_options(synchronize_session=False)
            )
            if done.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
                raise ChangedMeanwhile("the call has changed meanwhile")
        rows = [
            event_values(event) | {"seq": seq, "recorded_at": now} for seq, event in enumerate(events, start=before + 1)
        ]
        if call.erased_at is not None:  # what is reported after the erasure
            rows = [row | {"pii": emptied(row["pii"])} for row in rows]
        await self._session.execute(insert(_EVENTS), rows)

    async def open_calls(self) -> list[CallRow]:
        return list(await self._session.scalars(select(CallRow).where(_OPEN)))

    async def count_open(self, trunk_id: str) -> int:
        query = select(func.count()).select_from(CallRow).where(_OPEN, CallRow.trunk_id == trunk_id)
        return await self._session.scalar(query) or 0

    async def admitted_since(self, trunk_id: str, since: datetime) -> int:
        """Calls of the trunk that began after this time and were let through."""
        refused = select(RefusalRow.call_id).where(RefusalRow.call_id == CallRow.id).exists()
        recent = (CallRow.trunk_id == trunk_id, CallRow.created_at > since, ~refused)
        return await self._session.scalar(select(func.count()).select_from(CallRow).where(*recent)) or 0

    async def minutes_since(self, trunk_id: str, since: datetime) -> int:
        """What the trunk's calls of this time use, those that are open with all they may still use."""
        query = select(func.sum(CallRow.minutes)).where(CallRow.trunk_id == trunk_id, CallRow.created_at >= since)
        return await self._session.scalar(query) or 0

    async def out_since(self, since: datetime) -> list[Call]:
        """Calls out that began then or later, over or not."""
        query = select(CallRow).where(CallRow.direction == "outbound", CallRow.created_at >= since)
        return [read_call(row) for row in await self._session.scalars(query)]

    async def in_since(self, since: datetime) -> list[Call]:
        """Calls in that began then or later, over or not."""
        query = select(CallRow).where(CallRow.direction == "inbound", CallRow.created_at >= since)
        return [read_call(row) for row in await self._session.scalars(query)]

    async def listed(self, node_id: str, call_ids: Sequence[str], now: datetime) -> list[str]:
        """Keeps that the node lives and has these calls; returns those of them whose record is closed."""
        await self._session.merge(SipNodeRow(id=node_id, alive_at=now, calls=len(call_ids)))
        if not call_ids:
            return []
        where = (CallRow.id.in_(call_ids), _OPEN)
        await self._session.execute(
            update(CallRow).where(*where).values(listed_at=now).execution_options(synchronize_session=False)
        )
        query = select(CallRow.id).where(CallRow.id.in_(call_ids), CallRow.status == CallStatus.ENDED.value)
        return list(await self._session.scalars(query))

    async def reporting_nodes(self) -> set[str]:
        """Nodes that have ever given signs of life: ours, not livekit-sip."""
        return set(await self._session.scalars(select(SipNodeRow.id)))

    async def forget_old(self, now: datetime) -> None:
        """Drops what only the present needs: nodes of long ago, counters of refused sources."""
        await self._session.execute(delete(SipNodeRow).where(SipNodeRow.alive_at < now - NODES_KEPT))
        await self._session.execute(delete(RefusedSourceRow).where(RefusedSourceRow.minute < now - REFUSED_KEPT))

    async def page(
        self,
        cut: Cut,
        *,
        status: str | None = None,
        direction: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> tuple[list[CallRow], str | None]:
        """The newest first, and the cursor of the next page."""
        query = select(CallRow)
        if status:
            query = query.where(CallRow.status == status)
        if direction:
            query = query.where(CallRow.direction == direction)
        if created_after:
            query = query.where(CallRow.created_at >= created_after)
        if created_before:
            query = query.where(CallRow.created_at < created_before)
        return await cut.rows(self._session, query, CallRow.id)

    async def get(self, call_id: str) -> CallRow | None:
        return await self._session.get(CallRow, call_id)

    async def log(self, call_id: str, *, after: int = 0, limit: int | None = None) -> list[CallEventRow]:
        """Entries of one call's log in order, with seq greater than `after`."""
        query = select(CallEventRow).where(CallEventRow.call_id == call_id, CallEventRow.seq > after)
        return list(await self._session.scalars(query.order_by(CallEventRow.seq).limit(limit)))

    async def log_of_kinds(self, kinds: Sequence[str], *, since: datetime, ends_of: str = "") -> list[CallEventRow]:
        """Entries of these kinds in every call's log, in order; with the ends of calls that have one of `ends_of`."""
        wanted = CallEventRow.kind.in_(kinds)
        if ends_of:
            calls = select(CallEventRow.call_id).where(CallEventRow.kind == ends_of, CallEventRow.at >= since)
            wanted |= (CallEventRow.kind == "call_ended") & CallEventRow.call_id.in_(calls)
        query = select(CallEventRow).where(wanted, CallEventRow.at >= since).order_by(CallEventRow.position)
        return list(await self._session.scalars(query))

    async def log_of_all(self, after: int, limit: int) -> list[CallEventRow]:
        """Entries of every call's log with position greater than `after`."""
        query = select(CallEventRow).where(CallEventRow.position > after).order_by(CallEventRow.position)
        return list(await self._session.scalars(query.limit(limit)))

    async def last_position(self) -> int:
        return await self._session.scalar(select(func.max(CallEventRow.position))) or 0
