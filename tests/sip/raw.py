"""A SIP peer made of plain strings, so that what it sends and expects owes nothing to the code under test."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import time
from dataclasses import dataclass, field

from tests.sip.stack import PATIENCE

PCMU_OFFER = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)


@dataclass
class RawPeer:
    """One UDP socket towards the node. `invite` builds, `send` sends, `status` awaits a final or given status."""

    target: tuple[str, int]
    host: str = "127.0.0.1"
    call_id: str = field(default_factory=lambda: f"{secrets.token_hex(8)}@raw")
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    responses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((self.host, 0))
        self.port = self.sock.getsockname()[1]
        self.branch = f"z9hG4bK{secrets.token_hex(8)}"

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def request(
        self,
        method: str,
        user: str,
        *,
        cseq: int = 1,
        body: str = "",
        branch: str = "",
        to_tag: str = "",
        extra: str = "",
        via: str = "",
        from_user: str = "+15105550199",
    ) -> str:
        uri = f"sip:{user}@{self.target[0]}:{self.target[1]}"
        via = via or f"SIP/2.0/UDP {self.host}:{self.port};branch={branch or self.branch};rport"
        tag = f";tag={to_tag}" if to_tag else ""
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (
            f"{method} {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:{from_user}@{self.host}>;tag={self.tag}\r\nTo: <{uri}>{tag}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {cseq} {method}\r\n"
            f"Contact: <sip:raw@{self.host}:{self.port}>\r\n{extra}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def invite(self, user: str, *, offer: str = PCMU_OFFER, **options: str | int) -> str:
        body = offer.format(host=self.host, port=self.port + 1)
        return self.request("INVITE", user, body=body, **options)  # type: ignore[arg-type]

    def send(self, message: str | bytes) -> None:
        self.sock.sendto(message.encode() if isinstance(message, str) else message, self.target)

    def ask(self, message: str, *, patience: float = PATIENCE) -> str:
        """Sends, and sends again like a phone would (T1 doubling to T2), until a final response; returns it."""
        deadline, wait = time.monotonic() + patience, 0.5
        self.send(message)
        while True:
            response = self.receive(wait)
            if response and status_of(response) >= 200:
                return response
            if response:
                wait = 4.0
                continue
            assert time.monotonic() < deadline, f"no final response; got {[status_of(r) for r in self.responses]}"
            wait = min(wait * 2, 4.0)
            if not any(status_of(r) >= 100 for r in self.responses):
                self.send(message)

    def receive(self, patience: float) -> str | None:
        """The next response, or None after `patience` seconds; requests (BYE, OPTIONS) are answered 200."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                text = self.sock.recv(65535).decode(errors="replace")
            except TimeoutError:
                return None
            if text.startswith("SIP/2.0") and self.call_id not in text:
                continue  # a late answer to something this socket asked before
            if text.startswith("SIP/2.0"):
                self.responses.append(text)
                return text
            self.requests.append(text)
            self.send(answer_to(text))
        return None

    requests: list[str] = field(default_factory=list)

    def until_status(self, code: int, patience: float = PATIENCE) -> str:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            response = self.receive(deadline - time.monotonic())
            if response and status_of(response) == code:
                return response
        raise AssertionError(f"no {code}; got {[status_of(r) for r in self.responses]}")

    def until_request(self, method: str, patience: float = PATIENCE) -> str:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if found := next((r for r in self.requests if r.startswith(method + " ")), None):
                return found
            self.receive(min(0.2, deadline - time.monotonic()))
        raise AssertionError(f"no {method} came")

    def ack(self, response: str, user: str, *, cseq: int = 1) -> None:
        """ACK for a 2xx gets a branch of its own; for anything else the INVITE's (RFC 3261 §17.1.1.3)."""
        branch = f"z9hG4bK{secrets.token_hex(8)}" if status_of(response) < 300 else self.branch
        self.send(self.request("ACK", user, cseq=cseq, branch=branch, to_tag=tag_of(response)))

    def bye(self, response: str, user: str, *, cseq: int = 2) -> str:
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        return self.ask(self.request("BYE", user, cseq=cseq, branch=branch, to_tag=tag_of(response)))

    def authorization(self, challenge: str, user: str, name: str, password: str) -> str:
        """A Proxy-Authorization line for a 407 (RFC 2617, MD5, with qop when it was offered)."""
        realm = found(challenge, r'realm="([^"]*)"')
        nonce = found(challenge, r'nonce="([^"]*)"')
        uri = f"sip:{user}@{self.target[0]}:{self.target[1]}"
        ha1, ha2 = md5(f"{name}:{realm}:{password}"), md5(f"INVITE:{uri}")
        cnonce = secrets.token_hex(4)
        if "qop=" in challenge:
            digest = md5(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")
            qop = f', qop=auth, nc=00000001, cnonce="{cnonce}"'
        else:
            digest, qop = md5(f"{ha1}:{nonce}:{ha2}"), ""
        header = "Proxy-Authorization" if " 407 " in challenge.splitlines()[0] else "Authorization"
        return (
            f'{header}: Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{digest}", algorithm=MD5{qop}\r\n'
        )


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def found(text: str, pattern: str) -> str:
    match = re.search(pattern, text)
    assert match, f"{pattern} not in the message"
    return match.group(1)


def status_of(response: str) -> int:
    return int(response.split(" ", 2)[1])


def tag_of(response: str) -> str:
    match = re.search(r"^(?:To|t):.*;tag=([^;\r\n]+)", response, re.M | re.I)
    return match.group(1) if match else ""


def answer_to(request: str) -> str:
    """A 200 for any request that the node sends in the dialog."""
    kept = [
        line
        for line in request.split("\r\n\r\n", 1)[0].split("\r\n")[1:]
        if line.split(":", 1)[0].lower() in {"via", "from", "to", "call-id", "cseq"}
    ]
    return "SIP/2.0 200 OK\r\n" + "\r\n".join(kept) + "\r\nContent-Length: 0\r\n\r\n"
