"""A call that somebody makes to us: from its INVITE to its answer; what follows is in `in_dialog`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gateway.sip.wire import reliable, session_timer
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.digest import Outcome
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.layer import Hop
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.our_offers import SDP
from gateway.sip.wire.reliable import ReliableRinging
from gateway.sip.wire.replies import reply
from gateway.sip.wire.transactions import ServerTransaction
from gateway.sip.wire.uri import parse_name_address, uri_of

if TYPE_CHECKING:
    from gateway.sip.wire.ua import UserAgent


class IncomingCall(CallInDialog):
    """Set the callbacks you care about; those of `CallInDialog`, and three more, each called at most once.

    Order: `ring` and then `answer` or `reject`; after the answer `hangup`. The other side's acts arrive as
    `on_cancelled` (before the answer), `on_confirmed` (its ACK), `on_ack_timeout` (hang up then) and `on_bye`.
    An INVITE without an offer is answered by an offer; what the ACK says to it goes to `on_late_answer`.
    """

    def __init__(self, agent: UserAgent, invite: Request, transaction: ServerTransaction, hop: Hop) -> None:
        super().__init__(agent, hop)
        self._invite, self._transaction = invite, transaction
        self._tag = secrets.token_hex(8)
        self._dialog = Dialog.from_invite(invite, self._tag)
        self._updates = "UPDATE" in invite.get("Allow").upper()
        self._ringing: ReliableRinging | None = None
        self._ringing_handle: asyncio.TimerHandle | None = None
        self.received_at = asyncio.get_running_loop().time()
        from_address = parse_name_address(invite.get("From"))
        self.sip_call_id = invite.call_id
        self.display_name = from_address.display_name
        self.from_uri = uri_of(from_address.uri)
        self.to_uri = uri_of(parse_name_address(invite.get("To")).uri)
        self.request_uri = uri_of(invite.uri)
        self.via = invite.all("Via")
        self.source = hop.address
        self.transport = hop.transport
        self.offer: bytes | None = invite.body or None
        self.invite_key: tuple[str, str, int] = ("", "", 0)
        self.on_cancelled: Callable[[], None] = lambda: None
        self.on_confirmed: Callable[[], None] = lambda: None
        self.on_ack_timeout: Callable[[], None] = lambda: None

    # -- what the INVITE says ---------------------------------------------------------------------------------

    def header(self, name: str) -> str | None:
        return self._invite.get(name) or None

    def headers(self, name: str) -> list[str]:
        return self._invite.all(name)

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        return list(self._invite.headers)

    @property
    def dialog(self) -> Dialog:
        assert self._dialog is not None  # from the constructor on
        return self._dialog

    @property
    def transactions(self) -> list[ServerTransaction]:
        return [self._transaction, *super().transactions]

    @property
    def tag(self) -> str:
        """Our tag of the dialog."""
        return self._tag

    # -- what we do -------------------------------------------------------------------------------------------

    def check_digest(self, username: str, password: str, realm: str) -> Outcome:
        values = [*self.headers("Proxy-Authorization"), *self.headers("Authorization")]
        now = asyncio.get_running_loop().time()
        return self._agent.digest.check(values, "INVITE", (username, password), realm, now)

    def challenge(self, realm: str, *, stale: bool = False) -> None:
        """407; the answer to it arrives as a call of its own."""
        value = self._agent.digest.challenge(realm, asyncio.get_running_loop().time(), stale=stale)
        self._final(407, headers={"Proxy-Authenticate": value})

    def ring(self) -> None:
        """180, repeated until its PRACK when the other side insists on that."""
        if self._over or self._answered:
            return
        response = self._reply(180)
        if not reliable.names(self._invite, "Require"):
            self._agent.respond(self._transaction, response)
            return
        rseq = secrets.randbelow(2**16) + 1
        response.add("Require", reliable.TAG)
        response.add("RSeq", str(rseq))
        self._ringing = ReliableRinging(rseq, self._invite.cseq[0], response.to_bytes())
        self._agent.respond(self._transaction, response)
        self._ring_again_in(self._ringing.due_in)

    def reject(self, code: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        """A final refusal; after an answer or a CANCEL it does nothing."""
        if not self._answered:
            self._final(code, reason, headers)

    def answer(self, sdp: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        """200 OK, repeated until the ACK comes."""
        if self._over or self._answered:
            return
        self._answered = True
        self._stop_ringing()
        self._late_offer = self.offer is None
        self._local_sdp = sdp
        response = self._reply(200)
        timer, said = session_timer.accept(self._invite)
        for name, value in (*said, *headers):
            response.add(name, value)
        response.add("Content-Type", SDP)
        response.body = sdp
        self._agent.respond(self._transaction, response)
        self._session.run(timer)

    async def hangup(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        """BYE after an answer, 480 before one; returns when the other side has confirmed or given no sign."""
        if self._over:
            return
        if self._answered:
            await self._say_bye(headers)
        else:
            self._final(480)

    def _reply(self, status: int, reason: str = "") -> Response:
        return reply(self._invite, status, reason, tag=self._tag, contact=self._agent.contact(self._hop))

    def _final(self, code: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        if self._over:
            return
        response = reply(self._invite, code, reason, tag=self._tag)
        for name, value in (headers or {}).items():
            response.add(name, value)
        self._end()
        self._agent.respond(self._transaction, response)

    def _end(self) -> None:
        """A 2xx without its ACK is not repeated on our own account any more."""
        self._stop_ringing()
        if self._answered and not self._over:
            self._agent.confirmed(self, self._transaction)
        super()._end()

    # -- a 180 that must arrive -------------------------------------------------------------------------------

    def _ring_again_in(self, seconds: float) -> None:
        self._ringing_handle = asyncio.get_running_loop().call_later(seconds, self._ring_again)

    def _ring_again(self) -> None:
        if self._over or not self._ringing or self._ringing.acknowledged:
            return
        wait = self._ringing.repeat()
        if wait is None:  # RFC 3262 §3: no PRACK within 64×T1
            self._final(504)
            self.on_cancelled()
            return
        self._agent.send_again(self._transaction, self._ringing.raw)
        self._ring_again_in(wait)

    def _stop_ringing(self) -> None:
        if self._ringing_handle:
            self._ringing_handle.cancel()
            self._ringing_handle = None

    def _take_prack(self, request: Request, transaction: ServerTransaction) -> None:
        known = self._ringing is not None and self._ringing.prack(request)
        self._agent.respond(transaction, reply(request, 200 if known else 481))
        if known:
            self._stop_ringing()

    # -- what the other side does -----------------------------------------------------------------------------

    def cancelled(self) -> None:
        if not self._answered and not self._over:
            self._final(487)
            self.on_cancelled()

    def acknowledged(self, request: Request) -> None:
        if not self._over and self._answered and request.cseq[0] == self._invite.cseq[0]:
            if not self._transaction.confirmed:
                self._agent.confirmed(self, self._transaction)
                self.on_confirmed()
                self._take_late_answer(request)
            return
        super().acknowledged(request)

    def timed_out(self) -> None:
        """No ACK within 64×T1, or no answer of ours in time."""
        if self._over:
            return
        if self._answered:
            self.on_ack_timeout()
        else:
            self._final(480)
            self.on_cancelled()

    def _take_bye(self, request: Request, transaction: ServerTransaction) -> None:
        if self._answered or self._over:
            super()._take_bye(request, transaction)
            return
        self._agent.respond(transaction, reply(request, 200))  # RFC 3261 §15.1.2
        self._final(487)
        self.on_cancelled()
