"""Many byte strings looked for at once: a table of fingerprints of their first bytes says where to look closer. Pure.

All forms of all planted numbers, tens of thousands, in one pass over each file; one pass each would not end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

FIRST = 6  # bytes that are looked at; no form is shorter
_BITS = 20
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - _BITS)


T = TypeVar("T")


class Fingerprints(Generic[T]):
    """`wanted`: what each byte string, of at least six bytes, stands for."""

    def __init__(self, wanted: Mapping[bytes, T]) -> None:
        self._by_first: dict[bytes, list[tuple[bytes, T]]] = {}
        for raw, meaning in wanted.items():
            if len(raw) < FIRST:
                raise ValueError(f"shorter than {FIRST} bytes")
            self._by_first.setdefault(raw[:FIRST], []).append((raw, meaning))
        self._table = np.zeros(1 << _BITS, dtype=bool)
        for first in self._by_first:
            self._table[_hashes(np.frombuffer(first, dtype=np.uint8))] = True

    def find(self, chunk: bytes) -> Iterator[tuple[int, bytes, T]]:
        """Where each stands in `chunk`, from the left."""
        if len(chunk) < FIRST or not self._by_first:
            return
        for at in np.flatnonzero(self._table[_hashes(np.frombuffer(chunk, dtype=np.uint8))]).tolist():
            for raw, meaning in self._by_first.get(chunk[at : at + FIRST], ()):
                if chunk.startswith(raw, at):
                    yield at, raw, meaning


def _hashes(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """One for every place where six bytes begin."""
    count = len(data) - FIRST + 1
    windows = np.zeros(count, dtype=np.uint64)
    for place in range(FIRST):
        windows |= data[place : place + count].astype(np.uint64) << np.uint64(8 * place)
    return windows * _FACTOR >> _SHIFT
