"""SIP messages: read from bytes, written to bytes (RFC 3261 §7). Tolerant where the RFC is, strict where safety is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_HEADERS = 200
MAX_LINE = 8192

# RFC 3261 §20 and the extensions that carriers shorten as well
COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "c": "content-type", "l": "content-length",
    "s": "subject", "k": "supported", "e": "content-encoding", "x": "session-expires", "y": "identity", "r": "refer-to",
    "o": "event", "b": "referred-by", "u": "allow-events", "n": "identity-info",
}  # fmt: skip
_BARE_NUL = re.compile(r"(?<!\\)\0")  # behind a backslash it is part of a quoted string (RFC 3261 §25.1)
_FORGES = re.compile(r"[\r\n]|" + _BARE_NUL.pattern)
_TOKEN = re.compile(r"^[A-Za-z0-9\-.!%*_+`'~]+$")


class Malformed(ValueError):
    """The bytes are not a SIP message; the text says which part."""


@dataclass
class Message:
    """Headers keep their order; names compare without case, compact forms are expanded."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def get(self, name: str, default: str = "") -> str:
        return next(iter(self.all(name)), default)

    def add(self, name: str, value: str) -> None:
        if _FORGES.search(value):
            raise ValueError(f"{name} must be one line")
        self.headers.append((name, value))

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method. Raises ValueError when it is not `number METHOD`."""
        number, _, method = self.get("CSeq").strip().partition(" ")
        if not (number.isascii() and number.isdigit() and len(number) < 11):
            raise ValueError("no readable CSeq")
        return int(number), method.strip()

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    def _to_bytes(self, first_line: str) -> bytes:
        lines = [first_line, *(f"{name}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body


@dataclass
class Request(Message):
    method: str = ""
    uri: str = ""
    version: str = "SIP/2.0"
    defect: str = ""  # headers that can be read, and yet no valid request: it gets a 400 rather than no answer

    def to_bytes(self) -> bytes:
        return self._to_bytes(f"{self.method} {self.uri} SIP/2.0")


@dataclass
class Response(Message):
    status: int = 0
    reason: str = ""

    def to_bytes(self) -> bytes:
        return self._to_bytes(f"SIP/2.0 {self.status} {self.reason}")


def parse(raw: bytes) -> Request | Response:
    """One whole message. Raises Malformed; never another error. Content-Length cuts the body.

    A request that can be answered, but not served, comes with its `defect` (RFC 3261 §18.3); a response is malformed.
    """
    head, found, body = raw.partition(b"\r\n\r\n")
    if not found:
        raise Malformed("no empty line after the headers")
    lines = _unfolded(head.decode("utf-8", "surrogateescape"))
    message = _started(lines[0])
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t")
        if not colon or not _TOKEN.match(name):
            raise Malformed("a header line without a name")
        message.headers.append((COMPACT.get(name.lower(), name) if len(name) == 1 else name, value.strip()))
    message.body, defect = _cut_body(message, body)
    if defect and isinstance(message, Response):
        raise Malformed(f"{defect} of a response")
    if defect and isinstance(message, Request):
        message.defect = message.defect or defect
    return message


def _unfolded(text: str) -> list[str]:
    """Header lines, continuation lines joined (RFC 3261 §7.3.1)."""
    if _BARE_NUL.search(text):
        raise Malformed("a NUL byte in the headers")
    lines: list[str] = []
    for line in text.split("\r\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    if any("\r" in line or "\n" in line for line in lines):  # copied into a response it would forge a header
        raise Malformed("a lone CR or LF in the headers")
    if len(lines) > MAX_HEADERS or any(len(line) > MAX_LINE for line in lines):
        raise Malformed("too many or too long header lines")
    return lines


def _started(line: str) -> Request | Response:
    first, _, rest = line.partition(" ")
    if first.upper().startswith("SIP/"):
        code, space, reason = rest.partition(" ")
        if first.upper() != "SIP/2.0" or not space or not re.fullmatch(r"[1-6][0-9][0-9]", code):
            raise Malformed("not a SIP/2.0 status line")
        return Response(status=int(code), reason=reason)
    uri, _, version = rest.rstrip(" \t").rpartition(" ")
    if not _TOKEN.match(first) or not version.upper().startswith("SIP/"):
        raise Malformed("not a SIP request line")
    request = Request(method=first, uri=uri, version=version)
    if line != f"{first} {uri} {version}" or not uri or re.search(r"\s", uri):
        request.defect = "request line"
    return request


def _cut_body(message: Message, body: bytes) -> tuple[bytes, str]:
    """The body, and what is wrong with its length."""
    declared = [length.strip() for length in message.all("Content-Length")]
    message.headers = [(name, value) for name, value in message.headers if name.lower() != "content-length"]
    if not any(declared):
        return body, ""
    length = declared[0]
    if len(declared) > 1:  # who believes the other one sees another message
        return b"", "Content-Length twice"
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > len(body):
        return b"", "Content-Length"
    return body[: int(length)], ""
