"""Digest authentication as a server (RFC 2617, RFC 7616, RFC 8760): a nonce needs no memory, only its count does."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from gateway.sip.wire.message import Response

Outcome = Literal["missing", "stale", "wrong", "ok"]
NONCE_LIFETIME_S = 60.0
REMEMBERED = 4096
_HASHES = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


@dataclass
class DigestServer:
    """One per node. Nonces are time and a keyed hash; nonce counts that were used are remembered while valid."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _used: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)

    def challenge(self, realm: str, now: float, *, stale: bool = False) -> str:
        """The value of WWW-/Proxy-Authenticate."""
        return f'Digest realm="{realm}", nonce="{self._nonce(now)}", algorithm=MD5, qop="auth"' + (
            ", stale=true" if stale else ""
        )

    def check(self, values: list[str], method: str, credentials: tuple[str, str], realm: str, now: float) -> Outcome:
        """Judges the Authorization headers of a request against user name and password."""
        offered = next((c for c in map(parse_credentials, values) if c.get("realm") == realm), None)
        if offered is None:
            return "missing"
        age = self._age(offered.get("nonce", ""), now)
        if age is None or not 0 <= age <= NONCE_LIFETIME_S:
            return "stale"
        username, password = credentials
        expected = response_for(offered, method, username, password)
        if expected is None or not _same(offered.get("username", ""), username):
            return "wrong"
        if not _same(offered.get("response", "").lower(), expected):
            return "wrong"
        return "ok" if self._fresh(offered) else "stale"

    def _fresh(self, offered: dict[str, str]) -> bool:
        """A nonce count may be used once (replay)."""
        key = (offered["nonce"], offered.get("cnonce", ""))
        try:
            count = int(offered.get("nc") or "1", 16)
        except ValueError:
            return False
        if count <= self._used.get(key, 0):
            return False
        self._used[key] = count
        while len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        return True

    def _nonce(self, now: float) -> str:
        stamp = struct.pack(">d", now) + secrets.token_bytes(4)
        return urlsafe_b64encode(stamp + hmac.digest(self.secret, stamp, "sha256")[:16]).decode()

    def _age(self, nonce: str, now: float) -> float | None:
        try:
            raw = urlsafe_b64decode(nonce.encode())
        except ValueError:
            return None
        stamp, seal = raw[:12], raw[12:]
        if len(raw) != 28 or not hmac.compare_digest(hmac.digest(self.secret, stamp, "sha256")[:16], seal):
            return None
        return now - struct.unpack(">d", stamp[:8])[0]


def _same(left: str, right: str) -> bool:
    """Compares in constant time; what a stranger wrote may not be valid UTF-8."""
    return hmac.compare_digest(_octets(left), _octets(right))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def parse_credentials(value: str) -> dict[str, str]:
    """The parameters of a Digest header, quotes taken off; empty for another scheme."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    found: dict[str, str] = {}
    while rest := rest.strip(" ,\t"):
        name, _, rest = rest.partition("=")
        if rest.startswith('"'):
            text, _, rest = rest[1:].partition('"')
        else:
            text, _, rest = rest.partition(",")
        found[name.strip().lower()] = text.strip()
    return found


def response_for(offered: dict[str, str], method: str, username: str, password: str) -> str | None:
    """The response that fits the parameters, in hex; None for an algorithm or qop that is not supported."""
    hashed = _HASHES.get(offered.get("algorithm", "md5").lower())
    qop = offered.get("qop", "")
    if hashed is None or qop not in ("", "auth"):
        return None

    def h(text: str) -> str:
        return hashed(_octets(text)).hexdigest()

    ha1 = h(f"{username}:{offered.get('realm', '')}:{password}")
    ha2 = h(f"{method}:{offered.get('uri', '')}")
    middle = f":{offered.get('nc', '')}:{offered.get('cnonce', '')}:{qop}" if qop else ""
    return h(f"{ha1}:{offered.get('nonce', '')}{middle}:{ha2}")


CHALLENGES = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}


def answer_to(response: Response, method: str, uri: str, credentials: tuple[str, str]) -> tuple[str, str] | None:
    """The header that answers a 401 or 407, from the first of its challenges that can be; None for anything else."""
    if response.status not in CHALLENGES:
        return None
    asks, header = CHALLENGES[response.status]
    values = (credentials_for(challenge, method, uri, *credentials) for challenge in response.all(asks))
    return next(((header, value) for value in values if value), None)


def credentials_for(challenge: str, method: str, uri: str, username: str, password: str) -> str | None:
    """The client's side: an Authorization value for a challenge; None when it cannot be answered."""
    offered = parse_credentials(challenge)
    qops = [q.strip() for q in offered.get("qop", "").split(",") if q.strip()]
    if not offered or (qops and "auth" not in qops):
        return None
    offered |= {"uri": uri, "qop": "auth" if qops else "", "nc": "00000001", "cnonce": secrets.token_hex(8)}
    response = response_for(offered, method, username, password)
    if response is None:
        return None
    parts = [
        f'username="{username}"',
        *(f'{n}="{offered[n]}"' for n in ("realm", "nonce", "uri")),
        f'response="{response}"',
    ]
    if "algorithm" in offered:
        parts.append(f"algorithm={offered['algorithm']}")
    if "opaque" in offered:
        parts.append(f'opaque="{offered["opaque"]}"')
    if qops:
        parts.append(f'qop=auth, nc={offered["nc"]}, cnonce="{offered["cnonce"]}"')
    return "Digest " + ", ".join(parts)
