"""A call that we make: INVITE, its credentials, its answer, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.digest import credentials_for
from gateway.sip.wire.layer import Hop
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.replies import reply
from gateway.sip.wire.transactions import ClientTransaction, ServerTransaction
from gateway.sip.wire.uri import parse_name_address

if TYPE_CHECKING:
    from gateway.sip.wire.ua import UserAgent

CHALLENGES = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}
MOST_ATTEMPTS = 3


class OutgoingCall:
    """`await answered()` gives the SDP answer; `on_ringing` and `on_bye` tell what the other side does."""

    def __init__(self, agent: UserAgent, invite: Request, hop: Hop, credentials: tuple[str, str] | None) -> None:
        self._agent, self._invite, self._hop, self._credentials = agent, invite, hop, credentials
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._transaction: ClientTransaction | None = None
        self._dialog: Dialog | None = None
        self._provisional = self._cancelling = self._over = False
        self._attempts = 0
        self._acks: dict[str, Callable[[], None]] = {}  # by the tag of the branch that answered
        self.sip_call_id = invite.call_id
        self.local_tag = parse_name_address(invite.get("From")).tag
        self.on_ringing: Callable[[], None] = lambda: None
        self.on_bye: Callable[[], None] = lambda: None

    @property
    def dialog(self) -> Dialog | None:
        return self._dialog

    @property
    def hop(self) -> Hop:
        return self._hop

    def start(self) -> None:
        self._transaction = self._agent.send(self._invite, self._hop, self._response, self._timeout)

    async def answered(self) -> bytes:
        """The SDP answer. Raises CallFailed with the final status, 408 when nobody answered at all."""
        return await asyncio.shield(self._answer)

    async def cancel(self) -> None:
        """Gives up before the answer; an answer that crosses it is acknowledged and ended."""
        if self._answer.done() or self._cancelling:
            return
        self._cancelling = True
        if self._provisional:
            self._send_cancel()

    async def hangup(self) -> None:
        """BYE, or CANCEL when nobody has answered yet."""
        if not self._answer.done():
            await self.cancel()
        elif self._dialog and not self._over:
            self._over = True
            self._agent.forget(self)
            await self._agent.request_in(self._dialog, "BYE", self._hop)

    # -- responses --------------------------------------------------------------------------------------------

    def _response(self, response: Response) -> None:
        if response.status < 200:
            first, self._provisional = not self._provisional, True
            if self._cancelling and first:
                self._send_cancel()
            elif response.status in (180, 183):
                self.on_ringing()
        elif response.status < 300:
            self._accepted(response)
        elif response.status in (401, 407) and not self._cancelling and self._may_try_again(response):
            self._authorize(response)
        else:
            self._failed(response.status, response.reason, response.headers)

    def _accepted(self, response: Response) -> None:
        dialog = Dialog.from_response(self._invite, response)
        if again := self._acks.get(dialog.remote_tag):
            again()  # the 2xx came again: so goes the ACK
            return
        self._acks[dialog.remote_tag] = self._agent.acknowledge(dialog, self._invite.cseq[0], self._hop)
        if self._dialog or self._cancelling:  # another branch answered too, or we had given up
            self._agent.tasks.start(self._agent.request_in(dialog, "BYE", self._hop), name="sip:bye-fork")
            if self._cancelling:
                self._failed(487, "Request Terminated", [])
            return
        self._dialog = dialog
        self._agent.remember(self)
        if not self._answer.done():
            self._answer.set_result(response.body)

    def _may_try_again(self, response: Response) -> bool:
        """A password is tried once, and again when only its nonce was too old."""
        stale = any("stale=true" in c.lower() for name in CHALLENGES.values() for c in response.all(name[0]))
        return self._credentials is not None and self._attempts < (MOST_ATTEMPTS if stale else 1)

    def _authorize(self, response: Response) -> None:
        name, header = CHALLENGES[response.status]
        assert self._credentials is not None
        values = (
            credentials_for(challenge, "INVITE", self._invite.uri, *self._credentials)
            for challenge in response.all(name)
        )
        value = next((v for v in values if v), None)
        self._attempts += 1
        if value is None:
            self._failed(response.status, response.reason, response.headers)
            return
        dropped = {"via", "cseq", "authorization", "proxy-authorization"}
        kept = [(n, v) for n, v in self._invite.headers if n.lower() not in dropped]
        again = Request(headers=kept, body=self._invite.body, method="INVITE", uri=self._invite.uri)
        again.add("CSeq", f"{self._invite.cseq[0] + 1} INVITE")
        again.add(header, value)
        self._invite = self._agent.with_via(again, self._hop)
        self.start()

    def _send_cancel(self) -> None:
        """CANCEL carries the INVITE's branch and number (RFC 3261 §9.1)."""
        cancel = Request(method="CANCEL", uri=self._invite.uri)
        for name in ("Via", "Route", "Max-Forwards", "From", "To", "Call-ID"):
            for value in self._invite.all(name):
                cancel.add(name, value)
        cancel.add("CSeq", f"{self._invite.cseq[0]} CANCEL")
        self._agent.send(cancel, self._hop, lambda response: None, lambda: None)
        if self._transaction:
            self._agent.give_up(self._transaction)

    def _timeout(self) -> None:
        self._failed(408, "Request Timeout", [])

    def _failed(self, code: int, reason: str, headers: list[tuple[str, str]]) -> None:
        self._over = True
        if not self._answer.done():
            self._answer.set_exception(CallFailed(code, reason, headers))
            self._answer.exception()  # whoever hung up does not ask

    # -- requests ---------------------------------------------------------------------------------------------

    def request(self, request: Request, transaction: ServerTransaction) -> None:
        """A request of the other side inside the dialog."""
        assert self._dialog is not None
        if not self._dialog.accepts(request):
            self._agent.respond(transaction, reply(request, 500))
        elif request.method == "BYE":
            self._agent.respond(transaction, reply(request, 200))
            if not self._over:
                self._over = True
                self._agent.forget(self)
                self.on_bye()
        else:
            code = {"OPTIONS": 200, "INVITE": 488, "REFER": 403, "INFO": 415}.get(request.method, 481)
            self._agent.respond(transaction, reply(request, code))

    def acknowledged(self, request: Request) -> None:
        """We answer no INVITE inside this dialog with 2xx, so there is nothing to acknowledge."""
