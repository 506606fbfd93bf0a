"""Where a carrier calls us, in one line: `sip.example.com:5061;transport=tls`, as in a SIP URI (RFC 3261 §19.1)."""

from __future__ import annotations

import re

from trunks.carriers.port import SipTarget, Transport

_SHAPE = re.compile(
    r"^(?:sip:)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?:;transport=(?P<transport>udp|tcp|tls))?$"
)
_USUAL_PORT = {"udp": 5060, "tcp": 5060, "tls": 5061}


def target_of(text: str) -> SipTarget:
    """Raises ValueError with what a right one looks like."""
    found = _SHAPE.match(text)
    if found is None or not 0 < int(found["port"] or 1) < 65536:
        raise ValueError(f"{text!r} is no place for calls; write sip.example.com:5061;transport=tls")
    transport: Transport = found["transport"] or "udp"  # type: ignore[assignment]
    return SipTarget(found["host"], int(found["port"] or _USUAL_PORT[transport]), transport)


def text_of(target: SipTarget) -> str:
    return f"{target.host}:{target.port};transport={target.transport}"
