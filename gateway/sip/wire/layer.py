"""The transaction layer in action: sockets below, the pure machines of `transactions` inside, requests above."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from gateway.kernel.logs import get_logger
from gateway.sip.wire.keys import MAGIC, client_key, server_key
from gateway.sip.wire.message import Malformed, Request, Response, parse
from gateway.sip.wire.replies import reply
from gateway.sip.wire.sockets import bind, bind_stream
from gateway.sip.wire.tcp import Connection, StreamTransport
from gateway.sip.wire.tls import TlsContexts
from gateway.sip.wire.transactions import ClientTransaction, Key, ServerTransaction, TransactionTable
from gateway.sip.wire.udp import Address, UdpTransport
from gateway.sip.wire.uri import bracketed
from gateway.sip.wire.via import stamp

UDP_LIMIT = 1300  # bytes; above it a request goes over TCP (RFC 3261 §18.1.1)


@dataclass(frozen=True)
class Hop:
    """Where a message came from and its answer goes to: an address, or a connection."""

    address: Address
    through: UdpTransport | Connection

    @property
    def transport(self) -> str:
        return self.through.name

    def send(self, raw: bytes) -> None:
        self.through.send(raw, self.address)


OnResponse = Callable[[Response], None]
OnTimeout = Callable[[], None]

_log = get_logger(__name__)


class TransactionLayer:
    """Hands each new request to `on_request(request, transaction, hop)` once; a 2xx's ACK comes with no transaction."""

    def __init__(
        self, host: str, port: int, *, advertised_host: str, tcp: bool, tls: TlsContexts | None = None,
        on_request: Callable[[Request, ServerTransaction | None, Hop], None],
    ) -> None:  # fmt: skip
        self._on_request = on_request
        self.advertised_host = advertised_host or host
        datagrams, connections = bind(host, port, tcp=tcp)
        self._udp = UdpTransport(datagrams, self._datagram)
        self._streams: dict[str, StreamTransport] = {}
        if connections:
            self._streams["tcp"] = StreamTransport(connections, self._stream)
        if tls:
            self._streams["tls"] = StreamTransport(bind_stream(host, tls.port), self._stream, tls)
        self.port = self._udp.port
        self.counters: Counter[str] = Counter()
        self._table = TransactionTable()
        self._hops: dict[Key, Hop] = {}
        self._waiting: dict[Key, tuple[OnResponse, OnTimeout]] = {}
        self.hears: Callable[[str], bool] = lambda source: True
        self.on_timeout: Callable[[ServerTransaction], None] = lambda transaction: None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for stream in self._streams.values():
            await stream.start()
        self._udp.start()

    async def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._udp.close()
        for stream in self._streams.values():
            await stream.close()

    # -- arriving ---------------------------------------------------------------------------------------------

    def _datagram(self, raw: bytes, source: Address) -> None:
        if raw.strip(b"\r\n\0 "):
            self._arrived(raw, Hop(source, self._udp))

    def _stream(self, raw: bytes, connection: Connection) -> None:
        self._arrived(raw, Hop(connection.source, connection))

    def _arrived(self, raw: bytes, hop: Hop) -> None:
        try:
            message = parse(raw)
        except Malformed:
            self.counters["malformed"] += 1
            return
        if isinstance(message, Response):
            self._response(message)
        else:
            self._request(message, hop)

    def _request(self, request: Request, hop: Hop) -> None:
        key = server_key(request)
        if key is None:
            self.counters["malformed"] += 1
            return
        stamp(request, hop.address)
        known = self._table.get(key)
        if isinstance(known, ServerTransaction):
            self._repeated(request, known, hop)
        elif request.method == "ACK":
            self._on_request(request, None, hop)
        elif not self.hears(hop.address[0]):
            self.counters["dropped"] += 1
        elif self._table.full_for(request.method):
            self.counters["overflow"] += 1
        else:
            transaction = ServerTransaction(key, request.method == "INVITE", hop.through.reliable, self._loop.time())
            self._hops[key] = hop
            self._keep(transaction)
            self._new_request(request, transaction, hop)

    def _new_request(self, request: Request, transaction: ServerTransaction, hop: Hop) -> None:
        try:
            self._on_request(request, transaction, hop)
        except ValueError:  # what validation let through and something further up could not read
            self.counters["unreadable"] += 1
            if (count := self.counters["unreadable"]) & (count - 1) == 0:  # the 1st, 2nd, 4th, 8th, …
                _log.warning("request_unreadable", method=request.method, count=count, exc_info=True)
            self.respond(transaction, reply(request, 400))

    def _repeated(self, request: Request, known: ServerTransaction, hop: Hop) -> None:
        if request.method == "ACK":
            if known.status < 300:  # an old phone gives the ACK of a 2xx the branch of its INVITE
                self._on_request(request, None, hop)
            elif not known.confirmed:
                known.confirm(self._loop.time())
                self._keep(known)
            return
        self.counters["retransmitted"] += 1
        if known.last:
            hop.send(known.last)

    def _response(self, response: Response) -> None:
        key = client_key(response)
        known = self._table.get(key) if key else None
        if not isinstance(known, ClientTransaction):
            self.counters["stray_response"] += 1
            return
        fresh = known.receive(response.status, self._loop.time())
        if not fresh and known.invite and 200 <= response.status < 300:
            fresh = True  # a 2xx again, or from another branch: the dialog ACKs it (RFC 3261 §13.2.2.4)
        if known.invite and response.status >= 300:
            self._hops[known.key].send(self._ack_for(known, response))
        self._keep(known)
        if fresh and known.key in self._waiting:
            try:
                self._waiting[known.key][0](response)
            except ValueError:  # a tag or contact that cannot be read; the sender tries again or gives up
                self.counters["malformed"] += 1

    def _ack_for(self, known: ClientTransaction, response: Response) -> bytes:
        """The ACK of a non-2xx belongs to the transaction (RFC 3261 §17.1.1.3)."""
        invite = parse(known.raw)
        assert isinstance(invite, Request)
        ack = Request(method="ACK", uri=invite.uri)
        ack.add("Via", invite.get("Via"))
        for name in ("Route", "Max-Forwards", "From", "Call-ID"):
            for value in invite.all(name):
                ack.add(name, value)
        ack.add("To", response.get("To"))
        ack.add("CSeq", f"{invite.cseq[0]} ACK")
        return ack.to_bytes()

    # -- leaving ----------------------------------------------------------------------------------------------

    def respond(self, transaction: ServerTransaction, response: Response) -> None:
        """Sends and remembers a response; a second final one, or one that comes too late, is dropped."""
        if transaction.status >= 200 or transaction.key not in self._hops:
            return
        raw = response.to_bytes()
        transaction.respond(response.status, raw, self._loop.time())
        self._hops[transaction.key].send(raw)
        self._keep(transaction)

    def send_again(self, transaction: ServerTransaction, raw: bytes) -> None:
        if hop := self._hops.get(transaction.key):
            hop.send(raw)

    def confirmed(self, transaction: ServerTransaction) -> None:
        """The dialog's ACK came."""
        if not transaction.confirmed:
            transaction.confirm(self._loop.time())
            self._keep(transaction)

    def knows_invite_of(self, cancel: ServerTransaction) -> bool:  # answered or not
        branch, sent_by, _ = cancel.key
        return self._table.get((branch, sent_by, "INVITE")) is not None

    def udp_hop(self, address: Address) -> Hop:
        return Hop(address, self._udp)

    def counted(self) -> dict[str, int]:
        return {
            **self.counters,
            "unsent": self._udp.unsent,
            "tcp_refused": sum(stream.refused for stream in self._streams.values()),
        }

    async def hop_to(self, address: Address, transport: str, *, size: int = 0, server_name: str = "") -> Hop:
        """A way to `address`; what is too large for UDP goes over TCP when it can.

        Raises OSError or TimeoutError; ConnectionRefusedError when this node does not speak the transport.
        """
        if transport == "udp" and (size <= UDP_LIMIT or "tcp" not in self._streams):
            return Hop(address, self._udp)
        stream = self._streams.get("tcp" if transport == "udp" else transport)
        if stream is None:
            raise ConnectionRefusedError(f"this node does not speak {transport}")
        try:
            return Hop(address, await stream.connect(address, server_name))
        except (OSError, TimeoutError):
            if transport != "udp":
                raise
            return Hop(address, self._udp)

    @property
    def tls_port(self) -> int:
        return self._streams["tls"].port if "tls" in self._streams else 0

    def own_address(self, hop: Hop) -> str:
        """host:port that the other side reaches us at, by the transport of `hop`."""
        port = self.tls_port if hop.transport == "tls" else self.port
        return f"{bracketed(self.advertised_host)}:{port}"

    def new_via(self, hop: Hop) -> str:
        branch = MAGIC + secrets.token_hex(10)
        return f"SIP/2.0/{hop.transport.upper()} {self.own_address(hop)};branch={branch};rport"

    def send_request(
        self, request: Request, hop: Hop, on_response: OnResponse, on_timeout: OnTimeout
    ) -> ClientTransaction:
        """Sends `request` (with its Via first) until it is answered."""
        key = client_key(request)
        assert key is not None
        transaction = ClientTransaction(
            key, request.method == "INVITE", hop.through.reliable, self._loop.time(), request.to_bytes()
        )
        self._hops[key] = hop
        self._waiting[key] = (on_response, on_timeout)
        self._keep(transaction)
        hop.send(transaction.raw)
        return transaction

    def give_up(self, transaction: ClientTransaction) -> None:
        """Lets an INVITE that was cancelled wait for its end no longer than 64×T1."""
        transaction.give_up(self._loop.time())
        self._table.schedule(transaction)
        self._wind()

    # -- time -------------------------------------------------------------------------------------------------

    def _keep(self, transaction: ServerTransaction | ClientTransaction) -> None:
        self._table.put(transaction)
        self._wind()

    def _wind(self) -> None:
        due = self._table.next_due()
        if due is None or (self._timer and not self._timer.cancelled() and self._timer.when() <= due):
            return
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._loop.time()
        for transaction in self._table.due(now):
            if (raw := transaction.tick(now)) is not None:
                self.counters["sent_again"] += 1
                self._hops[transaction.key].send(raw)
            if transaction.timed_out:
                self._timed_out(transaction)
            if transaction.over(now):  # a last answer may have given it more time
                self._hops.pop(transaction.key, None)
                self._waiting.pop(transaction.key, None)
        self._wind()

    def _timed_out(self, transaction: ServerTransaction | ClientTransaction) -> None:
        transaction.timed_out = False
        if isinstance(transaction, ServerTransaction):
            self.on_timeout(transaction)
        elif waiting := self._waiting.get(transaction.key):
            waiting[1]()
