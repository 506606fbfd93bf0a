"""The Merkle tree of RFC 6962 §2.1 as it grows: SHA-256, leaves and nodes told apart by their first byte. Pure.

        r            5 leaves; the frontier is [a, e]: the roots of the full subtrees, largest first.
       / \\           An append combines as many of them as the size has ones at its end: O(log n), one on average.
      a   e
     / \\
    ..  ..
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_over(roots: Iterable[bytes]) -> bytes:
    """The root over full subtrees that stand side by side, the largest first. Raises ValueError for none."""
    above: bytes | None = None
    for root in reversed(list(roots)):
        above = root if above is None else node_hash(root, above)
    if above is None:
        raise ValueError("there is nothing to make a root of")
    return above


class Frontier:
    """All that is needed of a tree to append to it."""

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        """Raises ValueError when no tree of this size has so many subtrees."""
        self.size, self.roots = size, list(roots)
        if size < 0 or len(self.roots) != size.bit_count() or any(len(root) != HASH_BYTES for root in self.roots):
            raise ValueError(f"{len(self.roots)} subtrees are not those of {size} leaves")

    def add(self, leaf: bytes) -> list[bytes]:
        """`leaf` is a leaf's hash. Returns it and the root of every subtree that it completes, from small to large."""
        completed, ones = [leaf], self.size
        while ones & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            completed.append(leaf)
            ones >>= 1
        self.roots.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return root_over(self.roots) if self.size else EMPTY_ROOT


def join_hex(hashes: Iterable[bytes]) -> str:
    return "".join(one.hex() for one in hashes)


def split_hex(text: str) -> list[bytes]:
    """Raises ValueError for what is not whole hashes in hex."""
    found = bytes.fromhex(text)
    if len(found) % HASH_BYTES or len(found) * 2 != len(text):
        raise ValueError("these are not whole hashes")
    return [found[at : at + HASH_BYTES] for at in range(0, len(found), HASH_BYTES)]
