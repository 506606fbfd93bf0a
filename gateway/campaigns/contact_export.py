"""All contacts of a campaign as CSV, a column for each variable. What an import reads, it reads again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from sqlalchemy import select

from compliance.screening.turns import Begin, in_turn
from gateway.campaigns.contact_queries import ContactQueries
from gateway.campaigns.importing.csv_out import csv_line
from gateway.campaigns.models import ContactRow
from gateway.kernel.clock import Clock

AT_ONCE = 1000
_COLUMNS: dict[str, Callable[[ContactRow], str]] = {
    "number": lambda row: row.pii_number,
    "ref": lambda row: row.ref,
    "place": lambda row: row.place,
    "line": lambda row: row.phone_line,
    "not_before": lambda row: row.next_at.isoformat(),
    # what begins with _ is no variable, and an import leaves it out
    "_position": lambda row: str(row.position),
    "_state": lambda row: row.state,
    "_outcome": lambda row: row.outcome,
    "_why": lambda row: row.why,
    "_attempts": lambda row: str(row.attempts),
}


async def contact_lines(begin: Begin, clock: Clock, campaign_id: str) -> AsyncIterator[str]:
    """The header, then the contacts in the order in which they came."""
    variables = await _variables(begin, clock, campaign_id)
    yield csv_line((*_COLUMNS, *variables))
    after = 0
    while True:
        async with in_turn(begin, clock) as session:
            rows = await ContactQueries(session, campaign_id).after(after, AT_ONCE)
        yield "".join(
            csv_line((*(cell(row) for cell in _COLUMNS.values()), *(row.pii.get(name, "") for name in variables)))
            for row in rows
        )
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].position


async def _variables(begin: Begin, clock: Clock, campaign_id: str) -> list[str]:
    """The names of all, in the order in which they first came."""
    found, after = dict[str, None](), 0
    while True:
        query = (
            select(ContactRow.position, ContactRow.pii)
            .where(ContactRow.campaign_id == campaign_id, ContactRow.position > after)
            .order_by(ContactRow.position)
            .limit(AT_ONCE)
        )
        async with in_turn(begin, clock) as session:
            rows = (await session.execute(query)).all()
        for row in rows:
            found |= dict.fromkeys(row.pii)
        if len(rows) < AT_ONCE:
            return list(found)
        after = rows[-1].position
