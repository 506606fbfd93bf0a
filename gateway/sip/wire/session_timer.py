"""Session timers (RFC 4028): who refreshes a call, how often, and when it counts as dead. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sip.wire.message import Message, Request, Response
from gateway.sip.wire.uri import parse_parameters

WANTED_S = 1800
LEAST_S = 90  # our Min-SE, and the smallest interval the RFC allows
LONGEST_S = 24 * 3600


@dataclass(frozen=True)
class SessionTimer:
    """`we_refresh`: ours is the next refresh. Seconds count from the answer or the last refresh."""

    interval_s: int
    we_refresh: bool

    @property
    def refresh_after_s(self) -> float:
        return self.interval_s / 2

    @property
    def dead_after_s(self) -> float:
        """When the side that waits for a refresh hangs up (§10)."""
        return self.interval_s - min(32.0, self.interval_s / 3)


def supports_timer(message: Message) -> bool:
    tags = [tag.strip().lower() for name in ("Supported", "Require") for v in message.all(name) for tag in v.split(",")]
    return "timer" in tags


def interval_in(message: Message) -> tuple[int, str] | None:
    """Seconds and refresher ("uac", "uas" or "") of Session-Expires; None without a readable one."""
    first, *parameters = message.get("Session-Expires").split(";")
    if (seconds := _seconds(first)) is None:
        return None
    refresher = parse_parameters(";".join(parameters)).get("refresher", "").lower()
    return seconds, refresher if refresher in ("uac", "uas") else ""


def least_in(message: Message) -> int:
    """Min-SE; the RFC's least when there is none."""
    return max(LEAST_S, _seconds(message.get("Min-SE").split(";")[0]) or 0)


def _seconds(text: str) -> int | None:
    text = text.strip()
    return min(int(text), LONGEST_S) if text.isascii() and text.isdigit() and len(text) < 10 else None


def too_small(request: Request) -> bool:
    """True for an interval below ours, from a side that understands a 422 (§9)."""
    asked = interval_in(request)
    return asked is not None and asked[0] < LEAST_S and supports_timer(request)


def accept(request: Request) -> tuple[SessionTimer | None, list[tuple[str, str]]]:
    """The timer that the 2xx to `request` agrees to, from our side, and the headers that say so (§9)."""
    asked = interval_in(request)
    if asked is None:
        return None, []
    interval = max(asked[0], LEAST_S)
    they_can = supports_timer(request)
    refresher = (asked[1] or "uac") if they_can else "uas"
    headers = [("Session-Expires", f"{interval};refresher={refresher}")]
    if they_can:
        headers.append(("Require", "timer"))
    return SessionTimer(interval, we_refresh=refresher == "uas"), headers


def ask(timer: SessionTimer | None = None, least_s: int = LEAST_S) -> list[tuple[str, str]]:
    """The headers of an INVITE of ours, or of a refresh of `timer`."""
    interval = max(timer.interval_s if timer else WANTED_S, least_s)
    refresher = "" if timer is None else ";refresher=uac" if timer.we_refresh else ";refresher=uas"
    return [("Session-Expires", f"{interval}{refresher}"), ("Min-SE", str(least_s))]


def agreed(response: Response) -> SessionTimer | None:
    """The timer that a 2xx to a request of ours agrees to; None when the call has none (§7.2)."""
    said = interval_in(response)
    if said is None:
        return None
    return SessionTimer(max(said[0], LEAST_S), we_refresh=said[1] != "uas")
