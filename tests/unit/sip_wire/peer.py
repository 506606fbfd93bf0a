"""A SIP peer made of plain strings on a UDP socket, and a UserAgent to try it on."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from gateway.sip.wire.sdp import MediaChoice, choose, write_answer
from gateway.sip.wire.ua import IncomingCall, UserAgent

HOST = "127.0.0.1"
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 96\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:96 telephone-event/8000\r\na=sendrecv\r\n"
)


class Peer:
    """`send` and `next`; `next` skips nothing, so a test sees every message that was sent to it."""

    def __init__(self, target: int = 0) -> None:
        self.target = (HOST, target)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind((HOST, 0))
        self.port: int = self.sock.getsockname()[1]
        self.inbox: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)
        self.call_id = f"{secrets.token_hex(6)}@peer"
        self.tag = secrets.token_hex(4)
        asyncio.get_running_loop().add_reader(self.sock.fileno(), self._read)

    def _read(self) -> None:
        while True:
            try:
                raw, source = self.sock.recvfrom(65536)
            except BlockingIOError:
                return
            self.target = source
            self.inbox.put_nowait(raw.decode("utf-8", "surrogateescape"))

    def send(self, message: str | bytes) -> None:
        self.sock.sendto(message if isinstance(message, bytes) else message.encode(), self.target)

    async def next(self, within: float = 40.0) -> str:
        return await asyncio.wait_for(self.inbox.get(), within)

    async def status(self, *wanted: int) -> str:
        """The next message, which must be a response with one of these codes."""
        message = await self.next()
        assert status_of(message) in wanted, message
        return message

    async def nothing(self, within: float = 100.0) -> None:
        try:
            message = await self.next(within)
        except TimeoutError:
            return
        raise AssertionError(f"nothing was due, but there came\n{message}")

    def forget(self) -> None:
        """Drops what has come so far."""
        while not self.inbox.empty():
            self.inbox.get_nowait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.sock.fileno())
        self.sock.close()

    def request(
        self, method: str, *, cseq: int = 1, branch: str = "", to_tag: str = "", body: str = "", extra: str = "",
        **change: str,
    ) -> str:  # fmt: skip
        """`change` replaces the value of a header (Max_Forwards="0"), or drops it (Contact="")."""
        uri = change.pop("uri", f"sip:bob@{HOST}:{self.target[1]}")
        headers = {
            "Via": f"SIP/2.0/UDP {HOST}:{self.port};branch={branch or new_branch()}",
            "Max-Forwards": "70",
            "From": f"<sip:alice@{HOST}>;tag={self.tag}",
            "To": f"<{uri}>" + (f";tag={to_tag}" if to_tag else ""),
            "Call-ID": self.call_id,
            "CSeq": f"{cseq} {method}",
            "Contact": f"<sip:alice@{HOST}:{self.port}>",
            "Content-Type": "application/sdp" if body else "",
            "Content-Length": str(len(body.encode())),
        } | {name.replace("_", "-"): value for name, value in change.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        return f"{method} {uri} SIP/2.0\r\n{lines}{extra}\r\n{body}"

    def invite(self, **options: Any) -> str:
        return self.request("INVITE", **{"body": OFFER, **options})

    def ack(self, response: str, invite: str = "", **options: Any) -> None:
        """For a 2xx with a branch of its own; for another final response give the INVITE."""
        branch = header(invite, "Via").split("branch=")[1] if invite else ""
        self.send(self.request("ACK", branch=branch, to_tag=tag_of(response), **options))

    def answer(self, request: str, status: int, *, tag: str = "", body: str = "", extra: str = "") -> None:
        kept = "".join(f"{n}: {header(request, n)}\r\n" for n in ("Via", "From", "Call-ID", "CSeq"))
        to = header(request, "To") + (f";tag={tag}" if tag else "")
        kind = "Content-Type: application/sdp\r\n" if body else ""
        contact = f"Contact: <sip:bob@{HOST}:{self.port}>\r\n"
        self.send(
            f"SIP/2.0 {status} Whatever\r\n{kept}To: {to}\r\n{contact if 'Contact' not in extra else ''}{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )


def new_branch() -> str:
    return f"z9hG4bK{secrets.token_hex(6)}"


def header(message: str, name: str) -> str:
    match = re.search(rf"^{name}: *([^\r\n]*)\r$", message, re.M | re.I)
    return match.group(1) if match else ""


def status_of(message: str) -> int:
    return int(message.split(" ")[1]) if message.startswith("SIP/2.0 ") else 0


def tag_of(response: str) -> str:
    return header(response, "To").partition("tag=")[2]


class Callee:
    """Takes every call; what happened is in `events`, in order."""

    def __init__(self, on_invite: Callable[[IncomingCall], None] | None = None) -> None:
        self.calls: asyncio.Queue[IncomingCall] = asyncio.Queue(maxsize=10_000)
        self.events: list[str] = []
        self._also = on_invite

    def take(self, call: IncomingCall) -> None:
        self.events.append("invite")
        call.on_cancelled = lambda: self.events.append("cancelled")
        call.on_confirmed = lambda: self.events.append("confirmed")
        call.on_ack_timeout = lambda: self.events.append("ack_timeout")
        call.on_bye = lambda: self.events.append("bye")
        self.calls.put_nowait(call)
        if self._also:
            self._also(call)


def sdp_for(call: IncomingCall) -> bytes:
    choice = choose(call.offer or b"")
    assert isinstance(choice, MediaChoice)
    return write_answer(choice, call.offer or b"", HOST, 41000, 7, 1)


def pick_up(call: IncomingCall) -> None:
    call.ring()
    call.answer(sdp_for(call))


@asynccontextmanager
async def user_agent(on_invite: Callable[[IncomingCall], None] = pick_up, **options: Any) -> AsyncIterator[UserAgent]:
    agent = UserAgent(HOST, 0, on_invite=on_invite, **options)
    await agent.start()
    try:
        yield agent
    finally:
        await agent.stop()


@asynccontextmanager
async def a_peer_of(agent: UserAgent) -> AsyncIterator[Peer]:
    peer = Peer(agent.port)
    try:
        yield peer
    finally:
        peer.close()


async def ringing(peer: Peer, callee: Callee, invite: str = "") -> IncomingCall:
    peer.send(invite or peer.invite())
    await peer.status(100)
    call = await callee.calls.get()
    call.ring()
    await peer.status(180)
    return call


async def answered(peer: Peer, callee: Callee, invite: str = "") -> tuple[IncomingCall, str]:
    call = await ringing(peer, callee, invite)
    call.answer(sdp_for(call))
    answer = await peer.status(200)
    peer.ack(answer)
    await confirmed(peer, answer)
    return call, answer


async def confirmed(peer: Peer, answer: str) -> None:
    """The ACK was read: whatever was sent after it has been answered."""
    peer.send(peer.request("OPTIONS", cseq=2, to_tag=tag_of(answer)))
    await peer.status(200)
