"""What a call does inside its dialog, whoever made it: offers both ways, INFO, REFER, session timer, BYE."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gateway.kernel.logs import get_logger
from gateway.sip.wire import session_timer
from gateway.sip.wire.calls import CallFailed, Headers, Refusal
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.digest import answer_to
from gateway.sip.wire.layer import Hop
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.our_offers import SDP, OurOffers
from gateway.sip.wire.refer import ReferOutcome
from gateway.sip.wire.refer_watch import ReferWatch
from gateway.sip.wire.replies import reply
from gateway.sip.wire.session_keeper import SessionKeeper
from gateway.sip.wire.transactions import ServerTransaction

if TYPE_CHECKING:
    from gateway.sip.wire.ua import UserAgent

GLARE_WAIT_S = 3  # Retry-After for an offer that came while another was open

_log = get_logger(__name__)


class CallInDialog:
    """Set the callbacks you care about before the call is answered.

    `on_bye()`: the other side hung up; its headers are in `bye_headers`. `on_lost()`: it does not answer any more, or
    let the session timer run out; a BYE has been sent. `on_reinvite(offer | None)` gives the SDP answer, or our offer
    when there is none; what is said to that goes to `on_late_answer`. `on_info(content type, body)` gives a status.
    """

    _owns_call_id = False

    def __init__(self, agent: UserAgent, hop: Hop, credentials: tuple[str, str] | None = None) -> None:
        self._agent, self._hop, self._credentials = agent, hop, credentials
        self._dialog: Dialog | None = None
        self._answered = self._over = False
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._offers = OurOffers(self._ask, owns_call_id=self._owns_call_id)
        self._their_invite: tuple[ServerTransaction, int] | None = None  # answered, its ACK still to come
        self._late_offer = False  # the ACK will carry the answer to our offer
        self._local_sdp = b""
        self._updates = False  # the other side takes UPDATE
        self._session = SessionKeeper(agent.tasks, self._refresh, self._lost)
        self._watch: ReferWatch | None = None
        self.bye_headers: Headers = []
        self.on_bye: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        self.on_reinvite: Callable[[bytes | None], bytes | Refusal] = lambda offer: Refusal(488)
        self.on_late_answer: Callable[[bytes], None] = lambda sdp: None
        self.on_info: Callable[[str, bytes], int] = lambda kind, body: 415

    @property
    def dialog(self) -> Dialog | None:
        return self._dialog

    @property
    def hop(self) -> Hop:
        return self._hop

    @property
    def was_answered(self) -> bool:
        return self._answered

    @property
    def is_answered(self) -> bool:
        return self._answered and not self._over

    # -- what we do -------------------------------------------------------------------------------------------

    async def reinvite(self, sdp: bytes) -> bytes:
        """Offers `sdp`; the answer to it. Raises CallFailed; unless the other side is gone, the call goes on as it was.

        When both sides offer at once, both wait and try again (RFC 3261 §14.1).
        """
        response = await self._offers.make(sdp, self._session.headers())
        if response.status >= 300:
            raise CallFailed(response.status, response.reason, response.headers)
        self._local_sdp = sdp
        self._session.answered(response)
        return response.body

    async def send_info(self, content_type: str, body: bytes) -> int:
        """INFO (RFC 6086); the final status."""
        return (await self._ask("INFO", [("Content-Type", content_type)], body)).status

    async def refer(
        self, target: str, *, referred_by: str = "", headers: Iterable[tuple[str, str]] = (), within_s: float = 30.0,
        on_progress: Callable[[int], None] = lambda code: None,
    ) -> ReferOutcome:  # fmt: skip
        """Asks the other side to call `target` (sip:, sips:, tel:) in our place. The call stays ours to end.

        Raises CallFailed when another transfer is under way, or there is nobody to ask (481).
        """
        if not self.is_answered:
            raise CallFailed(481, "Call/Transaction Does Not Exist", [])
        if self._watch:
            raise CallFailed(491, "Request Pending", [])
        assert self._dialog is not None
        watch = self._watch = ReferWatch(self._dialog.local_cseq + 1, on_progress)
        said = [("Refer-To", f"<{target}>"), *([("Referred-By", f"<{referred_by}>")] if referred_by else []), *headers]
        try:
            async with asyncio.timeout(within_s):
                self._agent.tasks.start(self._ask_to_call(watch, said), name="sip:refer")
                return await asyncio.shield(watch.outcome)
        except TimeoutError:
            return watch.timed_out()
        finally:
            self._watch = None

    async def _ask_to_call(self, watch: ReferWatch, headers: Headers) -> None:
        watch.accepted(await self._ask("REFER", headers))

    async def _ask(self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Response:
        """A request in the dialog and its final response; a challenge is answered once.

        What concerns the session alone is not waited for once the call has ended: 481 then.
        """
        assert self._dialog is not None
        until = self._ended if method in ("INVITE", "UPDATE", "INFO") else None
        said = list(headers)
        request = self._new_request(method, said, body)
        response = await self._agent.exchange(self._dialog, request, self._hop, until)
        if self._credentials and (proof := answer_to(response, method, request.uri, self._credentials)):
            request = self._new_request(method, [*said, proof], body)
            response = await self._agent.exchange(self._dialog, request, self._hop, until)
        if response.status in (408, 481) and method in ("INVITE", "UPDATE"):
            self._lost()
        return response

    def _new_request(self, method: str, headers: Iterable[tuple[str, str]], body: bytes) -> Request:
        assert self._dialog is not None
        request = self._dialog.request(method)
        if method in ("INVITE", "UPDATE", "REFER"):
            self._agent.add_contact(request, self._hop)
        for name, value in headers:
            request.add(name, value)
        request.body = body
        return request

    @property
    def transactions(self) -> list[ServerTransaction]:  # of its INVITEs that wait for an ACK or an answer
        return [self._their_invite[0]] if self._their_invite else []

    async def _say_bye(self, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._end()
        await self._ask("BYE", headers)

    def _end(self) -> None:
        self._over = True
        self._session.stop()
        self._offers.theirs_closed()
        if not self._ended.done():
            self._ended.set_result(None)
        if self._watch:
            self._watch.call_ended()
        if self._their_invite:
            self._agent.confirmed(self, self._their_invite[0])
        self._agent.forget(self)

    def _lost(self) -> None:
        if not self._over:
            self._agent.tasks.start(self._say_bye(), name="sip:bye-lost")
            self.on_lost()

    # -- what the other side does -----------------------------------------------------------------------------

    def request(self, request: Request, transaction: ServerTransaction) -> None:
        """A request inside the dialog; the user agent has matched it."""
        assert self._dialog is not None
        if not self._dialog.accepts(request):
            self._refuse(request, transaction, 500)
            return
        takes = {
            "BYE": self._take_bye, "INVITE": self._take_offer, "UPDATE": self._take_offer, "INFO": self._take_info,
            "NOTIFY": self._take_notify, "REFER": self._take_refer, "PRACK": self._take_prack,
        }  # fmt: skip
        if request.method == "OPTIONS":
            self._agent.respond(transaction, reply(request, 200))
        else:
            takes.get(request.method, self._take_prack)(request, transaction)

    def _refuse(self, request: Request, transaction: ServerTransaction, status: int, *, wait_s: int = 0) -> None:
        response = reply(request, status)
        if wait_s:
            response.add("Retry-After", str(wait_s))
        self._agent.respond(transaction, response)

    def _take_bye(self, request: Request, transaction: ServerTransaction) -> None:
        self._agent.respond(transaction, reply(request, 200))
        if self._over:
            return
        self.bye_headers = list(request.headers)
        if self._watch:
            self._watch.peer_left()
        self._end()
        self.on_bye()

    def _take_info(self, request: Request, transaction: ServerTransaction) -> None:
        code = self.on_info(request.get("Content-Type"), request.body) if self._answered else 481
        self._agent.respond(transaction, reply(request, code))

    def _take_notify(self, request: Request, transaction: ServerTransaction) -> None:
        known = self._watch is not None and self._watch.concerns(request)
        self._agent.respond(transaction, reply(request, 200 if known else 481))
        if known and self._watch:
            self._watch.notified(request)

    def _take_refer(self, request: Request, transaction: ServerTransaction) -> None:
        _log.info("refer_refused", reason="a phone may not transfer its caller through this gateway")
        self._refuse(request, transaction, 403)

    def _take_prack(self, request: Request, transaction: ServerTransaction) -> None:  # and what is unknown
        self._refuse(request, transaction, 481)

    def _may_be_offered(self, request: Request) -> bool:  # once the call is answered
        return self._answered or (request.method == "UPDATE" and not request.body)

    def _take_offer(self, request: Request, transaction: ServerTransaction) -> None:
        """A re-INVITE or UPDATE (RFC 3261 §14.2, RFC 3311 §5.2); refused, it leaves the call as it was."""
        if self._offers.is_open and (request.method == "INVITE" or request.body):
            self._refuse(request, transaction, 491)
        elif not self._may_be_offered(request) or (request.method == "INVITE" and self._their_invite):
            self._refuse(request, transaction, 491 if self._their_invite else 500, wait_s=GLARE_WAIT_S)
        else:
            self._answer_offer(request, transaction)

    def _answer_offer(self, request: Request, transaction: ServerTransaction) -> None:
        wants_sdp = request.method == "INVITE" or bool(request.body)
        answer = self.on_reinvite(request.body or None) if wants_sdp else b""
        if isinstance(answer, Refusal):
            self._refuse(request, transaction, answer.code)
            return
        assert self._dialog is not None
        self._dialog.refresh_target(request)
        response = reply(request, 200, contact=self._agent.contact(self._hop))
        if self._answered:
            timer, headers = session_timer.accept(request)
            self._session.run(timer)
            for name, value in headers:
                response.add(name, value)
        if wants_sdp:
            self._local_sdp = answer
            response.add("Content-Type", SDP)
            response.body = answer
        if request.method == "INVITE":
            self._their_invite = transaction, request.cseq[0]
            self._offers.theirs_opened()
            self._late_offer = not request.body
            self._agent.expect_ack(self, transaction)
        self._agent.respond(transaction, response)

    def cancelled(self) -> None:
        """A CANCEL for a re-INVITE comes too late."""

    def acknowledged(self, request: Request) -> None:
        """The ACK of a 2xx of ours."""
        if self._over or not self._their_invite or request.cseq[0] != self._their_invite[1]:
            return
        self._agent.confirmed(self, self._their_invite[0])
        self._their_invite = None
        self._offers.theirs_closed()
        self._take_late_answer(request)

    def _take_late_answer(self, request: Request) -> None:
        if self._late_offer and request.body:
            self.on_late_answer(request.body)
        self._late_offer = False

    def timed_out(self) -> None:  # a 2xx of ours got no ACK within 64×T1
        if not self._over:
            self.on_lost()

    # -- the session timer ------------------------------------------------------------------------------------

    async def _refresh(self, headers: Headers) -> Response:
        """By UPDATE, or with the offer that stands."""
        if self._updates:
            response = await self._ask("UPDATE", headers)
            if response.status not in (405, 501):
                return response
            self._updates = False
        return await self._offers.make(self._local_sdp, headers)
