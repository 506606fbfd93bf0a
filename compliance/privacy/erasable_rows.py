"""A place whose personal rows are found by one query: what such an `Erasable` has in common with the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Erased, Subject

Row = TypeVar("Row")


class ErasableRows(ABC, Generic[Row]):
    """All methods work in a transaction of their own."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        self._begin = begin

    @abstractmethod
    async def rows(self, session: AsyncSession, subject: Subject) -> Sequence[Row]:
        """Those that have something of the subject in them."""

    @abstractmethod
    def shown(self, row: Row) -> dict[str, Any]:
        """As JSON for the person."""

    async def empty(self, session: AsyncSession, row: Row) -> None:
        """Unless the place says otherwise, the row goes."""
        await session.delete(row)

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            return len(await self.rows(session, subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            return [self.shown(row) for row in await self.rows(session, subject)]

    async def erase(self, subject: Subject) -> Erased:
        async with self._begin() as session:
            rows = await self.rows(session, subject)
            for row in rows:
                await self.empty(session, row)
        return Erased(len(rows))
