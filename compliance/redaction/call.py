"""The redactor of one call: segments go in as they are said, and come out without card numbers. Pure.

A number may be split over segments and speakers, so a segment may have to be corrected after it was given out:
`earlier` says how. While digits stand open that may become a card number, `open_run` says so, and the language model's
turn waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from compliance.redaction.context import Context
from compliance.redaction.listening import Listener
from compliance.redaction.run import OPEN_FROM
from compliance.redaction.segment import Segment, Source, Span
from compliance.redaction.silence import Word
from compliance.redaction.tokens import ascii_digits
from compliance.redaction.triggers import is_plain

KEPT_MS = 120_000
KEPT_SEGMENTS = 64
OPEN_MS = 2_500  # after the last digit, when nobody spoke of a card
OPEN_ARMED_MS = 8_000


@dataclass(frozen=True)
class Redacted:
    """`text`, `spans` and `silence` as in `Segment`; `earlier`: segments given out before, as they read now."""

    id: int
    text: str = field(repr=False)
    spans: tuple[Span, ...] = ()
    silence: tuple[tuple[int, int], ...] = ()
    open_run: bool = False
    earlier: tuple[Segment, ...] = ()


class CallRedactor:
    """Bounded: two minutes, 64 segments and 64 number words are kept, and only those with digits in them."""

    def __init__(self) -> None:
        self._context = Context()
        self._listener = Listener(self._context)
        self._sources: OrderedDict[int, Source] = OrderedDict()
        self._last_id = 0
        self._now = 0

    def take(
        self,
        speaker: str,
        text: str,
        at_ms: int,
        words: Sequence[Word] = (),
        until_ms: int | None = None,
    ) -> Redacted:
        """The next final segment of the call, in the order of speaking. `at_ms`: when it began, on the call's clock.

        `words`: each word as it stands in `text` with its start and end in ms. Without them the silence is the whole
        segment, from `at_ms` to `until_ms`; without both there is none.
        """
        self._now = now = max(self._now, at_ms)
        self._last_id += 1
        if is_plain(text) and not self._listener.expects(speaker, now):
            self._listener.pass_over(speaker, text)
            return Redacted(self._last_id, text, open_run=self.open_run(now))
        source = Source(self._last_id, speaker, text, at_ms, until_ms, words)
        self._listener.hear(source, ascii_digits(text), now)
        self._now = now = max(now, until_ms or 0, words[-1][2] if words else 0)
        self._listener.heard_until(now)
        one = source.redacted()
        earlier = tuple(old.redacted() for old in self._sources.values() if old.spans() != old.shown)
        if source.marks:
            self._sources[source.id] = source
            self._forget(now)
        return Redacted(one.id, one.text, one.spans, one.silence, self.open_run(now), earlier)

    def open_run(self, now_ms: int) -> bool:
        """Whether five or more digits stand open now. It closes by completion, by other words, and by time alone."""
        return self._open_digits(now_ms) >= OPEN_FROM

    def unsettled(self, now_ms: int) -> bool:
        """Whether any digit stands open: a segment that was given out may still be corrected."""
        return self._open_digits(now_ms) > 0

    def _open_digits(self, now: int) -> int:
        run = self._listener.run
        if not run.marks or self._listener.closed_by_words:
            return 0
        armed = self._context.armed(now, run.marks[0].segment)
        if now - self._listener.last_digit_ms > (OPEN_ARMED_MS if armed else OPEN_MS):
            return 0
        return run.open_digits(armed=armed)

    def _forget(self, now: int) -> None:
        while self._sources:
            oldest = next(iter(self._sources.values()))
            if len(self._sources) <= KEPT_SEGMENTS and now - oldest.at_ms <= KEPT_MS:
                return
            self._sources.popitem(last=False)
