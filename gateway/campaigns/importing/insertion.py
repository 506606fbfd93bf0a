"""Many contacts by one statement in the driver's own words: a third of the time of the general way.

It matters, because nobody else writes to SQLite meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.importing.parsing import Found
from gateway.campaigns.importing.write_ahead import make_room
from gateway.campaigns.models import ContactRow

_COLUMNS = (
    "campaign_id", "state", "next_at", "attempts", "outcome", "why", "import_id", "line", "ref", "place", "phone_line",
    "number_hash", "pii_number", "pii",
)  # fmt: skip
_TABLE = cast(Table, ContactRow.__table__)
_MARKS = {"qmark": "?"}  # of the driver's paramstyle; the others' is %s


class ContactInsertion:
    def __init__(self, session: AsyncSession) -> None:
        self._session, self._dialect = session, session.get_bind().dialect

    async def add(self, campaign_id: str, import_id: str, contacts: Sequence[Found], now: datetime) -> int:
        """How many are new: a number that the campaign has already stays as it is. In their order."""
        at_once = self._as_kept(now)

        def row(one: Found) -> tuple[Any, ...]:
            later = one.not_before is not None and one.not_before > now
            return (
                campaign_id, "waiting", self._as_kept(one.not_before) if later else at_once, 0, "", "", import_id,
                one.line if import_id else 0, one.ref, one.place, one.phone_line, one.number_hash, one.number,
                one.variables,
            )  # fmt: skip

        connection = await self._session.connection()
        await make_room(connection)
        return (await connection.exec_driver_sql(self._statement(), [row(one) for one in contacts])).rowcount

    def _statement(self) -> str:
        mark = _MARKS.get(self._dialect.paramstyle, "%s")
        return (
            f"INSERT INTO {_TABLE.name} ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))}) "  # noqa: S608 - no values
            "ON CONFLICT (campaign_id, number_hash) DO NOTHING"
        )

    def _as_kept(self, moment: datetime | None) -> Any:
        """As this database has times."""
        keep = _TABLE.c.next_at.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return keep(moment) if keep else moment
