"""What a request must have before anything is kept about it; each refusal is a status (RFC 3261 §8.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.sip.wire import session_timer
from gateway.sip.wire.message import Request
from gateway.sip.wire.uri import parse_name_address, parse_uri, split_list
from gateway.sip.wire.via import well_formed

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER")
ALLOW = ", ".join(METHODS[:-1])  # a REFER is understood, and refused
EXTENSIONS = ("100rel", "timer")
SUPPORTED_BODY = "application/sdp"
ONCE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type")
SPOKEN = {"CSeq": "sequence number"}
LARGEST = 32 * 1024  # bytes of headers and body
_OTHER_SCHEME = re.compile(r"(?!sips?:|tel:)[a-z][a-z0-9+.-]*:", re.I)


@dataclass(frozen=True)
class Refusal:
    """A final response in place of service."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


def check(request: Request) -> Refusal | None:
    """None for a request that can be served; pure. The hops it has left are its proxies' affair (RFC 4475 §3.3.11)."""
    if request.version.upper() != "SIP/2.0":
        return Refusal(505, "Version Not Supported")
    if len(request.body) + sum(len(name) + len(value) for name, value in request.headers) > LARGEST:
        return Refusal(513, "Message Too Large")
    broken = _malformed(request)
    if broken:
        return Refusal(400, f"Bad Request ({broken})")
    if request.method not in METHODS:
        return Refusal(405, "Method Not Allowed", (("Allow", ALLOW),))
    try:
        parse_uri(request.uri)
    except ValueError:
        known = not _OTHER_SCHEME.match(request.uri)
        return Refusal(400, "Bad Request (URI)") if known else Refusal(416, "Unsupported URI Scheme")
    if request.method not in ("ACK", "CANCEL") and (unknown := _required(request)):
        return Refusal(420, "Bad Extension", (("Unsupported", ", ".join(unknown)),))
    if request.method == "INVITE" and request.body and not _is_sdp(request):
        return Refusal(415, "Unsupported Media Type", (("Accept", SUPPORTED_BODY),))
    if request.method == "INVITE" and not _accepts_sdp(request):
        return Refusal(406, "Not Acceptable")
    if request.method in ("INVITE", "UPDATE") and session_timer.too_small(request):
        return Refusal(422, "Session Interval Too Small", (("Min-SE", str(session_timer.LEAST_S)),))
    return None


def _malformed(request: Request) -> str:
    """What is wrong. It goes out as a reason phrase, so it never says "CSeq": SIPp takes that for the header."""
    if request.defect:
        return request.defect
    for name in ("From", "To", "Call-ID", "CSeq"):
        if not request.get(name):
            return f"no {SPOKEN.get(name, name)}"
    for name in ONCE:
        if len(request.all(name)) > 1:
            return f"{SPOKEN.get(name, name)} twice"
    try:
        number, method = request.cseq
        tag = parse_name_address(request.get("From")).tag
        parse_name_address(request.get("To"))
        if request.method == "INVITE":  # else there would be nowhere to send the BYE
            parse_uri(parse_name_address(split_list(request.all("Contact") or [""])[0]).uri)
    except (ValueError, IndexError):
        return "From, To, Contact or sequence number"
    if not well_formed(request):
        return "Via"
    if not 0 <= number < 2**31 or method != request.method:
        return "sequence number"
    hops = request.get("Max-Forwards").strip()
    if hops and not (hops.isascii() and hops.isdigit() and len(hops) < 5):
        return "Max-Forwards"
    return "" if tag or request.method == "CANCEL" else "From without tag"


def _required(request: Request) -> list[str]:
    """Extensions that the peer insists on and we have not."""
    tags = [tag.strip() for value in request.all("Require") for tag in value.split(",")]
    return [tag for tag in tags if tag and tag.lower() not in EXTENSIONS]


def _is_sdp(request: Request) -> bool:
    return request.get("Content-Type").split(";")[0].strip().lower() == SUPPORTED_BODY


def _accepts_sdp(request: Request) -> bool:
    """False if the answer to its offer would be a body that it does not take (RFC 4475 §3.3.15)."""
    kinds = {kind.split(";")[0].strip().lower() for kind in split_list(request.all("Accept"))}
    return not kinds or bool(kinds & {SUPPORTED_BODY, "application/*", "*/*"})
