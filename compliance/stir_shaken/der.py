"""As much DER (ITU-T X.690) as the STIR extensions of a certificate need. Pure."""

from __future__ import annotations

from collections.abc import Iterator


class NotDer(ValueError):
    pass


def elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of each element in a row; tags of one byte, lengths in their shortest form. Raises NotDer."""
    at = 0
    while at < len(content):
        tag = content[at]
        if tag & 0x1F == 0x1F:
            raise NotDer("a tag of several bytes")
        length, at = _length(content, at + 1)
        if at + length > len(content):
            raise NotDer("an element that ends too early")
        yield tag, content[at : at + length]
        at += length


def only(content: bytes, tag: int) -> bytes:
    """The content of the one element there is, which has to be of `tag`. Raises NotDer."""
    found = list(elements(content))
    if len(found) != 1 or found[0][0] != tag:
        raise NotDer("not the one element that belongs there")
    return found[0][1]


def element(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + len(content).to_bytes(size, "big") + content


def _length(content: bytes, at: int) -> tuple[int, int]:
    if at >= len(content):
        raise NotDer("an element without a length")
    first = content[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    octets = content[at + 1 : at + 1 + size]
    length = int.from_bytes(octets, "big")
    if not 1 <= size <= 3 or len(octets) != size or octets[0] == 0 or length < 0x80:
        raise NotDer("a length that is not in its shortest form")
    return length, at + 1 + size
