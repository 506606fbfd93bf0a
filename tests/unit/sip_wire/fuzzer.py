"""Mutated INVITEs, offers and other messages from a seed: the same seed, the same storm.

An INVITE is bent as lines first (its length stays right, so that what is in it is read), some then as bytes as well.
"""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Callable

SPICE = (
    b"\r\n", b"\n", b"\0", b"\xff\xfe", b";", b",", b'"', b"<", b">", b":", b"99999", b"-1", b"4294967296", b"%s%n",
    "٣".encode(), "²".encode(), b";rport=99999999", b";received=192.0.2.8", b"SIP/9.9", b"tel:+1", b"[::1]", b" ",
    b"\t", b"tag=", b"Require: 100rel\r\n", b"m=audio 99999 RTP/AVP 0\r\n", b"c=IN IP4 256.1.1.1\r\n", b"z9hG4bK",
)  # fmt: skip
HUGE = ("0", "-1", "65536", "99999", "2147483648", "4294967296", "18446744073709551616", "9" * 400, "1e9", "٣")
NESTS = ("<", '"', "(", "[", ";", ",", "\\", '<sip:"', "multipart/mixed;boundary=", "%25")
LONGEST = 2000  # characters of what is made longer
LARGEST = 60_000  # bytes that fit into a datagram
LONGEST_OFFER = 30_000  # bytes that a node still reads
OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 40000 RTP/AVP 0 8 9 13 96
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:9 G722/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
a=ptime:20
a=maxptime:60
a=rtcp:40001 IN IP4 127.0.0.1
a=sendrecv
m=video 0 RTP/AVP 31"""
OFFER_LINES: tuple[str, ...] = tuple(OFFER.split("\n"))
HOSTS = ("0.0.0.0", "127.0.0.2", "256.1.1.1", "192.0.2.9", "224.0.0.1", "255.255.255.255", "::1", "host.invalid", "")
Lines = list[str]


class Fuzzer:
    """`user` is called; `source` is the host and port that the messages name as theirs."""

    def __init__(self, seed: int, user: str = "bob", source: str = "127.0.0.1:5099") -> None:
        self._chance = random.Random(seed)
        self._user, self._source = user, source
        self._number = 0

    def invite(self) -> bytes:
        """Bent in one to three places; each names a call and a branch of its own, unless those were what was bent."""
        self._number += 1
        while not harmless(raw := self._invite()):
            pass
        return raw[:LARGEST]

    def _invite(self) -> bytes:
        lines, body = self._headers(), list(OFFER_LINES)
        kind = self._chance.random()
        if kind < 0.75:
            lines[1:] = self._bent(lines[1:])
        if kind > 0.5:
            body = self._bent(body)
        if self._chance.random() < 0.05:
            lines[0] = self._line(lines[0])
        payload = "\r\n".join(body).encode("utf-8", "surrogateescape")
        head = "\r\n".join([*lines, f"Content-Length: {len(payload)}"]).encode("utf-8", "surrogateescape")
        raw = head + b"\r\n\r\n" + payload
        return self.bytes_of(raw) if self._chance.random() < 0.25 else raw

    def offer(self) -> bytes:
        """A bent description; what it sends us to is nobody's address."""
        while True:
            raw = "\r\n".join([*self._bent(list(OFFER_LINES)), ""]).encode("utf-8", "surrogateescape")
            raw = self.bytes_of(raw) if self._chance.random() < 0.2 else raw
            if harmless(raw):
                return raw[:LONGEST_OFFER]

    def bytes_of(self, seed: bytes) -> bytes:
        """A message with some of its bytes flipped, cut, repeated or spiced."""
        raw = bytearray(seed)
        for _ in range(self._chance.randint(1, 6)):
            at = self._chance.randrange(len(raw) + 1)
            length = self._chance.choice((0, 0, 1, 1, 3, 20))
            kind = self._chance.randrange(6)
            if kind == 0:
                del raw[at : at + length]
            elif kind == 1:
                raw[at:at] = self._chance.choice(SPICE)
            elif kind == 2:
                raw[at : at + length] = self._chance.choice(SPICE)
            elif kind == 3:
                raw[at:at] = raw[at : at + 60] * self._chance.randint(1, 3)
            elif kind == 4 and raw:
                raw[at % len(raw)] ^= 1 << self._chance.randrange(8)
            elif raw and self._chance.random() < 0.1:
                del raw[at:]
        return bytes(raw)

    def _headers(self) -> Lines:
        number, source = self._number, self._source
        return [
            f"INVITE sip:{self._user}@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP {source};branch=z9hG4bKfuzz{number};rport",
            "Max-Forwards: 70",
            f'From: "A. Caller" <sip:+15105550177@{source}>;tag=fuzz{number}',
            f"To: <sip:{self._user}@127.0.0.1>",
            f"Call-ID: fuzz-{number}@127.0.0.1",
            "CSeq: 1 INVITE",
            f"Contact: <sip:+15105550177@{source}>",
            "Record-Route: <sip:127.0.0.3;lr>, <sip:127.0.0.4;lr>",
            "Session-Expires: 1800;refresher=uac",
            "Supported: 100rel, timer",
            'Proxy-Authorization: Digest username="a", realm="r", nonce="bm9uY2U=", uri="sip:b", response="x"',
            "Allow: INVITE, ACK, BYE, CANCEL, UPDATE",
            "Accept: application/sdp",
            "Identity: eyJh.eyJi.c2ln;info=<https://cert.example/a.pem>;alg=ES256;ppt=shaken",
            "Content-Type: application/sdp",
        ]

    def _bent(self, lines: Lines) -> Lines:
        ways: list[Callable[[Lines, int], Lines]] = [
            lambda some, at: some[:at] + some[at + 1 :],
            lambda some, at: [*some[:at], some[at], *some[at:]],
            lambda some, at: [*some, some[at]],
            lambda some, at: self._chance.sample(some, len(some)),
            lambda some, at: [*some[:at], some[at] * self._chance.randint(2, 20), *some[at + 1 :]],
            lambda some, at: some + [some[at]] * self._chance.randint(1, 300),
            *[lambda some, at: [*some[:at], self._line(some[at]), *some[at + 1 :]]] * 8,
        ]
        for _ in range(self._chance.randint(1, 3)):
            if lines:
                lines = self._chance.choice(ways)(lines, self._chance.randrange(len(lines)))
        return lines

    def _line(self, line: str) -> str:
        """One line, bent where it has a number, an address, a word, or anywhere."""
        kind, pick = self._chance.randrange(7), self._chance.choice
        if kind == 0 and (numbers := list(re.finditer(r"\d+", line))):
            found = pick(numbers)
            return line[: found.start()] + pick(HUGE) + line[found.end() :]
        if kind == 1 and (hosts := list(re.finditer(r"\d+\.\d+\.\d+\.\d+", line))):
            found = pick(hosts)
            return line[: found.start()] + pick(HOSTS) + line[found.end() :]
        at = self._chance.randrange(len(line) + 1)
        if kind == 2:
            return line[:at] + pick(NESTS) * self._chance.randint(1, LONGEST // 10) + line[at:]
        if kind == 3:
            return line[:at] + pick("aZ9 \t%=/") * self._chance.randint(1, LONGEST) + line[at:]
        if kind == 4:
            return line[:at] + pick(SPICE).decode("utf-8", "surrogateescape") + line[at:]
        if kind == 5:
            return line[:at]
        return line[:at] + pick(("\udcff\udcfe", "\udcc0\udc80", "\0", "\x7f", "大", "\r\n ", "%00", "\\")) + line[at:]


_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*")


def harmless(raw: bytes) -> bool:
    """False if anything in it could be a public address: something would be sent there."""
    return not any(map(_is_public, set(_ADDRESS.findall(raw.decode("utf-8", "replace")))))


def _is_public(word: str) -> bool:
    try:
        return ipaddress.ip_address(word).is_global
    except ValueError:
        return False
