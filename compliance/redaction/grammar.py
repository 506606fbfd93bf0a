"""The grammar of spoken numbers: how tokens that follow each other become digits, once the doubts are settled. Pure.

"forty-one eleven" is 4111, "four hundred eleven" 411, "double five" 55, "quatre-vingt-dix-sept" 97, "diez y seis" 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.redaction.marks import Mark
from compliance.redaction.tokens import DIRECT, STRONG
from compliance.redaction.words import Kind


class Piece:
    """Digits that were said as one, and the marks `first` to `last` they are made of. Its repr has no digit."""

    __slots__ = ("digits", "first", "joint", "last")

    def __init__(self, digits: str, first: int, last: int, joint: int) -> None:
        self.digits = digits
        self.first = first
        self.last = last
        self.joint = joint

    def __repr__(self) -> str:
        return f"<Piece of {len(self.digits)} digits>"


@dataclass(frozen=True)
class Choices:
    """How the doubts are settled."""

    weak: frozenset[str] = frozenset()  # weak words that are digits
    joined: bool = True  # "forty one" is 41, not 40 1
    hundreds: bool = True  # "four hundred eleven" is 411, not 400 11
    bare_thousand: str = "never"  # "mil" is 1000: "after" another thousand (4111 1111), or "always" (11 1111)
    counts: bool = False  # "the first four": 4 is a digit of it
    repairs: str = "keep"  # after "no, sorry": keep all, drop the "piece" before, or its whole "group"


def read(marks: Sequence[Mark], choices: Choices) -> list[Piece]:
    """The pieces in order; words that turn out to be no digits make none."""
    return _Reader(marks, choices).pieces()


class _Reader:
    def __init__(self, marks: Sequence[Mark], choices: Choices) -> None:
        self._choices = choices
        self._places: list[int] = []
        joints: list[int] = []
        joint = DIRECT
        for place, mark in enumerate(marks):
            joint = max(joint, mark.joint)
            if (mark.weak and mark.weak not in choices.weak) or (mark.counts and not choices.counts):
                joint = max(joint, STRONG)
                continue
            self._places.append(place)
            joints.append(joint)
            joint = DIRECT
        self._marks = [marks[place] for place in self._places]
        self._joints = joints

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        at, count, joint = 0, len(self._marks), DIRECT
        while at < count:
            mark = self._marks[at]
            joint = max(joint, self._joints[at])
            digits, after = self._one(at)
            if digits:
                if mark.repairs and self._choices.repairs != "keep":
                    self._drop(found)
                found.append(Piece(digits, self._places[at], self._places[after - 1], joint))
                joint = DIRECT
            elif mark.kind is Kind.CONJUNCTION:
                joint = max(joint, STRONG)
            at = after
        return found

    def _drop(self, found: list[Piece]) -> None:
        while found:
            last = found.pop()
            if self._choices.repairs == "piece" or last.joint > DIRECT:
                return

    def _kind(self, at: int) -> Kind | None:
        """Of the mark at `at`, when it follows the one before directly."""
        return self._marks[at].kind if at < len(self._marks) and self._joints[at] == DIRECT else None

    def _one(self, at: int) -> tuple[str, int]:
        """The digits that begin at `at`, and where the next ones may begin."""
        mark = self._marks[at]
        kind = mark.kind
        if kind is Kind.TYPED:
            return self._typed(at)
        if kind is Kind.UNIT and self._kind(at + 1) not in _GOES_ON:  # the usual case
            return str(mark.value), at + 1
        if kind is Kind.PLURAL:
            return str(mark.value), at + 1
        if kind is Kind.BIG:
            return str(mark.value), at + 1
        if kind is Kind.TIMES:
            return self._times(mark.value, at + 1)
        if kind in (Kind.CONJUNCTION, Kind.TIMES_WORD):
            return "", at + 1
        if kind is Kind.UNIT and 2 <= mark.value <= 5:
            if self._kind(at + 1) is Kind.TIMES_WORD:
                digits, after = self._times(mark.value, at + 2)
                if digits:
                    return digits, after
            if self._kind(at + 1) is Kind.PLURAL:
                return str(self._marks[at + 1].value) * mark.value, at + 2
        return self._phrase(at)

    def _typed(self, at: int) -> tuple[str, int]:
        typed = self._marks[at].typed
        if self._choices.hundreds and len(typed) <= 2 and self._kind(at + 1) is Kind.HUNDRED:
            return f"{int(typed) * 100}", at + 2
        if len(typed) == 1 and 2 <= int(typed) <= 5 and self._kind(at + 1) is Kind.PLURAL:
            return str(self._marks[at + 1].value) * int(typed), at + 2
        return typed, at + 1

    def _times(self, count: int, at: int) -> tuple[str, int]:
        kind = self._kind(at)
        if kind in (Kind.UNIT, Kind.PLURAL):
            return str(self._marks[at].value) * count, at + 1
        if kind is Kind.TYPED and len(self._marks[at].typed) == 1:
            return self._marks[at].typed * count, at + 1
        if kind in (Kind.TEEN, Kind.TENS, Kind.PAIR):
            value, after = self._small(at)
            return str(value) * count, after
        return "", at

    def _phrase(self, at: int) -> tuple[str, int]:
        """A number of several words: 41, 411, 4111."""
        total, found = 0, False
        kind = self._marks[at].kind
        if kind is Kind.THOUSAND and not self._choices.hundreds:
            return "1000", at + 1
        if kind is Kind.THOUSAND:
            value, after = 1, at
        elif kind in (Kind.HUNDRED, Kind.HUNDREDS):
            value, after = self._hundreds(at)
        else:
            value, after = self._small(at)
            if self._kind(after) is Kind.HUNDRED and 0 < value < 100:
                value, after = self._after_hundred(value * 100, after + 1)
        multiplies = self._choices.hundreds and (after == at or self._choices.bare_thousand != "always")
        if multiplies and 0 < value < 100 and self._is(after, Kind.THOUSAND, at):
            total, after, found = value * 1000, after + 1, True
            value, after = self._rest(after)
        return str(total + value) if found or value else "0", after

    def _is(self, at: int, kind: Kind, start: int) -> bool:
        return at < len(self._marks) and self._marks[at].kind is kind and (at == start or self._joints[at] == DIRECT)

    def _rest(self, at: int) -> tuple[int, int]:
        """Below a thousand, after "thousand"; 0 when nothing follows that belongs to it."""
        first = at + 1 if self._kind(at) is Kind.CONJUNCTION else at
        kind = self._kind(first)
        if kind in (Kind.HUNDRED, Kind.HUNDREDS):
            return self._hundreds(first)
        if kind not in _SMALL:
            return 0, at
        value, after = self._small(first)
        if value == 0:
            return 0, at
        if self._kind(after) is Kind.HUNDRED and value < 10:
            return self._after_hundred(value * 100, after + 1)
        return (0, at) if self._takes(after) else (value, after)

    def _takes(self, at: int) -> bool:
        """Whether a small number belongs to what stands at `at`: "four hundred | four hundred"."""
        kind = self._kind(at)
        return kind is Kind.HUNDRED or (kind is Kind.THOUSAND and self._choices.bare_thousand == "never")

    def _hundreds(self, at: int) -> tuple[int, int]:
        return self._after_hundred(self._marks[at].value, at + 1)

    def _after_hundred(self, value: int, at: int) -> tuple[int, int]:
        if not self._choices.hundreds:
            return value, at
        first = at + 1 if self._kind(at) is Kind.CONJUNCTION else at
        if self._kind(first) not in _SMALL:
            return value, at
        small, after = self._small(first)
        if small == 0 or self._takes(after):
            return value, at
        return value + small, after

    def _small(self, at: int) -> tuple[int, int]:
        """0 to 99."""
        mark = self._marks[at]
        if not self._choices.joined:
            return mark.value, at + 1
        if mark.kind is Kind.TENS:
            if mark.value in (60, 80) and self._french(at) and (found := self._teen(at + 1)):
                return mark.value + found[0], found[1]
            return self._with_unit(mark.value, at + 1, any_conjunction="y e et")
        if mark.kind is Kind.UNIT:
            if mark.value == 4 and self._is_vingt(at + 1):
                found = self._teen(at + 2)
                return (80 + found[0], found[1]) if found else self._with_unit(80, at + 2)
            turned = self._kind(at + 1) is Kind.CONJUNCTION and "d" in self._marks[at + 1].languages
            if turned and mark.value > 0 and self._kind(at + 2) is Kind.TENS:  # ein und vierzig
                return self._marks[at + 2].value + mark.value, at + 3
        if mark.kind is Kind.TEEN and (found := self._teen_of_ten(at)):
            return found
        return mark.value, at + 1

    def _is_vingt(self, at: int) -> bool:
        return self._kind(at) is Kind.TENS and self._marks[at].value == 20 and self._french(at)

    def _french(self, at: int) -> bool:
        return "f" in self._marks[at].languages

    def _with_unit(self, value: int, at: int, any_conjunction: str = "") -> tuple[int, int]:
        unit = at
        if any_conjunction and self._kind(at) is Kind.CONJUNCTION and set(self._marks[at].languages) & set("spf"):
            unit = at + 1
        if self._kind(unit) is Kind.UNIT and self._marks[unit].value:
            return value + self._marks[unit].value, unit + 1
        return value, at

    def _teen(self, at: int) -> tuple[int, int] | None:
        """10 to 19 after soixante and quatre-vingt: dix, et onze, dix-sept."""
        first = at + 1 if self._kind(at) is Kind.CONJUNCTION else at
        if self._kind(first) is not Kind.TEEN:
            return None
        return self._teen_of_ten(first) or (self._marks[first].value, first + 1)

    def _teen_of_ten(self, at: int) -> tuple[int, int] | None:
        """dix-sept, diez y seis."""
        if self._marks[at].value != 10:
            return None
        unit = at + 1
        if self._kind(unit) is Kind.CONJUNCTION and "s" in self._marks[at].languages:
            unit += 1
        elif not self._french(at):
            return None
        if self._kind(unit) is Kind.UNIT and 6 <= self._marks[unit].value <= 9:
            return 10 + self._marks[unit].value, unit + 1
        return None


_SMALL = (Kind.UNIT, Kind.TEEN, Kind.TENS, Kind.PAIR)
_GOES_ON = (Kind.HUNDRED, Kind.THOUSAND, Kind.TIMES_WORD, Kind.PLURAL, Kind.CONJUNCTION, Kind.TENS)
