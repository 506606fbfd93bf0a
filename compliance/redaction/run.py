"""Digits that may still become a card number: what has been said of it, by whom, and whether it is one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from compliance.cards.issuers import LONGEST, SHORTEST, may_begin
from compliance.redaction.context import Context
from compliance.redaction.finding import cards_in
from compliance.redaction.grammar import Piece
from compliance.redaction.marks import Label, Mark
from compliance.redaction.reading import readings
from compliance.redaction.tokens import APART, STRONG

OPEN_FROM = 5  # digits
SUSPECT_FROM = 9  # digits, while a card is spoken of
ECHO_FROM = 5  # digits of a number that was found
AFTER_CARD = 12  # digits that may follow a number at once and belong to it: the rest of it, expiry, code
LEAD = 24  # number words of one speaker that may stand right before a number and belong to it
MOST_MARKS = 64
_CODE = re.compile(r"[0-9]{3,4}")
_EXPIRY = re.compile(r"(?:0?[1-9]|1[0-2])(?:20)?[2-5][0-9]")
_EXPIRY_PART = re.compile(r"(?:0?[1-9]|1[0-2])|(?:20)?[2-5][0-9]")
_YEAR = re.compile(r"(?:20)?[2-5][0-9]")


class Voice:
    """Marks that are read as one, and their likeliest reading, once."""

    __slots__ = ("_usual", "marks", "most")

    def __init__(self, marks: list[Mark]) -> None:
        self.marks = marks
        self.most = sum(mark.most for mark in marks)
        self._usual: list[Piece] | None = None

    @property
    def usual(self) -> list[Piece]:
        if self._usual is None:
            self._usual = next(readings(self.marks))
        return self._usual

    def readings(self) -> Iterator[list[Piece]]:
        return readings(self.marks)


class Run:
    """Marks in the order they were said, of all speakers. `after_card`: it goes on where a card was found."""

    def __init__(self, *, after_card: bool = False, month: Mark | None = None) -> None:
        self.marks: list[Mark] = []
        self.after_card = after_card
        self.month = month
        self.began_armed = False  # a card was spoken of before its first digit
        self.suspect = False  # nine digits and more while a card is spoken of: gone, and more may come
        self.apart: dict[str, int] = {}  # other words of each speaker since their last digits

    def add(self, mark: Mark) -> None:
        self.marks.append(mark)
        self.apart[mark.speaker] = 0
        if len(self.marks) > MOST_MARKS:
            del self.marks[: MOST_MARKS // 4]

    def judge(self, context: Context, now: int) -> bool:
        """Labels what has to go. True: a card was found, and what is left of the run follows it."""
        if not self.marks:
            return False
        voices = list(self._voices())
        suspect = self._suspects(voices, context, now)
        found = self._take_cards(voices, context, now)
        if self.marks and not suspect:
            self._take_few(list(self._voices()) if found else voices, context, now)
        return found

    def open_digits(self, *, armed: bool) -> int:
        """How many digits stand open that may yet become a card number; what cannot counts only when `armed`."""
        most = 0
        if not self.suspect and all(mark.label for mark in self.marks):
            return 0
        for voice in self._voices():
            if voice.most < OPEN_FROM:
                continue
            last = _part(voice.usual)
            text = "".join(piece.digits for piece in last)
            if len(text) >= LONGEST:
                continue
            at = 0
            for piece in last:
                rest = text[at:]
                if len(rest) <= most or len(rest) < OPEN_FROM:
                    break
                if armed or may_begin(rest):
                    most = len(rest)
                    break
                at += len(piece.digits)
        return most

    def _voices(self) -> Iterator[Voice]:
        """Whose digits may be one number: one speaker's, both without what one only repeats, both."""
        speakers = list(dict.fromkeys(mark.speaker for mark in self.marks))
        if len(speakers) == 1:
            yield Voice(self.marks)
            return
        for speaker in speakers:
            yield Voice([mark for mark in self.marks if mark.speaker == speaker])
        own = _without_echoes(self.marks)
        yield Voice(own)
        if len(own) < len(self.marks):
            yield Voice(self.marks)

    def _take_cards(self, voices: Sequence[Voice], context: Context, now: int) -> bool:
        for voice in voices:
            marks = voice.marks
            for pieces in voice.readings() if voice.most >= SHORTEST else ():
                cards = [card for card in cards_in(pieces) if not _counts_things(marks, pieces, card[0], card[1])]
                if not cards:
                    continue
                for first, last, digits in cards:
                    self._label(marks[pieces[first].first], marks[pieces[last].last])
                    context.find(digits, now)
                cut = self.marks.index(marks[pieces[cards[-1][1]].last]) + 1
                self.marks = self.marks[cut:]
                self.after_card, self.month = True, None
                self.apart = dict.fromkeys(self.apart, 0)
                return True
        return False

    def _label(self, first: Mark, last: Mark) -> None:
        """All from `first` to `last`, what the other said in between included: it repeats it.

        Digits right before go with them: a number may seem complete in too few of its digits.
        """
        begin = self.marks.index(first)
        room = LEAD * len(self.apart)
        while begin and self._goes_with(begin) and room:
            begin -= 1
            room -= 1
        for mark in self.marks[begin : self.marks.index(last) + 1]:
            mark.label = Label.NUMBER

    def _goes_with(self, place: int) -> bool:
        """Whether a mark was said right after the one before, or in answer to it."""
        mark = self.marks[place]
        return mark.joint <= STRONG or mark.speaker != self.marks[place - 1].speaker

    def _suspects(self, voices: Sequence[Voice], context: Context, now: int) -> bool:
        """Nine digits and more while a card is spoken of go, whatever the check digit says: recognisers err."""
        if not context.armed(now, self.marks[0].segment):
            return False
        if self.marks[0].glued:  # a run of its own: part of an id, such as a token that stands for a card
            return False
        for voice in voices:
            if voice.most >= SUSPECT_FROM and self._suspect_digits(voice) >= SUSPECT_FROM:
                _set(self.marks, Label.NUMBER)
                self.suspect = True
                return True
        return False

    def _suspect_digits(self, voice: Voice) -> int:
        """Of who began when a card was spoken of, all that was said since; else what was said in one go: amounts and
        hours that were told before somebody speaks of a card are no part of its number."""
        if self.began_armed:
            return sum(len(piece.digits) for piece in voice.usual)
        return max((sum(len(piece.digits) for piece in part) for part in _parts(voice.usual)), default=0)

    def _take_few(self, voices: Sequence[Voice], context: Context, now: int) -> None:
        near = context.near_code(now) or context.near_expiry(now)
        if not near and not self.after_card and not context.knows_a_number:
            return
        for voice in voices:
            for pieces in voice.readings() if near else (voice.usual,):
                for place, part in enumerate(_parts(pieces)):
                    self._take_part(voice.marks, part, context, now, after=self.after_card and not place)
        if len(voices) > 1:
            _label_echoes(self.marks)

    def _take_part(
        self, marks: Sequence[Mark], part: Sequence[Piece], context: Context, now: int, *, after: bool
    ) -> None:
        """A few digits: the code or the expiry, or the card found last once more."""
        digits = "".join(piece.digits for piece in part)
        said = marks[part[0].first : part[-1].last + 1]
        if len(digits) >= ECHO_FROM and context.echoes(digits, now):
            _set(said, Label.NUMBER)
            return
        if any(mark.measured for mark in said):
            return
        if after and said[0].joint <= STRONG and len(digits) <= AFTER_CARD:
            _set(said, self._kind_of(digits, part, context, now) or Label.NUMBER)
        elif label := self._kind_of(digits, part, context, now):
            _set(said, label)
            if label is Label.EXPIRY and self.month is not None:
                self.month.label = Label.EXPIRY

    def _kind_of(self, digits: str, part: Sequence[Piece], context: Context, now: int) -> Label | None:
        if self.month is not None and _YEAR.fullmatch(digits):
            return Label.EXPIRY if context.near_expiry(now) else None
        if context.asks_expiry(now) and (_EXPIRY.fullmatch(digits) or _EXPIRY_PART.fullmatch(digits)):
            return Label.EXPIRY
        code = _CODE.fullmatch(digits) is not None and context.near_code(now)
        if len(part) > 1 and _EXPIRY.fullmatch(digits) and context.near_expiry(now) and not (code and len(digits) == 3):
            return Label.EXPIRY
        return Label.CODE if code else None


