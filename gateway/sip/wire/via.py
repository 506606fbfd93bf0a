"""The topmost Via: where a response goes (RFC 3261 §18.2.2, RFC 3581)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.sip.wire.message import Message, Request
from gateway.sip.wire.uri import bracketed, parse_parameters

_VIA = re.compile(r"^SIP\s*/\s*2\.0\s*/\s*(\w+)\s+(\[[^\]]+\]|[^\s:;]+)\s*(?::\s*(\d+))?\s*(;.*)?$", re.I)


@dataclass(frozen=True)
class Via:
    transport: str
    sent_by: str
    branch: str


def top_via(message: Message) -> Via:
    """Raises ValueError when there is none that can be read."""
    match = _VIA.match(message.get("Via").split(",", 1)[0].strip())
    if not match:
        raise ValueError("no readable Via")
    transport, host, port, parameters = match.groups()
    branch = parse_parameters(parameters or "").get("branch", "")
    return Via(transport.lower(), f"{host.lower()}:{port or ''}", branch)


def stamp(request: Request, source: tuple[str, int]) -> None:
    """Writes where the request really came from into its top Via; what the sender claimed is overwritten."""
    for index, (name, value) in enumerate(request.headers):
        if name.lower() == "via":
            first, comma, rest = value.partition(",")
            kept = [p for p in first.split(";") if p.strip().split("=")[0].strip().lower() not in ("received", "rport")]
            kept += [f"received={bracketed(source[0])}", f"rport={source[1]}"]
            request.headers[index] = (name, ";".join(kept) + comma + rest)
            return
