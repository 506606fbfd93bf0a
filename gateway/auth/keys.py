"""API keys: `gw_live_<id>_<secret>`. The secret has 256 random bits, so its SHA-256 is all that is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

PREFIX = "gw_live_"


@dataclass(frozen=True)
class NewKey:
    """`text` is shown once; `id` and `secret_hash` are kept."""

    id: str
    text: str
    secret_hash: str


def make_key() -> NewKey:
    identifier, secret = secrets.token_hex(8), secrets.token_hex(32)
    return NewKey(f"key_{identifier}", f"{PREFIX}{identifier}_{secret}", hash_of(secret))


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def split_key(text: str) -> tuple[str, str] | None:
    """(id, secret) of a well-formed key, else None."""
    identifier, found, secret = text.removeprefix(PREFIX).partition("_")
    if not text.startswith(PREFIX) or not found or not identifier or len(secret) != 64:
        return None
    return f"key_{identifier}", secret


def fits(secret: str, secret_hash: str) -> bool:
    return hmac.compare_digest(hash_of(secret), secret_hash)
