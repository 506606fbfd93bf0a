"""A fresh key-encryption key: every recording's key is wrapped anew, and no file is touched."""

from __future__ import annotations

import asyncio

from compliance.recordings.keys import RotatingKeyEncryption, WrappedKey
from compliance.recordings.repository import RecordingRepository
from gateway.auth.repository import record_act
from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict

AT_ONCE = 500


async def rotate_keys(begin: Begin, keys: RotatingKeyEncryption, clock: Clock, actor: str) -> tuple[str, int]:
    """The new key's id, and how many were wrapped anew. One that was interrupted is finished by the next.

    Raises Conflict while recordings are left that need the key before the present one: it would be lost.
    """
    before = keys.current
    await rewrap(begin, keys)
    async with begin() as session:
        if await RecordingRepository(session).wrapped_by_others(before, 1):
            raise Conflict("recordings are left that the present key does not wrap", code="recording.rotation_open")
    fresh = await asyncio.to_thread(keys.add_key)
    count = await rewrap(begin, keys)
    async with begin() as session:
        await record_act(session, actor, f"recording-key:{fresh}"[:64], "rotate", clock.now())
    return fresh, count


async def rewrap(begin: Begin, keys: RotatingKeyEncryption) -> int:
    count = 0
    while True:
        async with begin() as session:
            rows = await RecordingRepository(session).wrapped_by_others(keys.current, AT_ONCE)
            for row in rows:
                assert row.wrapped_key is not None
                key = keys.unwrap(WrappedKey(row.key_id, row.wrapped_key), row.id)
                wrapped = keys.wrap(key, row.id)
                row.key_id, row.wrapped_key = wrapped.key_id, wrapped.wrapped
        count += len(rows)
        if len(rows) < AT_ONCE:
            return count
