"""The user agent: one SIP element over UDP and TCP that takes and makes calls (RFC 3261).

agent = UserAgent("127.0.0.1", 5060, on_invite=take)
await agent.start()
line = await agent.call("sip:bob@192.0.2.1", offer_sdp=offer, from_user="alice")
answer = await line.answered()
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from gateway.kernel.errors import BadInput
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.wire import validate
from gateway.sip.wire.calls import BadInvite, CallFailed, Headers, Refusal
from gateway.sip.wire.digest import DigestServer
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.incoming import IncomingCall
from gateway.sip.wire.invite import InviteAsked, build_invite
from gateway.sip.wire.layer import Hop, TransactionLayer
from gateway.sip.wire.message import Request
from gateway.sip.wire.outgoing import OutgoingCall
from gateway.sip.wire.replies import refuse, reply
from gateway.sip.wire.sending import VIA_SIZE, Sending
from gateway.sip.wire.tcp import Connection
from gateway.sip.wire.tls import TlsContexts, TlsOptions
from gateway.sip.wire.transactions import ServerTransaction
from gateway.sip.wire.udp import Address
from gateway.sip.wire.uri import bracketed, parse_name_address, sendable, uri_of

__all__ = ["BadInvite", "CallFailed", "IncomingCall", "OutgoingCall", "Refusal", "UserAgent"]

MOST_CALLS = 5000
MOST_UNCONFIRMED = 1000  # INVITEs without an ACK; a flood of them leaves the calls alone
LOOKED_AT_EVERY_S = 60.0  # the counters, and the certificate
_log = get_logger(__name__)


class UserAgent(Sending):
    """`on_invite` gets each new call once. `host` is an IP literal; port 0 takes a free one.

    The constructor binds the sockets. Raises OSError when the address is taken.
    """

    def __init__(
        self, host: str, port: int, *, advertised_host: str = "", tcp: bool = True, tls: TlsOptions | None = None,
        on_invite: Callable[[IncomingCall], None],
        on_malformed: Callable[[BadInvite], None] = lambda bad: None,
        hears: Callable[[str], bool] = lambda source: True,
    ) -> None:  # fmt: skip
        self._on_invite, self._on_malformed = on_invite, on_malformed
        self._contexts = TlsContexts(tls) if tls else None
        self._layer = TransactionLayer(
            host, port, advertised_host=advertised_host, tcp=tcp, tls=self._contexts, on_request=self._request
        )
        self._layer.on_timeout, self._layer.hears = self._timeout, hears
        self._legs: dict[tuple[str, str], CallInDialog] = {}
        self._by_transaction: dict[tuple[str, str, str], CallInDialog] = {}
        self._invites: set[tuple[str, str, int]] = set()
        self._unconfirmed: set[IncomingCall] = set()
        self.digest = DigestServer()
        self.tasks = TaskSet()

    @property
    def port(self) -> int:
        return self._layer.port

    @property
    def tls_port(self) -> int:
        """0 without TLS."""
        return self._layer.tls_port

    @property
    def counters(self) -> dict[str, int]:
        """What was seen and not logged one by one: malformed, unreadable, refused, retransmitted, sent_again,
        stray_response, dropped, overflow, flooded, unsent, tcp_refused. Logged once a minute when they moved."""
        return self._layer.counted()

    async def start(self) -> None:
        await self._layer.start()
        self.tasks.start(self._look_after(), name="sip:look-after")

    async def _look_after(self) -> None:
        before: dict[str, int] = {}
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY_S)
            self._renew_certificate()
            now = self.counters
            moved = {name: count - before.get(name, 0) for name, count in now.items() if count != before.get(name, 0)}
            if moved:
                self._log_moved(moved)
            before = now

    def _renew_certificate(self) -> None:
        try:
            if self._contexts and self._contexts.renew():
                _log.info("tls_certificate_renewed")
        except OSError as error:
            _log.warning("tls_certificate_not_renewed", error=type(error).__name__)

    def _log_moved(self, moved: dict[str, int]) -> None:
        _log.info("sip_counted", **moved)

    async def stop(self) -> None:
        await self.tasks.close()
        await self._layer.close()

    # -- calls out --------------------------------------------------------------------------------------------

    async def call(
        self, target_uri: str, *, offer_sdp: bytes, from_user: str, from_host: str = "", display_name: str = "",
        to_uri: str = "", headers: Headers | None = None, credentials: tuple[str, str] | None = None,
        transport: str = "udp", address: Address | None = None, server_name: str = "", late_answer: bytes = b"",
    ) -> OutgoingCall:  # fmt: skip
        """Sends the INVITE to `address`, by default the IP address in `target_uri`. `transport` is udp, tcp or tls.

        Without an offer the other side makes one in its 200, and `late_answer` goes back in the ACK.

        `server_name` is whom the other side's certificate must name. Raises BadInput unless there is an address to send
        to; OSError or TimeoutError when the connection fails; ValueError for a header of more than one line.
        """
        asked = InviteAsked(
            target_uri, offer_sdp, from_user, from_host, display_name, to_uri, headers=list(headers or [])
        )
        invite = build_invite(asked, own=f"{bracketed(self._layer.advertised_host)}:{self.port}")
        to = address or _address_in(target_uri, transport)
        hop = await self._layer.hop_to(to, transport, size=len(invite.to_bytes()) + VIA_SIZE, server_name=server_name)
        self.add_contact(invite, hop)
        line = OutgoingCall(self, self.with_via(invite, hop), hop, credentials, late_answer)
        line.start()
        return line

    # -- what the calls use -----------------------------------------------------------------------------------

    def confirmed(self, call: CallInDialog, transaction: ServerTransaction) -> None:
        if isinstance(call, IncomingCall):
            self._unconfirmed.discard(call)
        if not isinstance(call, IncomingCall) or transaction is not call.transactions[0]:
            self._by_transaction.pop(transaction.key, None)  # a re-INVITE's; the first may still be cancelled, in vain
        self._layer.confirmed(transaction)

    def remember(self, leg: CallInDialog) -> None:
        if leg.dialog:
            self._legs[leg.dialog.call_id, leg.dialog.local_tag] = leg
            if isinstance(leg.hop.through, Connection):
                leg.hop.through.calls += 1

    def forget(self, leg: CallInDialog) -> None:
        """The dialog is over; what still comes for it gets 481. Its INVITE stays known as long as its transaction."""
        known = self._legs.pop((leg.dialog.call_id, leg.dialog.local_tag), None) if leg.dialog else None
        if known and isinstance(leg.hop.through, Connection):
            leg.hop.through.calls -= 1
        for transaction in leg.transactions:
            self._by_transaction.pop(transaction.key, None)
        if isinstance(leg, IncomingCall):
            self._unconfirmed.discard(leg)
            self._invites.discard(leg.invite_key)

    def expect_ack(self, call: CallInDialog, transaction: ServerTransaction) -> None:
        """A re-INVITE was answered: its missing ACK is the call's affair as well."""
        self._by_transaction[transaction.key] = call

    # -- requests in ------------------------------------------------------------------------------------------

    def _request(self, request: Request, transaction: ServerTransaction | None, hop: Hop) -> None:
        refusal = validate.check(request)
        if transaction is None:
            if refusal is None and (leg := self._leg_of(request)):
                leg.acknowledged(request)
            return
        if refusal is not None:
            self._layer.counters["refused"] += 1
            self._layer.respond(transaction, refuse(request, refusal, secrets.token_hex(8)))
            if request.method == "INVITE":
                self._on_malformed(_bad_invite(request, refusal, hop))
        elif request.method == "CANCEL":
            self._cancel(request, transaction)
        elif parse_name_address(request.get("To")).tag:
            self._in_dialog(request, transaction)
        elif request.method == "INVITE":
            self._invite(request, transaction, hop)
        else:
            status = {"OPTIONS": 200, "REFER": 403}.get(request.method, 481)
            self._layer.respond(transaction, reply(request, status, tag=secrets.token_hex(8)))

    def _invite(self, request: Request, transaction: ServerTransaction, hop: Hop) -> None:
        key = request.call_id, parse_name_address(request.get("From")).tag, request.cseq[0]
        if key in self._invites:  # the same request by another way (RFC 3261 §8.2.2.2)
            self._layer.respond(transaction, reply(request, 482, tag=secrets.token_hex(8)))
            return
        if len(self._legs) >= MOST_CALLS or len(self._unconfirmed) >= MOST_UNCONFIRMED:
            self._layer.counters["flooded"] += 1
            busy = validate.Refusal(503, "Service Unavailable", (("Retry-After", "10"),))
            self._layer.respond(transaction, refuse(request, busy, secrets.token_hex(8)))
            return
        self._layer.respond(transaction, reply(request, 100))
        call = IncomingCall(self, request, transaction, hop)
        call.invite_key = key
        self._invites.add(key)
        self._unconfirmed.add(call)
        self._by_transaction[transaction.key] = call
        self.remember(call)
        self._on_invite(call)

    def _cancel(self, request: Request, transaction: ServerTransaction) -> None:
        branch, sent_by, _ = transaction.key
        call = self._by_transaction.get((branch, sent_by, "INVITE"))
        status = 200 if self._layer.knows_invite_of(transaction) else 481
        tag = call.dialog.local_tag if call and call.dialog else secrets.token_hex(8)
        self._layer.respond(transaction, reply(request, status, tag=tag))
        if call:
            call.cancelled()

    def _in_dialog(self, request: Request, transaction: ServerTransaction) -> None:
        leg = self._leg_of(request)
        if leg is None:
            self._layer.respond(transaction, reply(request, 481))
        else:
            leg.request(request, transaction)

    def _leg_of(self, request: Request) -> CallInDialog | None:
        try:
            local = parse_name_address(request.get("To")).tag
            remote = parse_name_address(request.get("From")).tag
        except ValueError:
            return None
        leg = self._legs.get((request.call_id, local))
        return leg if leg and leg.dialog and leg.dialog.remote_tag == remote else None

    def _timeout(self, transaction: ServerTransaction) -> None:
        """64×T1 without an ACK, or an INVITE that nobody here has answered in time."""
        if call := self._by_transaction.get(transaction.key):
            call.timed_out()


def _bad_invite(request: Request, refusal: validate.Refusal, hop: Hop) -> BadInvite:
    def user(header: str) -> str:
        try:
            return uri_of(parse_name_address(request.get(header)).uri).user
        except ValueError:
            return ""

    return BadInvite(
        request.call_id, refusal.status, refusal.reason, user("From"), user("To"), hop.address, hop.transport
    )


def _address_in(target_uri: str, transport: str) -> Address:
    """Raises BadInput unless there is an IP address in the URI."""
    uri = uri_of(target_uri)
    address = uri.host, uri.port or (5061 if transport == "tls" else 5060)
    if not sendable(*address):
        raise BadInput(
            "the target must be a sip: URI with an IP address", field="uri", todo="sip:number@127.0.0.1:5060"
        )
    return address
