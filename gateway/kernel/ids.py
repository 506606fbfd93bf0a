"""Typed ids: a prefix that says what it is, then a UUIDv7 (sortable by time).

Prefixes: num trk rule agt tgt call leg cmp att rec xfer cap key evt whk dlv
hold era car ccl crt plan step rte ttst dnc drev dcon imp.
"""

from __future__ import annotations

import re

from typeid import TypeID

_SHAPE = re.compile(r"^[a-z]{2,5}_[0-7][0-9a-hjkmnp-tv-z]{25}$")


def new_id(prefix: str) -> str:
    """A fresh id, `call_01h…`; sorts by creation time within a prefix."""
    return str(TypeID(prefix=prefix))


def is_id(prefix: str, value: str) -> bool:
    """True if `value` is a well-formed id with this prefix."""
    return value.startswith(prefix + "_") and _SHAPE.match(value) is not None
