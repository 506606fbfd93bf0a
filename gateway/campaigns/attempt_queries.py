"""Attempts and refusals of one campaign in pages, and from the first to the last. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.week import zone_of
from gateway.campaigns.figures import Dial
from gateway.campaigns.models import AttemptRow, RefusedRow
from gateway.campaigns.terms import AttemptState, Outcome
from gateway.gate.schemas import FIRST_YEAR, LAST_YEAR
from gateway.kernel.errors import BadInput
from gateway.rest.pages import Cut, cursor_after


@dataclass(frozen=True)
class Span:
    """Dials from `begin` on, up to `end`, which is not in it. None: without that bound."""

    begin: datetime | None = None
    end: datetime | None = None

    def bounds(self) -> list[ColumnElement[bool]]:
        begin = [] if self.begin is None else [AttemptRow.dialled_at >= self.begin]
        return begin if self.end is None else [*begin, AttemptRow.dialled_at < self.end]


def _near_day(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"it is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Day = Annotated[date, AfterValidator(_near_day)]


def of_days(first: date | None, last: date | None, zone: str) -> Span:
    """From the beginning of the first to the end of the last, by the clocks of the zone."""
    return Span(_begin_of(first, zone), _begin_of(last + timedelta(days=1), zone) if last else None)


def _begin_of(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC) if day else None


class AttemptQueries:
    def __init__(self, session: AsyncSession, campaign_id: str) -> None:
        self._session, self._campaign_id = session, campaign_id

    async def page(
        self, cut: Cut, *, state: AttemptState | None, outcome: Outcome | None, position: int | None, span: Span
    ) -> tuple[list[AttemptRow], str | None]:
        """The newest first."""
        query = select(AttemptRow).where(AttemptRow.campaign_id == self._campaign_id, *span.bounds())
        if state is not None:
            query = query.where(AttemptRow.state == state)
        if outcome is not None:
            query = query.where(AttemptRow.outcome == outcome)
        if position is not None:
            query = query.where(AttemptRow.position == position)
        return await cut.rows(self._session, query, AttemptRow.id)

    async def dialled_after(self, after: str, limit: int, span: Span) -> Sequence[AttemptRow]:
        """In the order of their ids, which is that of time, from the one after `after` on."""
        query = select(AttemptRow).where(
            AttemptRow.campaign_id == self._campaign_id, AttemptRow.id > after, AttemptRow.dialled_at.is_not(None)
        )
        return (await self._session.scalars(query.where(*span.bounds()).order_by(AttemptRow.id).limit(limit))).all()

    async def dials_after(self, after: str, limit: int, span: Span) -> tuple[list[Dial], str]:
        """What figures need of the same; and the id of the last, "" for none."""
        row = AttemptRow
        query = select(
            row.id, row.dialled_at, row.outcome, row.answered_at, row.agent_at, row.machine, row.seconds, row.cost,
            row.currency,
        ).where(row.campaign_id == self._campaign_id, row.id > after, row.dialled_at.is_not(None))  # fmt: skip
        found = (await self._session.execute(query.where(*span.bounds()).order_by(row.id).limit(limit))).all()
        return [_dial(one) for one in found], found[-1].id if found else ""

    async def refusals(self, cut: Cut, *, position: int | None) -> tuple[list[RefusedRow], str | None]:
        """The newest first. Raises BadInput for a cursor that is not ours."""
        query = select(RefusedRow).where(RefusedRow.campaign_id == self._campaign_id)
        if position is not None:
            query = query.where(RefusedRow.position == position)
        if cut.before is not None:
            if not cut.before.isdecimal() or len(cut.before) > 18:
                raise BadInput("cursor is not one of ours", field="cursor", todo="use next_cursor of the page before")
            query = query.where(RefusedRow.id < int(cut.before))
        found = list(await self._session.scalars(query.order_by(RefusedRow.id.desc()).limit(cut.limit + 1)))
        rows = found[: cut.limit]
        return rows, cursor_after(str(rows[-1].id)) if len(found) > cut.limit else None


def _dial(row: Any) -> Dial:
    return Dial(
        row.dialled_at, row.outcome, row.answered_at, row.agent_at, row.machine, row.seconds, row.cost, row.currency
    )
