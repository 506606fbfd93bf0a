"""Spans of time in a recording: milliseconds from its beginning, from (inclusive) and to (exclusive). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

OPEN = -1  # the end of a span that lasts
MOST = 1000  # spans of one recording; what is more is one span from the first to the last of them
Span = tuple[int, int]


def joined(spans: Iterable[Sequence[int]]) -> list[list[int]]:
    """In order, those that touch made one; empty and backward ones left out."""
    found: list[list[int]] = []
    for begin, end in sorted((max(one[0], 0), one[1]) for one in spans):
        if end <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([begin, end])
    return found if len(found) <= MOST else [[found[0][0], found[-1][1]]]


def opened(pauses: Sequence[Sequence[int]], at: int) -> list[list[int]]:
    """With a pause that begins."""
    if pauses and pauses[-1][1] == OPEN:
        return [list(one) for one in pauses]
    return [*(list(one) for one in pauses), [at, OPEN]]


def closed(pauses: Sequence[Sequence[int]], at: int) -> list[list[int]]:
    """With the open pause ended."""
    return [[begin, max(begin, at) if end == OPEN else end] for begin, end in pauses]


def covers(spans: Sequence[Sequence[int]], wanted: Iterable[Sequence[int]]) -> bool:
    """Is everything that is `wanted` within `spans` (joined ones)?"""
    return all(any(begin <= one[0] and one[1] <= end for begin, end in spans) for one in joined(wanted))
