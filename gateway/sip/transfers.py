"""Serves `TransferSIPParticipant`: REFER to the phone of a leg, followed to its end; on failure the call goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from google.protobuf.empty_pb2 import Empty

from gateway.calls.dial_outcome import masked_words
from gateway.calls.facts import Party, TransferAsked, TransferEnded
from gateway.kernel.ids import new_id
from gateway.kernel.tasks import TaskSet
from gateway.sip.bus import sip_internal
from gateway.sip.bus.serving import RpcRefused
from gateway.sip.bus.sip_internal import refused_with_status, transfer_asked
from gateway.sip.dial_headers import checked
from gateway.sip.endings import LONGEST_PHRASE, Ending, Turned, ending
from gateway.sip.outbound_gate import UNNAMED, OutboundGate
from gateway.sip.ringback import Ringback
from gateway.sip.rpc_refusals import psrpc_code_of, refusal_of
from gateway.sip.rtp.g711 import Samples
from gateway.sip.services import NodeServices
from gateway.sip.transfer_target import TransferTarget, target_of
from gateway.sip.wire.calls import CallFailed, Headers
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.refer import ReferOutcome
from gateway.sip.wire.uri import bracketed

TRANSFER_WITHIN_S = 30.0
SAID_BEFORE_S = 0.5  # the answer has to be back before whoever asked gives up
BYE_AFTER_S = 1.0  # the phone may hang up itself once it talks elsewhere; then we do


TransferState = Literal["none", "pending", "done"]


class TransferableLeg(Protocol):
    """The media of a call; `tone` is heard by its phone in place of the room."""

    answered: bool
    tone: Callable[[], Samples] | None


class Transferable(Protocol):
    """A call with one phone; both `InboundCall` and `OutboundCall` are. `transfer` is told to it as it goes on."""

    call_id: str
    transfer: TransferState

    @property
    def dialog(self) -> CallInDialog | None: ...
    @property
    def leg(self) -> TransferableLeg | None: ...
    @property
    def own_user(self) -> str: ...
    @property
    def is_outbound(self) -> bool: ...
    def extra_headers(self) -> Headers: ...
    def end(self, how: Ending) -> None: ...


@dataclass(frozen=True)
class _Ready:
    """A call that can be transferred now: answered, and with a dialog."""

    call: Transferable
    dialog: CallInDialog
    leg: TransferableLeg


@dataclass(frozen=True)
class _UnderWay:
    target: TransferTarget
    outcome: asyncio.Task[ReferOutcome | RpcRefused]


class Transfers:
    """`find` gives the live call of a LiveKit leg id."""

    def __init__(self, services: NodeServices, gate: OutboundGate, find: Callable[[str], Transferable | None]) -> None:
        self._services, self._gate, self._find = services, gate, find
        self._under_way: dict[str, _UnderWay] = {}
        self._tasks = TaskSet()

    async def close(self) -> None:
        await self._tasks.close()

    async def transfer(self, raw: bytes, within_s: float) -> Empty:
        """Raises RpcRefused, BadInput. A transfer goes on when whoever asked for it is gone."""
        asked = transfer_asked(raw)
        target, headers = target_of(asked.transfer_to), checked(asked.headers)
        known = self._under_way.get(asked.leg_id)
        if known is None:
            ready = self._ready(asked.leg_id)
            limit = min(asked.ringing_timeout_s or TRANSFER_WITHIN_S, max(1.0, within_s - SAID_BEFORE_S))
            task = self._tasks.start(self._refer(ready, asked, target, headers, limit), name="call:transfer")
            task.add_done_callback(lambda _: self._under_way.pop(asked.leg_id, None))
            known = self._under_way[asked.leg_id] = _UnderWay(target, task)
        elif known.target != target:
            raise RpcRefused("invalid_argument", "the call is being transferred to another number")
        return _told(await asyncio.shield(known.outcome))

    def _ready(self, leg_id: str) -> _Ready:
        call = self._find(leg_id)
        if call is None:
            raise RpcRefused("not_found", "the call is over")
        if call.leg is None or call.dialog is None or not call.leg.answered:
            raise RpcRefused("failed_precondition", "the call is not answered yet")
        return _Ready(call, call.dialog, call.leg)

    async def _refer(
        self, ready: _Ready, asked: sip_internal.TransferAsked, target: TransferTarget, headers: Headers, limit: float
    ) -> ReferOutcome | RpcRefused:
        call, transfer_id, facts = ready.call, new_id("xfer"), self._services.facts
        pii = {"target": target.dialled}
        facts.record(TransferAsked, call.call_id, transfer_id=transfer_id, asked_by=UNNAMED, pii=pii)
        try:
            await self._gate.admit_transfer(call.call_id, transfer_id, target.dialled, outbound=call.is_outbound)
        except Turned as turned:
            code = turned.ending.code
            facts.record(TransferEnded, call.call_id, transfer_id=transfer_id, outcome="refused", sip_code=code)
            return refusal_of(turned.ending)
        ready.leg.tone = Ringback(target.dialled).next_frame if asked.play_dialtone else None
        call.transfer = "pending"
        outcome = await self._follow(ready, target, headers, limit)
        ready.leg.tone = None
        success = outcome.kind == "success"
        facts.record(
            TransferEnded,
            call.call_id,
            transfer_id=transfer_id,
            outcome=outcome.kind,
            taken=outcome.taken,
            sip_code=outcome.code or None,
            carrier="" if success else masked_words(outcome.reason)[:LONGEST_PHRASE],
        )
        call.transfer = "done" if success else "none"
        if outcome.peer_left:
            call.end(ending("transferred" if success else "completed", "callee" if call.is_outbound else "caller"))
        elif success:
            asyncio.get_running_loop().call_later(BYE_AFTER_S, call.end, ending("transferred"))
        return outcome

    async def _follow(self, ready: _Ready, target: TransferTarget, headers: Headers, limit: float) -> ReferOutcome:
        """A phone that hangs up after it accepted has gone where it was sent (as livekit-sip counts it)."""
        own = bracketed(self._services.advertised_host)
        by = "" if any(name.lower() == "referred-by" for name, _ in headers) else f"sip:{ready.call.own_user}@{own}"
        said = [*headers, *ready.call.extra_headers()]
        try:
            outcome = await ready.dialog.refer(target.uri, referred_by=by, headers=said, within_s=limit)
        except CallFailed as failed:
            return ReferOutcome("failure", failed.code, failed.reason)
        if outcome.kind == "unknown" and outcome.peer_left:
            return ReferOutcome("success", outcome.code, outcome.reason, peer_left=True)
        return outcome


def bye_means(transfer: TransferState, by: Party, end: Callable[[Ending], None]) -> None:
    """The phone hung up. The end of a pending transfer comes first; should it not, the call is over all the same."""
    if transfer == "pending":
        asyncio.get_running_loop().call_later(BYE_AFTER_S, end, ending("completed", by))
    else:
        end(ending("transferred" if transfer == "done" else "completed", by))


def _told(outcome: ReferOutcome | RpcRefused) -> Empty:
    if isinstance(outcome, RpcRefused):
        raise outcome
    if outcome.kind == "success":
        return Empty()
    if outcome.kind == "failure":
        phrase = masked_words(outcome.reason)[:LONGEST_PHRASE]
        raise refused_with_status(psrpc_code_of(outcome.code), outcome.code, phrase)
    raise RpcRefused("canceled", "nobody said in time whether the transfer succeeded; it may still happen")
