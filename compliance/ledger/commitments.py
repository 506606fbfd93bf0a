"""A commitment to a personal value: it proves a value that is known, and tells nothing once the salt is gone. Pure.

HMAC-SHA256 with a salt of its own as the key: numbers are few enough to be tried all, salts are not.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

SALT_BYTES = 32


@dataclass(frozen=True)
class Kept:
    """What opens a commitment: `salt` in hex, `value` as canonical JSON. This is what erasure takes away."""

    salt: str
    value: str


def commitment(field: str, kept: Kept) -> str:
    """In hex. Raises ValueError for a salt that is none."""
    message = field.encode() + b"\0" + kept.value.encode()
    return hmac.new(bytes.fromhex(kept.salt), message, hashlib.sha256).hexdigest()


def opens(field: str, kept: Kept, committed: str) -> bool:
    try:
        return hmac.compare_digest(commitment(field, kept), committed)
    except ValueError:
        return False
