"""Ranges of bytes as HTTP asks for them (RFC 9110 §14). Pure."""

from __future__ import annotations

import re

from gateway.kernel.errors import GatewayError

_ONE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


class NotSatisfiable(GatewayError):
    status, code, title = 416, "range.not_satisfiable", "The range is not there"


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """From and to (exclusive); None when all is wanted, or when what is asked is no single range of bytes.

    Raises NotSatisfiable for one beyond the end.
    """
    found = _ONE.match(header.strip()) if header else None
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(size - int(found[2]), 0), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise NotSatisfiable("the recording is shorter", headers={"Content-Range": f"bytes */{size}"})
    return start, end
