"""REFER as the side that transfers (RFC 3515): what the NOTIFYs and the end of the call say of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gateway.sip.wire.message import Request

_STATUS_LINE = re.compile(rb"^\s*SIP/2\.0\s+([1-6]\d\d)\s*([^\r\n]*)", re.I)
LONGEST_REASON = 200


@dataclass(frozen=True)
class ReferOutcome:
    """`unknown`: accepted, and then nothing was said of how it ended. `code` is the last status known, 0 for none.

    `peer_left`: the other side hung up after it had accepted, before it told the end; many do once they are connected.
    `taken`: a NOTIFY came, so the REFER itself was accepted, and a failure is that of the target.
    """

    kind: Literal["success", "failure", "unknown"]
    code: int = 0
    reason: str = ""
    peer_left: bool = False
    taken: bool = False


@dataclass(frozen=True)
class Notified:
    """One NOTIFY: the status inside (0 when there is none), and whether it is the last."""

    code: int
    reason: str
    last: bool


def is_refer_event(request: Request) -> bool:
    return request.get("Event").split(";")[0].strip().lower() == "refer"


def event_id(request: Request) -> int | None:
    """The CSeq number of the REFER that a NOTIFY is about, if it says so."""
    for parameter in request.get("Event").split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "id" and value.isascii() and value.isdigit() and len(value) < 11:
            return int(value)
    return None


def read_notify(request: Request) -> Notified:
    found = _STATUS_LINE.match(request.body)
    code = int(found.group(1)) if found else 0
    reason = found.group(2).decode("utf-8", "replace").strip()[:LONGEST_REASON] if found else ""
    state = request.get("Subscription-State").split(";")[0].strip().lower()
    return Notified(code, reason, last=state == "terminated")


def outcome_of(notified: Notified, last_code: int) -> ReferOutcome | None:
    """None while it goes on; a final status decides even if the subscription is kept open."""
    if notified.code >= 300:
        return ReferOutcome("failure", notified.code, notified.reason, taken=True)
    if notified.code >= 200:
        return ReferOutcome("success", notified.code, notified.reason, taken=True)
    if notified.last:
        return ReferOutcome("unknown", notified.code or last_code, "the other side told no end")
    return None
