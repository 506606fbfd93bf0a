"""Which stretches of the recording hold what was taken out of a text: characters to the times of words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MARGIN_MS = 120  # recognisers' word times are a little off
JOIN_MS = 400  # a gap this short between two silences is not worth hearing

Word = tuple[str, int, int]
"""A word as it stands in the text, when it begins and when it ends, in ms."""


def silences(text: str, spans: Sequence[tuple[int, int]], words: Sequence[Word]) -> list[tuple[int, int]]:
    """Times in ms, in order, for the characters of `spans`. All of the segment where words and text do not match."""
    if not spans or not words:
        return []
    placed: list[tuple[int, int, int, int]] = []
    at = 0
    for word, start_ms, end_ms in words:
        bare = word.strip()
        place = text.find(bare, at)
        if place < 0 or not bare:
            continue
        at = place + len(bare)
        placed.append((place, at, start_ms, end_ms))
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        inside = [one for one in placed if one[0] < end and one[1] > begin]
        covered = sum(min(end, one[1]) - max(begin, one[0]) for one in inside)
        letters = sum(character.isalnum() for character in text[begin:end])
        if covered < letters:
            return [(max(0, min(word[1] for word in words) - MARGIN_MS), max(word[2] for word in words) + MARGIN_MS)]
        found.append((max(0, min(one[2] for one in inside) - MARGIN_MS), max(one[3] for one in inside) + MARGIN_MS))
    return _joined(sorted(found))


def _joined(times: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in times:
        if found and start - found[-1][1] <= JOIN_MS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
