"""Carries retention out: every kind, in bounded batches, from the oldest call on. Held calls are passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Ledger
from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.retention import Retention
from compliance.privacy.service import Privacy
from gateway.kernel.clock import Clock

AT_ONCE = 100
ACTOR = "retention"
# calls → how many values, recordings or rows went
Forget = Callable[[Sequence[str]], Awaitable[int]]
LONGEST_PAUSE_S = 0.5


class RetentionSweep:
    """`forget`: by kind, what is done with calls that are old enough."""

    def __init__(
        self, privacy: Privacy, clock: Clock, retentions: Sequence[Retention], forget: Mapping[str, Forget]
    ) -> None:
        self._privacy, self._clock, self.retentions, self._forget = privacy, clock, retentions, forget

    async def run(self) -> dict[str, int]:
        """By kind, how much went. What is interrupted goes on with the next."""
        gone = {one.rule.name: await self._sweep(one) for one in self.retentions}
        if any(gone.values()):
            async with self._privacy.begin() as session:
                days = {one.rule.name: one.days for one in self.retentions}
                facts = {"step": "retention", "gone": gone, "days": days}
                await Ledger(session).append(Kind.ERASURE, at=self._clock.now(), actor=ACTOR, facts=facts)
        async with self._privacy.begin() as session:
            waits = await PrivacyRepository(session).any_not_rewritten()
        if waits:
            await self._privacy.rewrite_now()
        return gone

    async def _sweep(self, one: Retention) -> int:
        before, count = one.before(self._clock.now()), 0
        while True:
            began = self._clock.monotonic()
            async with self._privacy.begin() as session:
                after = await PrivacyRepository(session).swept_to(one.rule.name)
            calls = await self._privacy.calls.between(after, before, AT_ONCE)
            if not calls:
                return count
            held = await self._privacy.held(calls)
            free = [call.id for call in calls if call.ended and call.id not in held]
            count += await self._forget[one.rule.name](free) if free else 0
            async with self._privacy.begin() as session:
                await PrivacyRepository(session).sweep_on(one.rule.name, calls[-1].created_at)
            # calls have to get their turn at the database: as long a pause as the work took
            await asyncio.sleep(min(self._clock.monotonic() - began, LONGEST_PAUSE_S))
