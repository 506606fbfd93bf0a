"""A socket that throws whole messages at a node, acknowledges its refusals, and counts what comes back."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter

from tests.sip.storms.live_node import PATIENCE_S
from tests.unit.sip_wire.peer import header, new_branch, status_of

_COPIED = re.compile(r"^(?:via|from|to|call-id|cseq):.*\r\n", re.I | re.M)


class Stranger:
    """`answered` are final statuses, one for each transaction; `open` those that only a 100 has come for."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.target, self.host = ("127.0.0.1", port), host
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        self._sock.bind((host, 0))
        self.port: int = self._sock.getsockname()[1]
        self.sent = 0
        self.answered: Counter[int] = Counter()
        self.open: set[str] = set()
        self._ended: set[str] = set()
        self._news = asyncio.Event()
        self._probes = 0
        asyncio.get_running_loop().add_reader(self._sock.fileno(), self._read)

    def __enter__(self) -> Stranger:
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._sock.fileno())
        self._sock.close()

    def throw(self, raw: bytes) -> None:
        self.sent += 1
        self._sock.sendto(raw, self.target)

    async def seen(self) -> None:
        """Returns when the node has read all that was thrown so far: a socket is read in order."""
        self._probes += 1
        call_id = f"probe-{self._probes}-{self.port}"
        now = asyncio.get_running_loop().time
        deadline, probe, again_at = now() + PATIENCE_S, self._options(call_id), 0.0
        while call_id not in self._ended:
            assert now() < deadline, "the node answers no OPTIONS"
            if now() >= again_at:
                self._sock.sendto(probe, self.target)
                again_at = now() + 1.0
            await self._hear(1.0)

    async def settled(self, most: int = 0) -> None:
        """Returns when no more than `most` wait for their final answer."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while len(self.open) > most:
            assert asyncio.get_running_loop().time() < deadline, f"{len(self.open)} have no final answer"
            await self._hear(1.0)

    async def _hear(self, within_s: float) -> None:
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), within_s)
        except TimeoutError:
            return

    def _read(self) -> None:
        while True:
            try:
                text = self._sock.recv(65536).decode("utf-8", "surrogateescape")
            except BlockingIOError:
                break
            self._take(text)
        self._news.set()

    def _take(self, text: str) -> None:
        key, status = header(text, "Via"), status_of(text)
        if header(text, "Call-ID").startswith("probe-"):
            self._ended.add(header(text, "Call-ID"))
            return
        if status < 200:
            if key not in self._ended:
                self.open.add(key)
            return
        if key not in self._ended:
            self.answered[status] += 1
        self._ended.add(key)
        self.open.discard(key)
        if "INVITE" in header(text, "CSeq").upper() or not header(text, "CSeq"):
            self._sock.sendto(self._ack_of(text), self.target)

    def _ack_of(self, response: str) -> bytes:
        """By the response alone: what it answers may have been anything."""
        kept = "".join(_COPIED.findall(response.partition("\r\n\r\n")[0] + "\r\n"))
        kept = re.sub(r"(?im)^(cseq:.*?)INVITE", r"\1ACK", kept)
        return f"ACK sip:x@{self.target[0]} SIP/2.0\r\n{kept}Content-Length: 0\r\n\r\n".encode(
            "utf-8", "surrogateescape"
        )

    def _options(self, call_id: str) -> bytes:
        via = f"SIP/2.0/UDP {self.host}:{self.port};branch={new_branch()}"
        return (
            f"OPTIONS sip:{self.target[0]} SIP/2.0\r\nVia: {via}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:probe@{self.host}>;tag=probe\r\nTo: <sip:{self.target[0]}>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
