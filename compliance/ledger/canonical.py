"""JSON of which there is one spelling only (JCS, RFC 8785), so that a hash of it means something. Pure.

Numbers are whole: a fraction has as many spellings as there are printers of it, and nothing here needs one.
"""

from __future__ import annotations

import json

_encode = json.JSONEncoder(ensure_ascii=False).encode
LARGEST = 2**53 - 1  # above it, JSON numbers are not exact everywhere (RFC 7493)


def canonical(value: object) -> str:
    """Raises ValueError for what has no such spelling."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError("a whole number beyond 2^53 has no canonical JSON")
        return str(int(value))
    if isinstance(value, list | tuple):
        return f"[{','.join(canonical(one) for one in value)}]"
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("canonical JSON has names that are text only")
        names = sorted(value, key=_utf16)
        return f"{{{','.join(f'{_text(name)}:{canonical(value[name])}' for name in names)}}}"
    raise ValueError(f"a {type(value).__name__} has no canonical JSON")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair has no canonical JSON") from None
    return _encode(text)
