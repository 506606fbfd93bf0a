"""Follows the log of all calls live, for server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.calls.models import CallEventRow
from gateway.calls.repository import CallRepository
from gateway.calls.schemas import EventShown, show_event
from gateway.calls.service import Calls

POLL_S = 1.0  # other processes' records are seen within this
QUIET_S = 15.0  # a comment line then, so that proxies keep the connection
PAGE = 200
# PostgreSQL hands out positions before commit: one may become visible after a higher one.
LOOK_BACK = 50


async def follow(calls: Calls, after: int | None, *, with_pii: bool) -> AsyncIterator[EventShown | None]:
    """Every entry with a position above `after` (None: from now on), as it is recorded; None when it was quiet."""
    last = await _last_position(calls) if after is None else after
    start, told = last, set[int]()
    quiet = 0.0
    while not calls.closing:
        ticket = calls.feed.ticket()
        entries = await _page(calls, max(start, last - LOOK_BACK))
        fresh = [entry for entry in entries if entry.position not in told]
        for entry in fresh:
            yield show_event(entry, with_pii=with_pii)
        told |= {entry.position for entry in fresh}
        last = max([last, *(entry.position for entry in fresh)])
        told = {position for position in told if position > last - LOOK_BACK - PAGE}
        if fresh:
            quiet = 0.0
            continue
        await calls.feed.wait(ticket, POLL_S)
        quiet += POLL_S
        if quiet >= QUIET_S:
            quiet = 0.0
            yield None


async def server_sent(entries: AsyncIterator[EventShown | None]) -> AsyncIterator[str]:
    """The entries as an event stream; the id is what `Last-Event-ID` takes."""
    yield ": open\n\n"
    async for entry in entries:
        if entry is None:
            yield ": quiet\n\n"
        else:
            yield f"id: {entry.position}\nevent: {entry.kind}\ndata: {entry.model_dump_json()}\n\n"


async def _last_position(calls: Calls) -> int:
    async with calls.begin() as session:
        return await CallRepository(session).last_position()


async def _page(calls: Calls, after: int) -> list[CallEventRow]:
    async with calls.begin() as session:
        return await CallRepository(session).log_of_all(after, PAGE)
