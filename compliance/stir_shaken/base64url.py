"""base64url as JWS has it (RFC 7515 §2): no padding, and one spelling for each content. Pure."""

from __future__ import annotations

import base64
import re

from compliance.stir_shaken.faults import invalid

_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")


def decode(text: str, what: str) -> bytes:
    """Raises Fault 438."""
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise invalid("base64url", f"the {what} is not base64url without padding")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(raw) != text:
        raise invalid("base64url", f"the {what} has bits left over in its base64url")
    return raw


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