def _counts_things(marks: Sequence[Mark], pieces: Sequence[Piece], first: int, last: int) -> bool:
    """ "14 dollars and 35 cents": several numbers, each with what it counts."""
    joints = max((piece.joint for piece in pieces[first + 1 : last + 1]), default=0)
    said = marks[pieces[first].first : pieces[last].last + 1]
    return joints >= STRONG and any(mark.measured for mark in said)


def _set(marks: Sequence[Mark], label: Label) -> None:
    for mark in marks:
        mark.label = mark.label or label


def _part(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces since other words stood between."""
    last = 0
    for place, piece in enumerate(pieces):
        if piece.joint >= APART:
            last = place
    return pieces[last:]


def _parts(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    begin = 0
    for place in range(1, len(pieces) + 1):
        if place == len(pieces) or pieces[place].joint >= APART:
            yield pieces[begin:place]
            begin = place


def _turns(marks: Sequence[Mark]) -> Iterator[Sequence[Mark]]:
    for _, turn in groupby(marks, key=lambda mark: (mark.speaker, mark.segment)):
        yield list(turn)


def _digits(marks: Sequence[Mark]) -> str:
    return "".join(piece.digits for piece in next(readings(marks)))


def _without_echoes(marks: Sequence[Mark]) -> list[Mark]:
    """Without digits that one speaker repeats after the other."""
    kept: list[Mark] = []
    said = ""
    for turn in _turns(marks):
        digits = _digits(turn)
        other = bool(kept) and kept[-1].speaker != turn[0].speaker
        if not (other and len(digits) > 1 and said.endswith(digits)):
            kept.extend(turn)
            said += digits
    return kept


def _label_echoes(marks: Sequence[Mark]) -> None:
    """What one speaker repeats after the other goes as the other's went, be it one digit."""
    for one, two in pairwise(_turns(marks)):
        if one[0].speaker != two[0].speaker and one[-1].label and not two[-1].label and _digits(one) == _digits(two):
            _set(two, one[-1].label)
