"""A call that we make: from its INVITE to its answer; what follows is in `in_dialog`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.sip.wire import session_timer
from gateway.sip.wire.calls import CallFailed, Headers
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.digest import answer_to
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.invite import again
from gateway.sip.wire.layer import Hop
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.reliable import ReliableHeard
from gateway.sip.wire.transactions import ClientTransaction
from gateway.sip.wire.uri import parse_name_address

if TYPE_CHECKING:
    from gateway.sip.wire.ua import UserAgent

MOST_BRANCHES = 16  # of a forked call that are kept apart


@dataclass
class _Branch:
    """One early dialog: a phone that the call was forked to."""

    dialog: Dialog
    heard: ReliableHeard = field(default_factory=ReliableHeard)
    sdp: bytes = b""


class OutgoingCall(CallInDialog):
    """`await answered()` gives the SDP answer. Besides the callbacks of `CallInDialog`:

    `on_progress(status, sdp, headers)` for every provisional response but 100, `sdp` being early media or empty;
    `on_ringing()` for the 180s and 183s among them.
    """

    _owns_call_id = True

    def __init__(
        self, agent: UserAgent, invite: Request, hop: Hop, credentials: tuple[str, str] | None, late_answer: bytes = b""
    ) -> None:
        super().__init__(agent, hop, credentials)
        self._invite, self._late_answer = invite, late_answer
        self._local_sdp = invite.body or late_answer
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._transaction: ClientTransaction | None = None
        self._provisional = self._cancelling = False
        self._cancel_headers: Headers = []
        self._proofs: dict[int, tuple[str, str]] = {}
        self._branches: dict[str, _Branch] = {}  # by the tag of the phone
        self._acks: dict[str, Callable[[], None]] = {}  # by the tag of the branch that answered
        self.sip_call_id = invite.call_id
        self.local_tag = parse_name_address(invite.get("From")).tag
        self.response_headers: Headers = []  # of the 200
        self.on_ringing: Callable[[], None] = lambda: None
        self.on_progress: Callable[[int, bytes, Headers], None] = lambda status, sdp, headers: None

    def start(self) -> None:
        self._transaction = self._agent.send(self._invite, self._hop, self._response, self._timeout)

    async def answered(self) -> bytes:
        """The SDP answer. Raises CallFailed with the final status, 408 when nobody answered at all."""
        return await asyncio.shield(self._answer)

    async def cancel(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Gives up before the answer; an answer that crosses it is acknowledged and ended."""
        if self._answer.done() or self._cancelling:
            return
        self._cancelling, self._cancel_headers = True, list(headers)
        if self._provisional:
            self._send_cancel()

    async def hangup(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """BYE, or CANCEL when nobody has answered yet."""
        if not self._answer.done():
            await self.cancel(headers)
        elif self._answered and not self._over:
            await self._say_bye(headers)

    # -- responses --------------------------------------------------------------------------------------------

    def _response(self, response: Response) -> None:
        if response.status < 200:
            self._progress(response)
        elif response.status < 300:
            self._accepted(response)
        elif self._cancelling or not self._try_again(response):
            self._failed(response.status, response.reason, response.headers)

    def _progress(self, response: Response) -> None:
        first, self._provisional = not self._provisional, True
        if self._cancelling:
            if first:
                self._send_cancel()
            return
        branch = self._branch_of(response)
        if response.get("RSeq") and branch:
            rack = branch.heard.take(response)
            if rack is None:
                return  # seen before, or one before it is still missing
            self._agent.tasks.start(self._prack(branch.dialog, rack), name="sip:prack")
        if branch and response.body:
            branch.sdp = response.body
        if response.status in (180, 183):
            self.on_ringing()
        if response.status > 100:
            self.on_progress(response.status, response.body, response.headers)

    def _branch_of(self, response: Response) -> _Branch | None:
        """The early dialog of a provisional response; None for one without a tag, or one fork too many."""
        tag = parse_name_address(response.get("To")).tag
        if not tag or (tag not in self._branches and len(self._branches) >= MOST_BRANCHES):
            return None
        if tag not in self._branches:
            self._branches[tag] = _Branch(Dialog.from_response(self._invite, response))
        return self._branches[tag]

    async def _prack(self, dialog: Dialog, rack: str) -> None:
        request = dialog.request("PRACK")
        request.add("RAck", rack)
        await self._agent.exchange(dialog, request, self._hop)

    def _accepted(self, response: Response) -> None:
        tag = parse_name_address(response.get("To")).tag
        if resend := self._acks.get(tag):
            resend()  # the 2xx came again: so goes the ACK
            return
        branch = self._branches.get(tag)
        dialog = Dialog.from_response(self._invite, response)
        if branch:  # its PRACKs have used up numbers
            dialog.local_cseq, dialog.remote_cseq = branch.dialog.local_cseq, branch.dialog.remote_cseq
        self._acks[tag] = self._agent.acknowledge(dialog, self._invite.cseq[0], self._hop, self._late_answer)
        if self._answered or self._cancelling:  # another branch answered too, or we had given up
            bye = self._agent.exchange(dialog, dialog.request("BYE"), self._hop)
            self._agent.tasks.start(bye, name="sip:bye-fork")
            if self._cancelling:
                self._failed(487, "Request Terminated", [])
            return
        self._dialog, self._answered = dialog, True
        self._updates = "UPDATE" in response.get("Allow").upper()
        self.response_headers = response.headers
        self._agent.remember(self)
        self._session.run(session_timer.agreed(response))
        if not self._answer.done():
            self._answer.set_result(response.body or (branch.sdp if branch else b""))

    def _try_again(self, response: Response) -> bool:
        """With a password, once and again when only its nonce was too old; with a longer session interval (422)."""
        if response.status == 422 and session_timer.least_in(response) > session_timer.least_in(self._invite):
            return self._again(session_timer.ask(least_s=session_timer.least_in(response)))
        stale = any("stale=true" in v.lower() for _, v in response.headers)
        if self._credentials is None or (response.status in self._proofs and not stale):
            return False
        proof = answer_to(response, "INVITE", self._invite.uri, self._credentials)
        if proof is None or self._invite.cseq[0] > 6:
            return False
        self._proofs[response.status] = proof
        return self._again(list(self._proofs.values()))

    def _again(self, replaced: Headers) -> bool:
        self._branches.clear()
        self._invite = self._agent.with_via(again(self._invite, replaced), self._hop)
        self.start()
        return True

    def _send_cancel(self) -> None:
        """CANCEL carries the INVITE's branch and number (RFC 3261 §9.1)."""
        cancel = Request(method="CANCEL", uri=self._invite.uri)
        for name in ("Via", "Route", "Max-Forwards", "From", "To", "Call-ID"):
            for value in self._invite.all(name)[: 1 if name == "Via" else None]:
                cancel.add(name, value)
        cancel.add("CSeq", f"{self._invite.cseq[0]} CANCEL")
        for name, value in self._cancel_headers:
            cancel.add(name, value)
        self._agent.send(cancel, self._hop, lambda response: None, lambda: None)
        if self._transaction:
            self._agent.give_up(self._transaction)

    def _timeout(self) -> None:
        self._failed(408, "Request Timeout", [])

    def _failed(self, code: int, reason: str, headers: Headers) -> None:
        self._over = True
        if not self._answer.done():
            self._answer.set_exception(CallFailed(code, reason, headers))
            self._answer.exception()  # whoever hung up does not ask
