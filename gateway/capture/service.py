"""Begins and cancels captures: recorded and audited first, then the recorder has to rest, then the node is told.

Who does not confirm in time ends it: a capture counts as begun only when the node has said that the shield is up.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.capture.spec import CaptureSpec
from gateway.auth.repository import record_act
from gateway.calls.call import Call
from gateway.calls.capture_facts import CaptureAsked, CaptureCancelled, CaptureEnded
from gateway.calls.events import Event
from gateway.calls.leg_commands import BeginCapture, CancelCapture, CaptureCommand, sign_command
from gateway.calls.repository import CallRepository
from gateway.calls.runner import Recorded
from gateway.calls.service import Calls
from gateway.calls.stored import read_call, read_event
from gateway.capture.story import Story, stories_of
from gateway.capture.terms import check, check_phone, recording_rests
from gateway.kernel.errors import Conflict, GatewayError, NotFound, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger

SOURCE = "captures"
LOOK_EVERY_S = 0.05  # what another control plane has recorded is seen within this

_log = get_logger(__name__)


@dataclass(frozen=True)
class Wish:
    """`name`: what the agent's profile calls it."""

    spec: CaptureSpec
    by: str
    name: str = ""


class Capturing:
    """`confirm_within_s`: patience with the recorder, and with the node."""

    def __init__(self, calls: Calls, confirm_within_s: float) -> None:
        self._calls, self._within_s = calls, confirm_within_s

    async def begin(self, call_id: str, wish: Wish, *, request: str = "") -> Story:
        """Returns when the shield is up. `request`: the same one again begins nothing new.

        Raises NotFound; Conflict with the reason, also the node's; Unavailable when somebody does not confirm in time.
        """
        call = await self._call(call_id)
        if call.room and not call.ended:
            check_phone(call, await self._calls.rooms.list_participants(call.room) or ())
        capture_id, again = await self._record(call_id, wish, request)
        if again:
            return await self.story(call_id, capture_id)
        try:
            await self._rests(call_id)
            asked = BeginCapture(capture_id=capture_id, spec=wish.spec)
            await self._send(call_id, CaptureCommand(id=capture_id, asked=asked))
            await self._begins(call_id, capture_id)
        except GatewayError as error:
            await self._give_up(call_id, capture_id, error)
            raise
        return await self.story(call_id, capture_id)

    async def cancel(self, call_id: str, capture_id: str, by: str) -> None:
        """The node is told; the record tells when it is over. Raises NotFound, or Conflict when it is over."""
        story = await self.story(call_id, capture_id)
        if story.state == "over":
            raise Conflict(
                "the capture is over", code="capture.over", todo=f"GET /v1/calls/{call_id}/captures/{capture_id}"
            )
        now = self._calls.clock.now()
        fact = CaptureCancelled(
            id=f"{capture_id}:cancelled", call_id=call_id, source=SOURCE, seq=0, at=now, capture_id=capture_id,
            asked_by=by,
        )  # fmt: skip

        async def work(session: AsyncSession) -> Recorded:
            await record_act(session, by, capture_id, "cancel", now)
            return await self._calls.runner.record(session, [fact])

        await self._calls.runner.transact(work)
        await self._send_cancel(call_id, capture_id)

    async def story(self, call_id: str, capture_id: str) -> Story:
        """Raises NotFound."""
        found = next((one for one in await self.stories(call_id) if one.id == capture_id), None)
        if found is None:
            raise NotFound(
                "this call has no such capture", code="capture.not_found", todo=f"GET /v1/calls/{call_id}/captures"
            )
        return found

    async def stories(self, call_id: str) -> list[Story]:
        """The first one first. Raises NotFound."""
        await self._call(call_id)
        async with self._calls.begin() as session:
            return stories_of([read_event(row) for row in await CallRepository(session).log(call_id)])

    async def ended(self, call_id: str, capture_id: str, within_s: float) -> Story:
        """As it is when it is over, or after `within_s`. Raises NotFound."""
        await self._until(call_id, lambda call: call.capture.id != capture_id or call.capture.state == "over", within_s)
        return await self.story(call_id, capture_id)

    async def _record(self, call_id: str, wish: Wish, request: str) -> tuple[str, bool]:
        """The capture's id, and whether it was asked for before. Raises Conflict, NotFound."""
        named = f"{wish.by}:{_digest(request)}" if request else new_id("evt")
        capture_id, again = new_id("cap"), False

        async def work(session: AsyncSession) -> Recorded:
            nonlocal capture_id, again
            found = await CallRepository(session).load([call_id])
            if call_id not in found:
                raise _no_call()
            if request and (known := await _known(session, call_id, named)):
                capture_id, again = _again(known, wish), True
                return Recorded()
            now = self._calls.clock.now()
            check(found[call_id][0], now)
            await record_act(session, wish.by, capture_id, "capture", now)
            asked = CaptureAsked(
                id=named, call_id=call_id, source=SOURCE, seq=0, at=now, capture_id=capture_id, asked_by=wish.by,
                name=wish.name, spec=wish.spec,
            )  # fmt: skip
            return await self._calls.runner.record(session, [asked])

        await self._calls.runner.transact(work)
        return capture_id, again

    async def _rests(self, call_id: str) -> None:
        if not await self._until(call_id, recording_rests, self._within_s):
            raise Unavailable(
                "the recorder did not confirm in time that it pauses", code="capture.recorder",
                todo="see the recorder's log; a call that is not recorded needs no confirmation",
            )  # fmt: skip

    async def _begins(self, call_id: str, capture_id: str) -> None:
        """Raises Conflict with what the node says against it."""

        def settled(call: Call) -> bool:
            return call.capture.id != capture_id or call.capture.state in ("running", "over")

        if not await self._until(call_id, settled, self._within_s):
            raise Unavailable(
                "the phone's SIP node did not confirm in time that nobody learns the keys", code="capture.unconfirmed",
                todo="see the node's log; GATEWAY_CAPTURE__CONFIRM_WITHIN_S is the patience",
            )  # fmt: skip
        story = await self.story(call_id, capture_id)
        if story.outcome == "failed" and story.began_at is None:
            raise Conflict(
                story.problem or "the phone's SIP node refused it", code="capture.refused",
                todo="see docs/capture.md; nothing was asked of the caller",
            )  # fmt: skip

    async def _until(self, call_id: str, good: Callable[[Call], bool], within_s: float) -> bool:
        """False: not within this time."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    ticket = self._calls.feed.ticket()
                    if good(await self._call(call_id)):
                        return True
                    await self._calls.feed.wait(ticket, LOOK_EVERY_S)
        except TimeoutError:
            return False

    async def _give_up(self, call_id: str, capture_id: str, error: GatewayError) -> None:
        """It has not begun, whatever the node does with a command that it may still get: the cancel follows it."""
        await self._send_cancel(call_id, capture_id)
        await self._calls.runner.take(
            [
                CaptureEnded(
                    id=f"{capture_id}:given-up", call_id=call_id, source=SOURCE, seq=0, at=self._calls.clock.now(),
                    capture_id=capture_id, outcome="failed", problem=error.detail[:300],
                )
            ]
        )  # fmt: skip

    async def _send_cancel(self, call_id: str, capture_id: str) -> None:
        """Where the node cannot be told, the capture ends by its own time."""
        try:
            asked = CancelCapture(capture_id=capture_id)
            await self._send(call_id, CaptureCommand(id=f"{capture_id}:cancel", asked=asked))
        except GatewayError as error:
            _log.warning("capture_cancel_not_sent", call_id=call_id, code=error.code)

    async def _send(self, call_id: str, command: CaptureCommand) -> None:
        call = await self._call(call_id)
        message = sign_command(self._calls.tokens, call_id, command)
        await self._calls.rooms.send_command(call.room, call.leg_identity, message)

    async def _call(self, call_id: str) -> Call:
        async with self._calls.begin() as session:
            row = await CallRepository(session).get(call_id)
        if row is None:
            raise _no_call()
        return read_call(row)


async def _known(session: AsyncSession, call_id: str, named: str) -> Event | None:
    log = [read_event(row) for row in await CallRepository(session).log(call_id)]
    return next((event for event in log if event.fact_id == named), None)


def _again(known: Event, wish: Wish) -> str:
    what = known.what
    if not isinstance(what, CaptureAsked) or what.spec != wish.spec or what.name != wish.name:
        raise Conflict(
            "this Idempotency-Key was used with another body", code="idempotency.reused", field="Idempotency-Key",
            todo="use a fresh key for another request",
        )  # fmt: skip
    return what.capture_id


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _no_call() -> NotFound:
    return NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
