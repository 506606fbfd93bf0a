"""A switchboard in memory, for tests and for working without LiveKit; passes the contract of the real one."""

from __future__ import annotations

import itertools

from gateway.kernel.errors import NotFound
from trunks.ports import Body, Kind, Provisioned


class MemorySwitchboard:
    def __init__(self) -> None:
        self._kept: dict[tuple[Kind, str], Provisioned] = {}
        self._numbers = itertools.count(1)

    async def list(self, kind: Kind) -> list[Provisioned]:
        return [one for (other, _), one in self._kept.items() if other == kind]

    def add_foreign(self, kind: Kind, body: Body) -> str:
        """As if somebody else had made it in LiveKit."""
        return self._add(kind, None, body)

    async def create(self, kind: Kind, owner: str, body: Body) -> str:
        return self._add(kind, owner, body)

    def _add(self, kind: Kind, owner: str | None, body: Body) -> str:
        livekit_id = f"{'SDR' if kind == 'dispatch-rules' else 'ST'}_{next(self._numbers):06d}"
        self._kept[kind, livekit_id] = Provisioned(livekit_id, owner, dict(body))
        return livekit_id

    async def update(self, kind: Kind, livekit_id: str, owner: str, body: Body) -> None:
        if (kind, livekit_id) not in self._kept:
            raise NotFound("LiveKit has no such thing", code="livekit.not_found")
        self._kept[kind, livekit_id] = Provisioned(livekit_id, owner, dict(body))

    async def delete(self, kind: Kind, livekit_id: str) -> None:
        self._kept.pop((kind, livekit_id), None)
