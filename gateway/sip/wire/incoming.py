"""A call that somebody makes to us: from its INVITE to the end of its dialog."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.sip.wire.calls import Refusal
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.digest import Outcome
from gateway.sip.wire.layer import Hop
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.replies import reply
from gateway.sip.wire.transactions import ServerTransaction
from gateway.sip.wire.uri import SipUri, parse_name_address, parse_uri

if TYPE_CHECKING:
    from gateway.sip.wire.ua import UserAgent

GLARE_WAIT_S = 3  # Retry-After for a re-INVITE that came while another was open


def uri_of(text: str) -> SipUri:
    try:
        return parse_uri(text)
    except ValueError:
        return SipUri("sip", "", "")


class IncomingCall:
    """Set the callbacks you care about; each is called at most once but `on_reinvite` and `on_info`.

    Order: `ring` and then `answer` or `reject`; after the answer `hangup`. The other side's acts arrive as
    `on_cancelled` (before the answer), `on_confirmed` (its ACK), `on_ack_timeout` (hang up then) and `on_bye`.
    An INVITE or re-INVITE without an offer is answered by an offer; what the ACK says to it goes to `on_late_answer`.
    """

    def __init__(self, agent: UserAgent, invite: Request, transaction: ServerTransaction, hop: Hop) -> None:
        self._agent, self._invite, self._transaction, self._hop = agent, invite, transaction, hop
        self._tag = secrets.token_hex(8)
        self._dialog = Dialog.from_invite(invite, self._tag)
        self._answered = self._over = False
        self._reinvite: ServerTransaction | None = None  # answered, its ACK still to come
        self._reinvite_number = 0
        self._late_offer = False  # the ACK will carry the answer to our offer
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
        self.on_bye: Callable[[], None] = lambda: None
        self.on_reinvite: Callable[[bytes | None], bytes | Refusal] = lambda offer: Refusal(488)
        self.on_late_answer: Callable[[bytes], None] = lambda sdp: None
        self.on_info: Callable[[str, bytes], int] = lambda kind, body: 415

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
        return self._dialog

    @property
    def transactions(self) -> list[ServerTransaction]:
        """Its INVITE's, and that of a re-INVITE that waits for its ACK."""
        return [self._transaction, self._reinvite] if self._reinvite else [self._transaction]

    @property
    def hop(self) -> Hop:
        return self._hop

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
        if not self._over:
            self._agent.respond(self._transaction, self._reply(180))

    def reject(self, code: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        """A final refusal; after an answer or a CANCEL it does nothing."""
        if not self._answered:
            self._final(code, reason, headers)

    def answer(self, sdp: bytes) -> None:
        """200 OK, repeated until the ACK comes."""
        if self._over or self._answered:
            return
        self._answered = True
        self._late_offer = self.offer is None
        response = self._reply(200)
        response.add("Content-Type", "application/sdp")
        response.body = sdp
        self._agent.respond(self._transaction, response)

    async def hangup(self) -> None:
        """BYE after an answer, 480 before one; returns when the other side has confirmed or given no sign."""
        if self._over:
            return
        if not self._answered:
            self._final(480)
            return
        self._end()
        await self._agent.request_in(self._dialog, "BYE", self._hop)

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
        """The dialog is over; a 2xx without its ACK is not repeated on our own account any more."""
        self._over = True
        for transaction in self.transactions if self._answered else ():
            self._agent.confirmed(self, transaction)
        self._agent.forget(self)

    # -- what the other side does -----------------------------------------------------------------------------

    def cancelled(self) -> None:
        if not self._answered and not self._over:
            self._final(487)
            self.on_cancelled()

    def acknowledged(self, request: Request) -> None:
        if self._over or not self._answered:
            return
        if self._reinvite and request.cseq[0] == self._reinvite_number:
            self._agent.confirmed(self, self._reinvite)
            self._reinvite = None
        elif request.cseq[0] == self._invite.cseq[0] and not self._transaction.confirmed:
            self._agent.confirmed(self, self._transaction)
            self.on_confirmed()
        else:
            return
        if self._late_offer and request.body:
            self.on_late_answer(request.body)
        self._late_offer = False

    def timed_out(self) -> None:
        """No ACK within 64×T1, or no answer of ours within ANSWER_S."""
        if self._over:
            return
        if self._answered:
            self.on_ack_timeout()
        else:
            self._final(480)
            self.on_cancelled()

    def request(self, request: Request, transaction: ServerTransaction) -> None:
        """A request inside the dialog; the user agent has matched it."""
        if request.method != "INVITE" and not self._dialog.accepts(request):
            self._agent.respond(transaction, reply(request, 500))
        elif request.method == "BYE":
            self._bye(request, transaction)
        elif request.method == "INVITE":
            self._renegotiate(request, transaction)
        elif request.method == "INFO":
            code = self.on_info(request.get("Content-Type"), request.body) if self._answered else 481
            self._agent.respond(transaction, reply(request, code))
        elif request.method == "REFER":
            self._agent.respond(transaction, reply(request, 403))
        else:
            self._agent.respond(transaction, reply(request, 200 if request.method == "OPTIONS" else 481))

    def _bye(self, request: Request, transaction: ServerTransaction) -> None:
        self._agent.respond(transaction, reply(request, 200))
        if self._over:
            return
        if not self._answered:  # RFC 3261 §15.1.2
            self._final(487)
            self.on_cancelled()
            return
        self._end()
        self.on_bye()

    def _renegotiate(self, request: Request, transaction: ServerTransaction) -> None:
        """A re-INVITE (RFC 3261 §14.2): refused while another is open, and the call goes on as it was."""
        if not self._answered or self._reinvite or not self._dialog.accepts(request):
            busy = reply(request, 491 if self._reinvite else 500)
            busy.add("Retry-After", str(GLARE_WAIT_S))
            self._agent.respond(transaction, busy)
            return
        answer = self.on_reinvite(request.body or None)
        if isinstance(answer, Refusal):
            self._agent.respond(transaction, reply(request, answer.code))
            return
        self._dialog.refresh_target(request)
        self._reinvite, self._reinvite_number = transaction, request.cseq[0]
        self._late_offer = not request.body
        self._agent.expect_ack(self, transaction)
        response = reply(request, 200, contact=self._agent.contact(self._hop))
        response.add("Content-Type", "application/sdp")
        response.body = answer
        self._agent.respond(transaction, response)
