"""Rich call data (RFC 9795): the name that the caller's provider signed. Pure.

Addresses of pictures and cards are kept as text and never fetched: whoever calls would learn that somebody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from compliance.stir_shaken.faults import invalid

LONGEST_NAME = 64
LONGEST_ADDRESS = 512


@dataclass(frozen=True)
class CallerName:
    """`nam`, `apn` (another number to show), `icn` and `jcl` (addresses), as signed; "" when absent."""

    nam: str
    apn: str = ""
    icn: str = ""
    jcl: str = ""


def read_caller_name(claim: Any) -> CallerName:
    """Raises Fault 438 when the claim is not an object of texts with a name in it."""
    if not isinstance(claim, dict):
        raise invalid("rcd", "the claim rcd is not an object")
    name = _text(claim, "nam", LONGEST_NAME)
    if "jcd" in claim and "jcl" in claim:
        raise invalid("rcd", "the claim rcd has both jcd and jcl")
    if not name and "jcd" not in claim and "jcl" not in claim:
        raise invalid("rcd", "the claim rcd has no name")
    rest = (_text(claim, key, LONGEST_ADDRESS) for key in ("apn", "icn", "jcl"))
    return CallerName(name, *rest)


def _text(claim: dict[str, Any], key: str, longest: int) -> str:
    text = claim.get(key, "")
    if not isinstance(text, str) or len(text) > longest or not (text.isprintable()):
        raise invalid("rcd", f"the claim rcd has a {key} that is no text, or too long")
    return text
