"""A transfer as the record of its call tells it now."""

from __future__ import annotations

from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.performing import Begin
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call, read_event
from gateway.transfers.story import Story, tell


async def read_log(begin: Begin, call_id: str) -> list[Event]:
    async with begin() as session:
        return [read_event(entry) for entry in await CallRepository(session).log(call_id)]


async def read_story(begin: Begin, call_id: str, transfer_id: str) -> tuple[Story, Call]:
    """Raises LookupError when there is no such transfer."""
    async with begin() as session:
        repository = CallRepository(session)
        row = await repository.get(call_id)
        log = [read_event(entry) for entry in await repository.log(call_id)]
    story = tell([event.what for event in log], transfer_id)  # type: ignore[arg-type]
    if row is None or story is None:
        raise LookupError("there is no such transfer")
    return story, read_call(row)
