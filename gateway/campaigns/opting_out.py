"""A wish not to be called, heard on a call: on file in the transaction in which it was told, before the next dial."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.do_not_call.repository import Revocations
from compliance.do_not_call.schemas import Heard, RevocationAsked
from compliance.do_not_call.who import who
from compliance.privacy.hash_key import HashKey
from gateway.auth.repository import record_act
from gateway.calls.call import Call
from gateway.calls.dial_facts import OptedOut
from gateway.calls.events import Event
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput
from gateway.kernel.logs import get_logger

AGENT = "agent"  # who wrote it down
_HEARD: dict[str, Heard] = {"spoken": "call", "keyed": "key"}

_log = get_logger(__name__)


class OptOuts:
    def __init__(self, key: HashKey) -> None:
        self._key = key

    async def heed(self, session: AsyncSession, call: Call, before: int, events: Sequence[Event]) -> None:
        """A `gateway.calls.runner.Within`. Of the person on the phone, whoever called whom."""
        for event in events:
            if isinstance(event.what, OptedOut) and not event.repeated:
                await self._keep(session, call, event, event.what)

    async def _keep(self, session: AsyncSession, call: Call, event: Event, wish: OptedOut) -> None:
        theirs = call.pii.dnis if call.direction == "outbound" else call.pii.ani
        try:
            number = parse_e164(theirs)
        except BadInput:
            _log.warning("opt_out_without_number", call_id=call.id)
            return
        asked = RevocationAsked(number=number, heard=_HEARD[wish.how], call_id=call.id, at=event.at)
        row, is_new = await Revocations(session).add(who(self._key, number), asked, AGENT, event.at)
        if is_new:
            await record_act(session, AGENT, row.id, "create", event.at)
