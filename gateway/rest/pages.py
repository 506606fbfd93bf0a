"""Cursor pages: newest first, `?limit=&cursor=` → `{"data": […], "next_cursor": …}`."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.errors import BadInput

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    data: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Cut:
    """Which page is wanted: at most `limit` rows with an id below `before`."""

    limit: int
    before: str | None

    async def rows(self, session: AsyncSession, query: Select[Any], key: Any) -> tuple[list[Any], str | None]:
        """The page's rows, ordered by `key` (ids sort by time) from new to old, and the next cursor."""
        if self.before is not None:
            query = query.where(key < self.before)
        found: Sequence[Any] = (await session.scalars(query.order_by(key.desc()).limit(self.limit + 1))).all()
        more = len(found) > self.limit
        page = list(found[: self.limit])
        return page, cursor_after(getattr(page[-1], key.key)) if more else None


def cursor_after(position: str) -> str:
    return urlsafe_b64encode(position.encode()).decode().rstrip("=")


def cut(
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(description="next_cursor of the page before", max_length=200)] = None,
) -> Cut:
    if cursor is None:
        return Cut(limit, None)
    try:
        before = b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True).decode("ascii")
    except ValueError:
        before = ""
    if not before or not before.isprintable():
        raise BadInput("cursor is not one of ours", field="cursor", todo="use next_cursor of the page before")
    return Cut(limit, before)


WantedPage = Annotated[Cut, Depends(cut)]
