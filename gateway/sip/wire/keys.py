"""Which transaction a message belongs to (RFC 3261 §17.1.3, §17.2.3)."""

from __future__ import annotations

from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.transactions import Key
from gateway.sip.wire.via import top_via

MAGIC = "z9hG4bK"


def server_key(request: Request) -> Key | None:
    """Branch, sent-by and method, an ACK belonging to its INVITE; RFC 2543's rule without the magic."""
    try:
        via = top_via(request)
    except ValueError:
        return None
    method = "INVITE" if request.method == "ACK" else request.method
    if via.branch.startswith(MAGIC) and via.branch != MAGIC:  # the magic alone identifies nothing
        return via.branch, via.sent_by, method
    number = request.get("CSeq").split(" ")[0]
    return f"{request.call_id}|{number}|{request.get('From')}", via.sent_by, method


def client_key(message: Request | Response) -> Key | None:
    try:
        return top_via(message).branch, "", message.cseq[1]
    except ValueError:
        return None
