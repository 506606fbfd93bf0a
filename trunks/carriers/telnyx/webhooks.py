"""Is a webhook from Telnyx? Ed25519 over `timestamp|body`, with the public key of the account."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.kernel.errors import NotAuthenticated

SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"
WINDOW = timedelta(minutes=5)  # an older one could be a recording played back


def check(public_key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """`public_key`: base64, as the portal shows it. Raises NotAuthenticated."""
    given = {name.lower(): value for name, value in headers.items()}
    signature, timestamp = given.get(SIGNATURE, ""), given.get(TIMESTAMP, "")
    if not public_key:
        raise NotAuthenticated(
            "webhooks of this account cannot be checked without its public key", code="carrier.keys",
            todo="copy the public key from the Telnyx portal (Account, Keys & Credentials) into this account's keys",
        )  # fmt: skip
    if not signature or not (timestamp.isascii() and timestamp.isdecimal()):
        raise _stranger("the webhook is not signed", "let only Telnyx call this address")
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise _stranger("the webhook was signed too long ago", "look whether the clock of this machine is right")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), timestamp.encode() + b"|" + body)
    except (InvalidSignature, ValueError, binascii.Error) as error:
        raise _stranger(
            "the webhook is not signed by this Telnyx account", "compare the public key with the one in the portal"
        ) from error


def _stranger(detail: str, todo: str) -> NotAuthenticated:
    return NotAuthenticated(detail, code="carrier.signature", todo=todo)
