"""Responses to requests (RFC 3261 §8.2.6)."""

from __future__ import annotations

from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.uri import parse_name_address
from gateway.sip.wire.validate import ALLOW, EXTENSIONS, Refusal

SERVER = "agent-phone-gateway"
REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    183: "Session Progress",
    200: "OK",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    428: "Use Identity Header",
    433: "Anonymity Disallowed",
    436: "Bad Identity Info",
    437: "Unsupported Credential",
    438: "Invalid Identity Header",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    600: "Busy Everywhere",
    603: "Decline",
    607: "Unwanted",
    608: "Rejected",
}


def reply(request: Request, status: int, reason: str = "", *, tag: str = "", contact: str = "") -> Response:
    """Copies what identifies the transaction, as far as it is there; `tag` becomes the To tag unless there is one."""
    response = Response(status=status, reason=reason or REASONS.get(status, "Unknown"))
    for value in request.all("Via"):
        response.add("Via", value)
    if request.method == "INVITE" and 100 < status < 300:
        for value in request.all("Record-Route"):
            response.add("Record-Route", value)
    to = request.get("To")
    try:
        needs_tag = bool(tag) and status > 100 and not parse_name_address(to).tag
    except ValueError:
        needs_tag = False
    for name, value in (
        ("From", request.get("From")),
        ("To", f"{to};tag={tag}" if to and needs_tag else to),
        ("Call-ID", request.call_id),
        ("CSeq", request.get("CSeq")),
    ):
        if value:
            response.add(name, value)
    if contact:
        response.add("Contact", contact)
    if 200 <= status < 300 and request.method in ("INVITE", "OPTIONS"):
        response.add("Allow", ALLOW)
        response.add("Supported", ", ".join(EXTENSIONS))
        response.add("Accept", "application/sdp")
    response.add("Server", SERVER)
    return response


def refuse(request: Request, refusal: Refusal, tag: str) -> Response:
    response = reply(request, refusal.status, refusal.reason, tag=tag)
    for name, value in refusal.headers:
        response.add(name, value)
    return response
