"""Segment by segment, the tokens are sorted into runs of digits and words that say what they are. Pure."""

from __future__ import annotations

from compliance.redaction.context import Context
from compliance.redaction.marks import Mark
from compliance.redaction.run import Run
from compliance.redaction.segment import Source
from compliance.redaction.shapes import shapes_in
from compliance.redaction.tokens import APART, DIRECT, PLACEHOLDER, STRONG, Token, tokens_of, words_of
from compliance.redaction.topics import LASTS, Topic
from compliance.redaction.words import Kind

APART_WORDS = 6  # other words that may stand within a number
APART_WORDS_ARMED = 24
APART_MS = 20_000
APART_ARMED_MS = 60_000
CLOSING_WORDS = 3  # of the one who said the digits: the run is no longer waited for
SMALL_WEIGHT = 3
_ENDS = (Topic.CODE, Topic.EXPIRY, Topic.OTHER)
_SOFT = (Topic.FILLER, Topic.COUNTER, Topic.COUNTED, Topic.REPAIR)
LONG_TYPED = 12  # digits with letters beside them are looked at from here on


class Listener:
    """Holds the run that is going on. What a run turns out to be stands on its marks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.run = Run()
        self.last_digit_ms = 0
        self.closed_by_words = False
        self._joint = DIRECT
        self._repairs = False
        self._now = 0
        self._segment = 0

    def listens_to(self, speaker: str) -> bool:
        return speaker in self.run.apart

    def expects(self, speaker: str, now: int) -> bool:
        """Whether a word in doubt ("um", "to") may be a digit now, even alone."""
        return (self.run.after_card or self.listens_to(speaker)) and now - self.last_digit_ms <= APART_MS

    def pass_over(self, speaker: str, text: str) -> None:
        """A segment without anything that counts."""
        if self.listens_to(speaker):
            self._apart(speaker, len(words_of(text)))

    def heard_until(self, now: int) -> None:
        if self.run.marks and self.run.marks[-1].segment == self._segment:
            self.last_digit_ms = now

    def hear(self, source: Source, text: str, now: int) -> None:
        """`text`: the segment's, with ASCII digits."""
        self._now, self._segment = now, source.id
        tokens = tokens_of(text)
        if now - self.last_digit_ms > self._patience():
            self._end()
        armed = self._context.armed(now, source.id)
        taken = shapes_in(text, telephones=not armed) if any(token.typed for token in tokens) else []
        filled = [match.span() for match in PLACEHOLDER.finditer(text)] if "[card " in text else []
        self._joint = STRONG  # a new segment
        self._repairs = False
        skip_until = -1
        for place, token in enumerate(tokens):
            if token.start < skip_until:
                continue
            if inside := _covering(taken, token) or _covering(filled, token):
                skip_until = inside[1]
                self._end()
                if inside in filled:
                    self._context.find("", now)
                continue
            self._hear(source, tokens, place, token)
        self._judge()

    def _hear(self, source: Source, tokens: list[Token], place: int, token: Token) -> None:
        if not token.close:
            self._joint = max(self._joint, STRONG)
        if token.kind is not None and self._counts(tokens, place, token, source.speaker):
            self._digits(source, tokens, place, token)
        elif token.topic is not None:
            self._topic(source, tokens, place, token.topic, token)
        elif token.kind is Kind.CONJUNCTION:
            self._joint = max(self._joint, STRONG)
        elif self.listens_to(source.speaker):
            self._apart(source.speaker, 1)

    def _counts(self, tokens: list[Token], place: int, token: Token, speaker: str) -> bool:
        """Whether a number token is part of a number here: an article or a "double" needs digits beside it."""
        if token.glued and len(token.typed) < LONG_TYPED:
            return False
        number = token.number
        if number is None or not (number.weak or number.kind in (Kind.CONJUNCTION, Kind.TIMES, Kind.TIMES_WORD)):
            return True
        if number.kind is Kind.CONJUNCTION:
            return self._follows(speaker) and self.run.marks[-1].kind is not Kind.CONJUNCTION
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        before_digits = following is not None and following.kind is not None and not following.glued
        if number.kind is Kind.TIMES_WORD:
            return before_digits and self._follows(speaker)
        if number.kind is Kind.TIMES:
            return before_digits or (following is not None and following.topic is Topic.FILLER)
        if before_digits or (self.expects(speaker, self._now) and not self.run.apart.get(speaker)):
            return True
        last = self.run.marks[-1] if self.run.marks else None
        return last is not None and last.speaker != speaker and (last.kind, last.value) == (number.kind, number.value)

    def _follows(self, speaker: str) -> bool:
        return bool(self.run.marks) and not self.run.apart.get(speaker) and self._joint == DIRECT

    def _digits(self, source: Source, tokens: list[Token], place: int, token: Token) -> None:
        if token.glued or token.plus:
            self._end()
        mark = Mark(token, source.id, source.speaker, self._now)
        begins = not self.run.marks and not self.run.after_card and self.run.month is None
        mark.joint = APART if begins or self.run.apart.get(source.speaker) else self._joint
        mark.repairs = self._repairs
        mark.counts = self._says_how_many(tokens, place, token)
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        mark.measured = following is not None and following.topic is Topic.MEASURE
        if mark.counts and place and tokens[place - 1].key in LASTS:
            self._context.tail = True
        if not self.run.marks:
            self.run.began_armed = self._context.armed(self._now, source.id)
        self.run.add(mark)
        source.marks.append(mark)
        self.closed_by_words = False
        self._joint = DIRECT
        self._repairs = False
        self.last_digit_ms = self._now
        if token.glued:
            self._end()

    def _says_how_many(self, tokens: list[Token], place: int, token: Token) -> bool:
        if token.kind not in (Kind.UNIT, Kind.TEEN, Kind.TYPED) or len(token.typed) > 2:
            return False
        before = tokens[place - 1].topic if place else None
        after = tokens[place + 1].topic if place + 1 < len(tokens) else None
        return before is Topic.COUNTER or after in (Topic.COUNTED, Topic.COUNTER)

    def _topic(self, source: Source, tokens: list[Token], place: int, topic: Topic, token: Token) -> None:
        if topic in _SOFT:
            self._joint = max(self._joint, STRONG)
            self._repairs = self._repairs or topic is Topic.REPAIR
            return
        if topic is Topic.MONTH:
            self._month(source, token)
            return
        if topic is Topic.TAIL:
            self._context.tail = True
        elif topic is not Topic.MEASURE:
            if topic in _ENDS:
                self._end()
            before = tokens[place - 1].topic if place else None
            if topic is Topic.MAYBE_CODE and before in (Topic.OTHER, Topic.SMALL):
                return
            self._context.name(topic, self._now, source.id)
        if self.listens_to(source.speaker):
            self._apart(source.speaker, SMALL_WEIGHT if topic is Topic.SMALL else 1)

    def _month(self, source: Source, token: Token) -> None:
        """ "September 2028" is an expiry where one is expected; its digits begin a run of their own."""
        self._end()
        mark = Mark(token, source.id, source.speaker, self._now)
        source.marks.append(mark)
        self.run = Run(month=mark)
        self.run.apart[source.speaker] = 0
        self._joint = STRONG

    def _apart(self, speaker: str, words: int) -> None:
        apart = self.run.apart[speaker] = self.run.apart[speaker] + words
        if apart >= CLOSING_WORDS:
            self.closed_by_words = all(count >= CLOSING_WORDS for count in self.run.apart.values())
        armed = bool(self.run.marks) and self._context.armed(self._now, self.run.marks[0].segment)
        if apart > (APART_WORDS_ARMED if armed else APART_WORDS):
            self._end()

    def _patience(self) -> int:
        armed = bool(self.run.marks) and self._context.armed(self._now, self.run.marks[0].segment)
        return APART_ARMED_MS if armed else APART_MS

    def _judge(self) -> None:
        while self.run.judge(self._context, self._now) and self.run.marks:
            pass

    def _end(self) -> None:
        """What comes next is another number."""
        if self.run.marks:
            self._judge()
        self.run = Run()
        self.closed_by_words = False
        self._joint = STRONG
        self._repairs = False


def _covering(spans: list[tuple[int, int]], token: Token) -> tuple[int, int] | None:
    for span in spans:
        if span[0] <= token.start < span[1]:
            return span
    return None
