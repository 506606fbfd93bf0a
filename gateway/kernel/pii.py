"""Personal data stays out of log messages.

Structured logs may carry a `pii` field; the renderer drops it unless asked for. Everything else,
and every line that a child process prints, passes `mask`, which removes telephone numbers, SIP
users that are numbers, and long digit runs.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

# A run of 7 or more digits, with the separators people and URIs put between them. Ids (TypeIDs,
# UUIDs, hashes, SIP Call-IDs) have letters beside their digits, times and ports are shorter.
_NUMBER = re.compile(r"(?<![0-9A-Za-z_.\-])(?:\+|sip_\+?|tel:\+?|sip:\+?)?(?:[0-9][ \-().]?){6,18}[0-9](?![0-9A-Za-z])")
# LiveKit identities and room names that carry a number: sip_+1510…, call-_+1510…_x
_EMBEDDED = re.compile(r"\+[0-9]{7,15}")


def mask(text: str) -> str:
    """`text` with telephone numbers and long digit runs replaced by ‹number›."""
    return _NUMBER.sub("‹number›", _EMBEDDED.sub("‹number›", text))


def mask_event(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: drops `pii`, masks every other string."""
    event.pop("pii", None)
    for key, value in event.items():
        if isinstance(value, str) and key not in ("timestamp", "call_id", "sip_call_id"):
            event[key] = mask(value)
    return event
