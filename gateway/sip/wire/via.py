"""The topmost Via: where a response goes (RFC 3261 §18.2.2, RFC 3581)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.sip.wire.message import Message, Request
from gateway.sip.wire.uri import bracketed, parse_parameters

# Any version: who speaks another one is told so in a response that comes back along the same way (§21.5.6)
_VIA = re.compile(r"^SIP\s*/\s*[0-9]+\.[0-9]+\s*/\s*(\w+)\s+(\[[^\]]+\]|[^\s:;,]+)\s*(?::\s*([0-9]+))?\s*(;.*)?$", re.I)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NOTHING_BETWEEN = re.compile(r"[;,]\s*(?=[;,]|$)")


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


def well_formed(message: Message) -> bool:
    """True if every Via can be read, and none has a separator too many (RFC 4475 §3.1.2.1)."""
    bare = [_QUOTED.sub("", value).strip() for value in message.all("Via")]
    return bool(bare) and all(
        not _NOTHING_BETWEEN.search(value) and all(_VIA.match(one.strip()) for one in value.split(","))
        for value in bare
    )


def stamp(request: Request, source: tuple[str, int]) -> None:
    """Writes where the request really came from into its top Via; what the sender claimed is overwritten."""
    for index, (name, value) in enumerate(request.headers):
        if name.lower() == "via":
            first, comma, rest = value.partition(",")
            kept = [p for p in first.split(";") if p.strip().split("=")[0].strip().lower() not in ("received", "rport")]
            kept += [f"received={bracketed(source[0])}", f"rport={source[1]}"]
            request.headers[index] = (name, ";".join(kept) + comma + rest)
            return
