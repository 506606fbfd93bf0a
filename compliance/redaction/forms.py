"""How the digits of a number may lie in a file: text, packed, encoded, escaped. Each form as bytes. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator

SEPARATORS = (" ", "-", ".", ",", "_", "/", "\u00a0", "\u2013", "\u2011", "\t", "\n", ", ")
_SIZES = ((4, 4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (1,) * 19, (2,) * 10)


def forms_of(digits: str) -> Iterator[tuple[str, bytes]]:
    """The name of each form and its bytes. `digits`: 6 and more ASCII digits."""
    for name, text in _texts(digits):
        for encoding, raw in _encoded(text):
            yield f"{name}{encoding}", raw
            yield f"{name}{encoding}, hex", raw.hex().encode()
            yield f"{name}{encoding}, HEX", raw.hex().upper().encode()
            for place, cut in enumerate(_base64(raw)):
                yield f"{name}{encoding}, base64 at {place}", cut
                if cut != (safe := cut.translate(bytes.maketrans(b"+/", b"-_"))):
                    yield f"{name}{encoding}, base64url at {place}", safe
    yield from _packed(digits)


def _texts(digits: str) -> Iterator[tuple[str, str]]:
    yield "plain", digits
    yield "reversed", digits[::-1]
    for sizes in _SIZES:
        groups, at = [], 0
        for size in sizes:
            if at < len(digits):
                groups.append(digits[at : at + size])
                at += size
        if at < len(digits):
            groups.append(digits[at:])
        shape = "-".join(str(len(group)) for group in groups)
        for separator in SEPARATORS:
            yield f"{shape} with {separator!r}", separator.join(groups)
    yield "full-width", "".join(chr(0xFF10 + int(one)) for one in digits)
    yield "escaped", "".join(f"\\u{ord(one):04x}" for one in digits)
    yield "escaped full-width", "".join(f"\\uff1{one}" for one in digits)
    yield "percent-encoded", "".join(f"%{ord(one):02x}" for one in digits)
    yield "in an array", ",".join(f'"{one}"' for one in digits)
    yield "in an array, spaced", ", ".join(f'"{one}"' for one in digits)


def _encoded(text: str) -> Iterator[tuple[str, bytes]]:
    yield "", text.encode()
    yield ", UTF-16 LE", text.encode("utf-16-le")
    yield ", UTF-16 BE", text.encode("utf-16-be")


def _base64(raw: bytes) -> Iterator[bytes]:
    """What stands in base64 whatever comes before and after, for each of the three offsets."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + raw)
        first = -(-before * 8 // 6)  # characters that also hold bits of what is before
        last = (before + len(raw)) * 8 // 6
        yield whole[first:last]


def _packed(digits: str) -> Iterator[tuple[str, bytes]]:
    """Two digits a byte (BCD), both orders, the odd one filled with 0 or F; one digit a byte; an integer."""
    for fill in "0F":
        for name, text in ((f"{fill} after", digits + fill), (f"{fill} before", fill + digits)):
            even = (text if len(digits) % 2 else digits).encode().decode()
            raw = bytes.fromhex(even)
            yield f"BCD, {name}", raw
            yield f"BCD swapped, {name}", bytes((one & 15) << 4 | one >> 4 for one in raw)
    yield "a digit a byte", bytes(int(one) for one in digits)
    number = int(digits)
    yield "integer LE", number.to_bytes(8, "little")
    yield "integer BE", number.to_bytes(8, "big")
