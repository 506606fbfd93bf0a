"""Who played what, or wanted to, goes to the ledger: also what was refused, in a transaction of its own."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Ledger
from gateway.kernel.clock import Clock

Act = Literal["play", "link", "take", "erase"]
NOBODY = "nobody"


class Audited:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._ledger, self._clock = Ledger(session), clock

    async def tell(
        self, act: Act, key_id: str, recording_id: str, call_id: str, *, refused: str = "", by_link: bool = False
    ) -> None:
        """`refused`: the code of the refusal; empty when it was let."""
        kind = Kind.ERASURE if act == "erase" else Kind.PLAYBACK
        facts = {"act": act, "recording_id": recording_id[:40], "by_link": by_link, "refused": refused}
        await self._ledger.append(
            kind, at=self._clock.now(), actor=key_id or NOBODY, call_id=call_id or None, facts=facts
        )
