"""Names of the Redis channels that psrpc uses (livekit/psrpc 0.7.2)."""

from __future__ import annotations

import re

_OUTSIDE = re.compile(r"[^0-9A-Za-z_]")


def _channel(*parts: str) -> str:
    escaped = (_OUTSIDE.sub(lambda found: f"u+{ord(found[0]):04x}", part) for part in parts if part)
    return "|".join(escaped)


def requests(service: str, method: str, topic: str = "") -> str:
    return _channel(service, method, topic, "REQ")


def claims(service: str, client_id: str) -> str:
    """Where servers tell a client that they would take its request."""
    return _channel(service, client_id, "CLAIM")


def claim_answers(service: str, method: str, topic: str = "") -> str:
    """Where the client tells servers whom it chose."""
    return _channel(service, method, topic, "RCLAIM")


def responses(service: str, client_id: str) -> str:
    return _channel(service, client_id, "RES")
