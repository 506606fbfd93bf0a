"""One stretch of a transcript, what was marked in it, and how it reads without that. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from compliance.redaction.marks import Label, Mark
from compliance.redaction.silence import Word, silences
from compliance.redaction.tokens import DIRECT, STRONG
from compliance.redaction.words import Kind


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the text as it came, and what stands there now."""

    start: int
    end: int
    label: Label


@dataclass(frozen=True)
class Segment:
    """A segment after redaction. `silence`: (start, end) in ms where the recording has to be silent."""

    id: int
    speaker: str
    text: str = field(repr=False)
    spans: tuple[Span, ...] = ()
    silence: tuple[tuple[int, int], ...] = ()


class Source:
    """A segment as it came, kept while something in it may still have to go."""

    __slots__ = ("at_ms", "id", "marks", "shown", "speaker", "text", "until_ms", "words")

    def __init__(
        self, number: int, speaker: str, text: str, at_ms: int, until_ms: int | None, words: Sequence[Word]
    ) -> None:
        self.id = number
        self.speaker = speaker
        self.text = text
        self.at_ms = at_ms
        self.until_ms = until_ms
        self.words = tuple(words)
        self.marks: list[Mark] = []
        self.shown: tuple[Span, ...] = ()  # what its readers were told last

    def spans(self) -> tuple[Span, ...]:
        """Labelled marks that follow each other become one span, named after the first."""
        found: list[Span] = []
        last: Mark | None = None
        joining = 0  # the end of an "and" after the last span
        for mark in self.marks:
            if mark.kind is Kind.CONJUNCTION:
                joining = mark.end
                continue
            if mark.label is None:
                last = None
                continue
            # a number that was said in one breath has no gap within, whatever its parts were taken for
            whole = last is not None and (mark.joint == DIRECT or (joining > last.end and mark.joint <= STRONG))
            if whole or (last is not None and last.label is mark.label and mark.joint <= STRONG):
                found[-1] = Span(found[-1].start, mark.end, found[-1].label)
            else:
                found.append(Span(mark.start, mark.end, mark.label))
            last = mark
        return tuple(found)

    def redacted(self) -> Segment:
        spans = self.spans()
        self.shown = spans
        if not spans:
            return Segment(self.id, self.speaker, self.text)
        parts: list[str] = []
        at = 0
        for span in spans:
            parts += (self.text[at : span.start], span.label.value)
            at = span.end
        parts.append(self.text[at:])
        quiet = silences(self.text, [(span.start, span.end) for span in spans], self.words)
        if not self.words and self.until_ms is not None:
            quiet = [(self.at_ms, self.until_ms)]
        return Segment(self.id, self.speaker, "".join(parts), spans, tuple(quiet))
