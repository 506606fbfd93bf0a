"""Keys of SRTP in the session description (SDES, RFC 4568). Pure; whoever calls makes the random key.

Both suites take 16 bytes of key and 14 of salt, so one key of ours serves either.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from gateway.sip.wire.sdp_text import SdpRefused

Suite = Literal["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"]
SUITES: tuple[Suite, ...] = get_args(Suite)
KEY_BYTES = 30


@dataclass(frozen=True)
class Crypto:
    """One usable a=crypto line: what its writer encrypts with."""

    tag: int
    suite: Suite
    key: bytes = field(repr=False)


def choose_crypto(values: Iterable[str]) -> Crypto | None:
    """The first line in the offerer's order that we can keep; None if there is none."""
    return next((crypto for crypto in map(read_crypto, values) if crypto), None)


def read_crypto(value: str) -> Crypto | None:
    """`1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31`; None for what we do not speak."""
    parts = value.split()
    if len(parts) < 3 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 10):
        return None
    suite: Suite | None = next((known for known in SUITES if known == parts[1].upper()), None)
    key = _inline(parts[2])
    # A parameter we do not keep makes the line unusable, unless its writer marked it as a wish (§6.3.7);
    # the window size hint is only advice.
    spoken = all(parameter.startswith(("-", "WSH=")) for parameter in parts[3:])
    return Crypto(int(parts[0]), suite, key) if suite and key and spoken else None


def _inline(text: str) -> bytes | None:
    """The 30 bytes of `inline:BASE64|lifetime`. A key index (MKI, with a colon) or several keys are not for us."""
    method, _, rest = text.partition(":")
    encoded, *limits = rest.split("|")
    if method.lower() != "inline" or ";" in rest or any(":" in limit for limit in limits):
        return None
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def write_crypto(tag: int, suite: Suite, key: bytes | None) -> str:
    """The attribute line for a key of ours. Raises SdpRefused without one of 30 bytes."""
    if key is None or len(key) != KEY_BYTES:
        raise SdpRefused("encrypted audio is asked for, and there is no key of ours")
    return f"a=crypto:{tag} {suite} inline:{base64.b64encode(key).decode()}"
