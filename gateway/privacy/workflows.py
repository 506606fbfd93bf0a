"""The tables of durable work hold ids only. So nothing is erased in them; whether that is so is looked at each time."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, String, cast, create_engine, or_, select
from sqlalchemy.engine import make_url

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.person import Person

SCHEMA = "dbos"  # of DBOS, in PostgreSQL
_GOES = "durable work names it; its rows go seven days after the work is done"


class ErasableWorkflows:
    """`url`: of the database of durable work."""

    name = "workflows"
    covers: Collection[str] = frozenset()

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    async def find(self, subject: Subject) -> int:
        return len(await self._rows(subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        return [{"row": text} for text in await self._rows(subject)]

    async def erase(self, subject: Subject) -> Erased:
        found = len(await self._rows(subject))
        return Erased(0, (Kept(found, _GOES),) if found else ())

    async def _rows(self, subject: Subject) -> list[str]:
        if subject.person is None:
            return []
        return await asyncio.to_thread(self._look, subject.person)

    def _look(self, person: Person) -> list[str]:
        """Every column of every table, as text."""
        sqlite = self._url.get_backend_name() == "sqlite"
        if sqlite and not (self._url.database and Path(self._url.database).exists()):
            return []
        engine = create_engine(self._url.set(drivername="sqlite" if sqlite else "postgresql+psycopg"))
        try:
            tables = MetaData()
            tables.reflect(engine, schema=None if sqlite else SCHEMA)
            found: list[str] = []
            with engine.connect() as connection:
                for table in tables.tables.values():
                    columns = [cast(column, String) for column in table.columns]
                    naming = or_(*(column.contains(person.digits, autoescape=True) for column in columns))
                    rows = (list(row) for row in connection.execute(select(*columns).where(naming)))
                    found += [f"{table.name}: {row}" for row in rows if person.is_in([one or "" for one in row])]
            return found
        finally:
            engine.dispose()
