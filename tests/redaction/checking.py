"""Runs talks through a redactor and says what was left and what was taken without need."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.redaction.call import CallRedactor
from compliance.redaction.segment import Span
from tests.redaction.corpus import Talk


@dataclass(frozen=True)
class Outcome:
    """`left`: tokens of a number, code or expiry that stayed. `taken`: spans in a talk without any card."""

    left: int
    taken: int
    texts: tuple[str, ...]


def outcome(talk: Talk) -> Outcome:
    """As readers see the talk in the end, corrections of earlier segments applied."""
    redactor = CallRedactor()
    spans: dict[int, tuple[Span, ...]] = {}
    texts: dict[int, str] = {}
    for turn in talk.turns:
        found = redactor.take(turn.speaker, turn.text, turn.at_ms)
        for one in (found, *found.earlier):
            spans[one.id], texts[one.id] = one.spans, one.text
    left = 0
    for turn, gone in zip(talk.turns, spans.values(), strict=True):
        for start, end in turn.secret:
            left += not any(span.start <= start and end <= span.end for span in gone)
    secret = any(turn.secret for turn in talk.turns)
    return Outcome(left, 0 if secret else sum(map(len, spans.values())), tuple(texts.values()))
