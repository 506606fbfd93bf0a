"""An import: a file as it comes, to contacts. What was taken when it breaks off stays.

The same file sent again goes on from there: whoever is in the campaign already is counted as repeated, and is no fault.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from contextlib import aclosing
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import HashKey
from gateway.auth.repository import record_act
from gateway.campaigns.importing.file import ContactFile, Wanted
from gateway.campaigns.importing.parsing import Found, Parsing
from gateway.campaigns.importing.row import Fault
from gateway.campaigns.importing.storing import locked_campaign, store
from gateway.campaigns.importing.taking import Taking
from gateway.campaigns.models import ImportRow
from gateway.db.session import Database
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError
from gateway.kernel.ids import new_id

ABANDONED = timedelta(hours=6)  # an import that has not ended by then has died
BROKE_OFF, AGAIN = "the file broke off before its end", "send it again: what was taken is not taken twice"
_BROKEN = f"{BROKE_OFF}; {AGAIN}"


class ContactImports:
    """A transaction for each thousand rows, so that calls go on meanwhile."""

    def __init__(self, database: Database, clock: Clock, key: HashKey) -> None:
        self._database, self._clock, self._key = database, clock, key

    async def run(self, campaign_id: str, pieces: AsyncIterable[bytes], wanted: Wanted, *, by: str) -> ImportRow:
        """The import when all is read. `by`: the key it is done with, for the audit. Raises NotFound and Conflict for
        a campaign that takes no contacts, BadInput for a file that is none of contacts; rows that are bad are told."""
        import_id, file = await self._open(campaign_id, by), ContactFile(wanted)
        parsing, state, why = Parsing(self._key, wanted.country), "broken", _BROKEN

        async def keep(session: AsyncSession, read: list[Found | Fault]) -> None:
            await store(session, import_id, campaign_id, read, file.encoding, self._clock.now())

        try:
            async with aclosing(parsing):
                await Taking(parsing, file.rows(pieces), keep, self._database, self._clock).run()
            state, why = "done", ""
        except GatewayError as error:
            why = f"{error.detail}; {error.todo}" if error.todo else error.detail
            raise
        finally:
            row = await self._close(import_id, file, state, why, by)
        return row

    async def _open(self, campaign_id: str, by: str) -> str:
        now = self._clock.now()
        async with self._database.begin() as session:
            await locked_campaign(session, campaign_id)
            died = (ImportRow.state == "reading", ImportRow.started_at < now - ABANDONED)
            await session.execute(update(ImportRow).where(*died).values(state="broken", why=_BROKEN, ended_at=now))
            row = ImportRow(
                id=new_id("imp"), campaign_id=campaign_id, state="reading", rows=0, added=0, repeated=0, rejected=0,
                encoding="", sha256="", why="", started_at=now, ended_at=None,
            )  # fmt: skip
            session.add(row)
            await record_act(session, by, row.id, "import", now)
        return row.id

    async def _close(self, import_id: str, file: ContactFile, state: str, why: str, by: str) -> ImportRow:
        now = self._clock.now()
        async with self._database.begin() as session:
            row = await session.get_one(ImportRow, import_id)
            row.state, row.why, row.ended_at = state, why[:300], now
            row.sha256, row.encoding = file.sha256, file.encoding
            await record_act(session, by, row.id, state, now)
        return row
