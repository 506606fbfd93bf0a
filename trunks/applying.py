"""Carries a plan out. What LiveKit refuses holds nothing else up, and objects that swap what they have get through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.kernel.errors import Conflict
from trunks.plan import Plan
from trunks.ports import Body, Kind, Provisioned, Switchboard

# Two objects that share a value in each of these lists, or have both left it empty, are alike to LiveKit.
_EXCLUSIVE: dict[Kind, tuple[str, ...]] = {
    "inbound-trunks": ("numbers", "allowed_numbers"),
    "outbound-trunks": (),
    "dispatch-rules": ("trunk_ids", "numbers", "inbound_numbers"),
}


class Applying:
    """One plan for one kind. Afterwards `links` are LiveKit's ids of what exists, `refused` is the first refusal."""

    def __init__(
        self, board: Switchboard, kind: Kind, wanted: Mapping[str, Body], actual: Iterable[Provisioned], plan: Plan
    ) -> None:
        self._board, self._wanted, self._plan = board, wanted, plan
        self._kind: Kind = kind
        self._had = {one.owner: one.body for one in actual if one.owner and plan.links.get(one.owner) == one.livekit_id}
        self.links = dict(plan.links)
        self.refused: Conflict | None = None

    async def run(self) -> None:
        for livekit_id in self._plan.delete:  # first, so that nothing collides with it
            await self._board.delete(self._kind, livekit_id)
        gone = await self._update(list(self._plan.update))
        for owner in self._plan.create:
            await self._create(owner, self._wanted[owner])
        for owner in gone:
            if not await self._create(owner, self._wanted[owner]):
                await self._create(owner, self._had[owner])

    async def _update(self, waiting: list[str]) -> list[str]:
        """Until nobody gives up anymore what another waits for; returns those that are to be made anew."""
        gone: list[str] = []
        while waiting:
            refused: dict[str, Conflict] = {}
            for owner in waiting:
                try:
                    await self._board.update(self._kind, self.links[owner], owner, self._wanted[owner])
                except Conflict as error:
                    refused[owner] = error
            left = list(refused)
            if len(left) == len(waiting):
                blocking = self._blocking(left)
                if blocking is None:
                    self.refused = self.refused or next(iter(refused.values()))
                    break
                await self._board.delete(self._kind, self.links.pop(blocking))
                gone.append(blocking)
                left.remove(blocking)
            waiting = left
        return gone

    def _blocking(self, waiting: Sequence[str]) -> str | None:
        """One that has what another waits for while it waits itself for a third: without it the others can go on."""
        for owner in waiting:
            others = [one for one in waiting if one != owner]
            wanted_by = any(self._alike(self._wanted[one], self._had[owner]) for one in others)
            waits_for = any(self._alike(self._wanted[owner], self._had[one]) for one in others)
            if wanted_by and waits_for:
                return owner
        return None

    def _alike(self, first: Body, second: Body) -> bool:
        pairs = [(first[name], second[name]) for name in _EXCLUSIVE[self._kind]]
        return bool(pairs) and all(bool(set(a) & set(b)) or not (a or b) for a, b in pairs)

    async def _create(self, owner: str, body: Body) -> bool:
        try:
            self.links[owner] = await self._board.create(self._kind, owner, body)
        except Conflict as error:
            self.refused = self.refused or error
            return False
        return True
