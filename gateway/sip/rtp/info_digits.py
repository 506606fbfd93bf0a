"""Keys in the body of a SIP INFO: `application/dtmf-relay` and `application/dtmf`, read and written. Pure."""

from __future__ import annotations

from gateway.sip.rtp.digits import KEYS, Pressed, check_digits

RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"
USUAL_MS, SHORTEST_MS, LONGEST_MS = 160, 40, 5000
_BY_NUMBER = {str(number): key for number, key in enumerate(KEYS)}  # some write 10 for *, 11 for # (RFC 4733 §3.2)


def read_info(content_type: str, body: bytes) -> Pressed | None:
    """The key of an INFO, or None if it tells of none that a phone has."""
    kind = content_type.split(";")[0].strip().lower()
    text = body[:200].decode("ascii", "replace")
    if kind == PLAIN:
        return _pressed(text, "")
    if kind != RELAY:
        return None
    fields: dict[str, str] = {}
    for line in text.replace("\r", "\n").split("\n"):
        name, _, value = line.partition("=")
        fields.setdefault(name.strip().lower(), value)
    return _pressed(fields.get("signal", ""), fields.get("duration", ""))


def _pressed(signal: str, duration: str) -> Pressed | None:
    signal, duration = signal.strip().upper(), duration.strip()
    digit = signal if len(signal) == 1 and signal in KEYS else _BY_NUMBER.get(signal)
    known = duration.isascii() and duration.isdigit() and len(duration) < 8
    return Pressed(digit, min(LONGEST_MS, int(duration)) if known else USUAL_MS) if digit else None


def write_info(digit: str, duration_ms: int = USUAL_MS, *, content_type: str = RELAY) -> bytes:
    """The body for one key. Raises BadInput for what is no key."""
    key = check_digits(digit)[:1]
    if content_type == PLAIN:
        return key.encode()
    return f"Signal={key}\r\nDuration={min(LONGEST_MS, max(SHORTEST_MS, duration_ms))}\r\n".encode()
