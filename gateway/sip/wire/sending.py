"""What a user agent sends: responses, and requests along a dialog's route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.sip.wire import validate
from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.layer import Hop, OnResponse, OnTimeout, TransactionLayer
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.tcp import Connection
from gateway.sip.wire.transactions import LIFETIME, ClientTransaction, ServerTransaction
from gateway.sip.wire.udp import Address

VIA_SIZE = 150  # what Via, Contact and Allow add to a request, about


class Sending:
    def __init__(self, layer: TransactionLayer) -> None:
        self._layer = layer

    def contact(self, hop: Hop) -> str:
        transport = f";transport={hop.transport}" if hop.transport != "udp" else ""
        return f"<sip:{self._layer.own_address(hop)}{transport}>"

    def add_contact(self, request: Request, hop: Hop) -> None:
        """Contact, and what we are able to do."""
        request.add("Contact", self.contact(hop))
        request.add("Allow", validate.ALLOW)
        request.add("Supported", ", ".join(validate.EXTENSIONS))

    def with_via(self, request: Request, hop: Hop) -> Request:
        request.headers.insert(0, ("Via", self._layer.new_via(hop)))
        return request

    def respond(self, transaction: ServerTransaction, response: Response) -> None:
        self._layer.respond(transaction, response)

    def send_again(self, transaction: ServerTransaction, raw: bytes) -> None:
        """A provisional response once more."""
        self._layer.send_again(transaction, raw)

    def send(self, request: Request, hop: Hop, on_response: OnResponse, on_timeout: OnTimeout) -> ClientTransaction:
        return self._layer.send_request(request, hop, on_response, on_timeout)

    async def way_to(self, address: Address, transport: str, server_name: str = "") -> Hop:
        """For a request outside of any call. Raises OSError or TimeoutError."""
        return await self._layer.hop_to(address, transport, server_name=server_name)

    def give_up(self, transaction: ClientTransaction) -> None:
        self._layer.give_up(transaction)

    def acknowledge(self, dialog: Dialog, cseq: int, hop: Hop, answer: bytes = b"") -> Callable[[], None]:
        """Sends the ACK of a 2xx along the route, with the answer to its offer; returns how to send it again."""
        address, transport = dialog.next_hop(hop.address)
        if hop.transport == "udp" and transport == "udp":
            hop = self._layer.udp_hop(address)
        ack = self.with_via(dialog.request("ACK", cseq=cseq), hop)
        if answer:
            ack.add("Content-Type", "application/sdp")
            ack.body = answer
        raw = ack.to_bytes()
        hop.send(raw)
        return lambda: hop.send(raw)

    async def exchange(
        self, dialog: Dialog, request: Request, hop: Hop, until: asyncio.Future[None] | None = None
    ) -> Response:
        """Sends a request of the dialog; its final response, a 408 of our own when none came, a 481 after `until`.

        A 2xx to an INVITE is acknowledged, as often as it comes and though nobody waits for it any more.
        """
        if until and until.done():
            return _gone()
        hop = await self._way(dialog, hop, len(request.to_bytes()) + VIA_SIZE)
        done: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        acks: list[Callable[[], None]] = []

        def settle(response: Response) -> None:
            if not done.done():
                done.set_result(response)

        def on_response(response: Response) -> None:
            if request.method == "INVITE" and 200 <= response.status < 300:
                if acks:
                    acks[0]()
                else:
                    dialog.refresh_target(response)
                    acks.append(self.acknowledge(dialog, request.cseq[0], hop))
            if response.status >= 200:
                settle(response)

        timeout = Response(status=408, reason="Request Timeout")
        transaction = self._layer.send_request(self.with_via(request, hop), hop, on_response, lambda: settle(timeout))
        if request.method == "INVITE":  # a re-INVITE rings at nobody: one that is only ever provisional is dead
            asyncio.get_running_loop().call_later(LIFETIME, self._layer.give_up, transaction)
        if not until:
            return await done
        await asyncio.wait((done, until), return_when=asyncio.FIRST_COMPLETED)
        return done.result() if done.done() else _gone()

    async def _way(self, dialog: Dialog, hop: Hop, size: int) -> Hop:
        """Where the next request of the dialog goes: over the connection of the call while it stands."""
        through = hop.through
        if isinstance(through, Connection) and through.is_open:
            return hop
        address, transport = dialog.next_hop(hop.address)
        name = through.server_name if isinstance(through, Connection) else ""
        try:
            return await self._layer.hop_to(address, transport or hop.transport, size=size, server_name=name)
        except (OSError, TimeoutError):
            return hop


def _gone() -> Response:
    return Response(status=481, reason="Call/Transaction Does Not Exist")
