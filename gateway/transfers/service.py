"""Transfers of live calls: begun, taken back, handed back, told. Who may, and what follows, is decided in `wish.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.models import RuleRow
from gateway.auth.repository import record_act
from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.performing import Begin
from gateway.calls.repository import CallRepository
from gateway.calls.runner import CallRunner, Recorded
from gateway.calls.stored import read_event
from gateway.calls.transfer_facts import HumanLeft, LastResort, TransferBegan, TransferCancelled
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Conflict, GatewayError, NotAllowed, NotFound
from gateway.kernel.ids import new_id
from gateway.transfers.idle import JOINED, KINDS, idle_since
from gateway.transfers.permission import Refusal
from gateway.transfers.repository import TargetRepository
from gateway.transfers.story import Story, tell
from gateway.transfers.wish import Granted, Known, Wish, judge
from trunks.models import TrunkRow
from trunks.repository import NumberRepository

SOURCE = "transfers"
IDLE_LOOKED_BACK = timedelta(days=1)

Carry = Callable[[str, str], Awaitable[None]]  # (transfer id, call id): somebody carries it to its end


class Transfers:
    """`carry` makes sure that somebody carries a transfer out, now and after a crash; again for the same is nothing."""

    def __init__(self, runner: CallRunner, begin: Begin, clock: Clock, carry: Carry) -> None:
        self._runner, self._begin, self._clock, self._carry = runner, begin, clock, carry

    async def begin(self, call_id: str, wish: Wish, *, request: str = "") -> Story:
        """`request`: the same one again begins nothing new. Raises NotFound, NotAllowed, BadInput or Conflict."""
        named, asked = _names(wish, request)
        story: Story | None = None

        async def work(session: AsyncSession) -> Recorded:
            nonlocal story
            call, log = await _call(session, call_id)
            if known := next((e.what for e in log if e.fact_id == named), None):
                story = _again(asked, known, log)
                return Recorded()
            granted = await self._granted(session, wish, call, log)
            began = TransferBegan(
                id=named, call_id=call_id, source=SOURCE, seq=0, at=self._clock.now(), transfer_id=new_id("xfer"),
                mode=wish.mode, target_id=wish.target_id, asked_by=wish.by, asked=asked, waves=granted.waves,
                refers=granted.refers, replaces=granted.replaces,
                last_resort=wish.last_resort or await _last_resort(session, call),
                pii={"note": wish.note} if wish.note else {},
            )  # fmt: skip
            story = tell([began], began.transfer_id)
            await record_act(session, wish.by, began.transfer_id, "begin", began.at)
            return await self._runner.record(session, [began])

        await self._runner.transact(work)
        assert story is not None
        await self._carry(story.transfer_id, call_id)
        return story

    async def cancel(self, call_id: str, transfer_id: str, by: str) -> Story:
        """Takes it back; the caller is with the agent again. Raises NotFound, or Conflict when it is over."""

        async def work(session: AsyncSession) -> Recorded:
            _, log = await _call(session, call_id)
            story = _story(log, transfer_id)
            if story.settled or story.joined:
                raise Conflict(
                    "the transfer is over", code="transfer.over",
                    todo=f"POST /v1/calls/{call_id}/hand-back gives a caller back who is with a human",
                )  # fmt: skip
            if story.cancelled:
                return Recorded()
            given = self._said(call_id, transfer_id, "cancelled") | {"asked_by": by}
            await record_act(session, by, transfer_id, "cancel", self._clock.now())
            return await self._runner.record(session, [TransferCancelled.model_validate(given)])

        await self._runner.transact(work)
        return await self.story(call_id, transfer_id)

    async def hand_back(self, call_id: str, by: str) -> Story:
        """The caller goes on with an agent, and the human is let go. Raises NotFound, or Conflict without a human."""
        transfer_id = ""

        async def work(session: AsyncSession) -> Recorded:
            nonlocal transfer_id
            call, _ = await _call(session, call_id)
            transfer_id = call.human
            if not transfer_id or call.ended:
                raise Conflict("the caller is not with a human", code="call.no_human", todo=f"GET /v1/calls/{call_id}")
            given = self._said(call_id, transfer_id, "human-left") | {"by": "human", "handed_back": True}
            await record_act(session, by, transfer_id, "hand_back", self._clock.now())
            return await self._runner.record(session, [HumanLeft.model_validate(given)])

        await self._runner.transact(work)
        return await self.story(call_id, transfer_id)

    async def story(self, call_id: str, transfer_id: str) -> Story:
        return _story(await self.log(call_id), transfer_id)

    async def stories(self, call_id: str) -> list[Story]:
        """All of the call, the first one first."""
        log = await self.log(call_id)
        return [_story(log, event.what.transfer_id) for event in log if isinstance(event.what, TransferBegan)]

    async def log(self, call_id: str) -> list[Event]:
        """Raises NotFound."""
        async with self._begin() as session:
            return (await _call(session, call_id))[1]

    async def _granted(self, session: AsyncSession, wish: Wish, call: Call, log: Sequence[Event]) -> Granted:
        targets, now = TargetRepository(session), self._clock.now()
        target = await targets.find(wish.target_id)
        members = await targets.members_of(target) if target else ()
        idle = {}
        if target and target.strategy == "longest_idle":
            rows = await CallRepository(session).log_of_kinds(KINDS, since=now - IDLE_LOOKED_BACK, ends_of=JOINED)
            idle = idle_since([read_event(row) for row in rows], now)
        ours = await NumberRepository(session).numbers()
        before = tell([event.what for event in log], call.human) if call.human else None  # type: ignore[misc]
        trunk = await session.get(TrunkRow, call.trunk_id) if call.trunk_id else None
        known = Known(target, members, ours, idle, refer_works=trunk is not None and trunk.refer == "works")
        judged = judge(wish, call, before.joined if before else "", known)
        if isinstance(judged, Refusal):
            raise error_of(judged)
        return judged

    def _said(self, call_id: str, transfer_id: str, name: str) -> dict[str, object]:
        """The envelope of a fact that is recorded once for a transfer."""
        now = self._clock.now()
        return {
            "id": f"{transfer_id}:{name}", "call_id": call_id, "source": SOURCE, "seq": 0, "at": now,
            "transfer_id": transfer_id,
        }  # fmt: skip


async def _call(session: AsyncSession, call_id: str) -> tuple[Call, list[Event]]:
    """The call, held until the transaction ends, and its log. Raises NotFound."""
    repository = CallRepository(session)
    known = await repository.load([call_id])
    if call_id not in known:
        raise NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
    return known[call_id][0], [read_event(row) for row in await repository.log(call_id)]


async def _last_resort(session: AsyncSession, call: Call) -> LastResort:
    rule = await session.get(RuleRow, call.rule_id) if call.rule_id else None
    return rule.last_resort if rule else "agent"  # type: ignore[return-value] - checked when it was written


def _story(log: Sequence[Event], transfer_id: str) -> Story:
    story = tell([event.what for event in log], transfer_id)  # type: ignore[misc]
    if story is None:
        raise NotFound("this call has no such transfer", code="transfer.not_found")
    return story


def _names(wish: Wish, request: str) -> tuple[str, str]:
    """Of the fact, and of what is asked by it. Both are made with the key: nobody can find the note by trying."""
    if not request:
        return new_id("evt"), ""
    fields = (wish.target_id, wish.mode, wish.refer, wish.note, wish.skill, wish.last_resort)
    return f"{wish.by}:{_digest(request)}", _digest(repr((request, fields)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _again(asked: str, known: object, log: Sequence[Event]) -> Story:
    if not isinstance(known, TransferBegan) or known.asked != asked:
        raise Conflict(
            "this Idempotency-Key was used with another body", code="idempotency.reused", field="Idempotency-Key",
            todo="use a fresh key for another request",
        )  # fmt: skip
    return _story(log, known.transfer_id)


def error_of(refusal: Refusal) -> GatewayError:
    """With the next thing to do."""
    code = f"transfer.{refusal.code}"
    match refusal.code:
        case "unknown":
            return NotFound(refusal.sentence, code=code, field="to", todo="GET /v1/transfer-targets")
        case "forbidden":
            todo = "ask whoever may change the target: PATCH /v1/transfer-targets/{id}"
            return NotAllowed(refusal.sentence, code=code, field="to", todo=todo)
        case "disabled" | "same_party" | "own_number" | "nobody":
            return BadInput(refusal.sentence, code=code, field="to", todo="name another target")
        case _:
            return Conflict(refusal.sentence, code=code, todo="see the call: GET /v1/calls/{id}")
