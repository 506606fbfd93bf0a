"""The number tokens of a call that may belong together, and what is known of each. Pure."""

from __future__ import annotations

from enum import StrEnum

from compliance.redaction.tokens import DIRECT, Token
from compliance.redaction.words import Kind

# digits that a word can stand for at most
_MOST = {Kind.TEEN: 2, Kind.TENS: 2, Kind.PAIR: 2, Kind.HUNDRED: 3, Kind.HUNDREDS: 3, Kind.THOUSAND: 4, Kind.BIG: 5}
_MOST |= {Kind.TIMES: 8, Kind.TIMES_WORD: 4}


class Label(StrEnum):
    """What stands in the text in place of digits."""

    NUMBER = "[card number]"
    CODE = "[card code]"
    EXPIRY = "[card expiry]"


class Mark:
    """One number token where it was said. `joint`: how it follows the mark before (`tokens.py`)."""

    __slots__ = (
        "_plain",
        "at_ms",
        "counts",
        "end",
        "glued",
        "joint",
        "kind",
        "label",
        "languages",
        "measured",
        "most",
        "repairs",
        "segment",
        "speaker",
        "start",
        "typed",
        "value",
        "weak",
    )

    def __init__(self, token: Token, segment: int, speaker: str, at_ms: int) -> None:
        number = token.number
        self.kind: Kind = Kind.MONTH if token.kind is None else token.kind
        self.typed = token.typed
        self.glued = token.glued
        self.value = number.value if number else 0
        self.weak = number.weak if number else ""
        self.languages = number.languages if number else ""
        self.start = token.start
        self.end = token.end
        self.segment = segment
        self.speaker = speaker
        self.at_ms = at_ms
        self._plain = self.kind is Kind.TYPED or (self.kind is Kind.UNIT and not self.weak)
        self.most = len(self.typed) or _MOST.get(self.kind, 1)
        self.joint = DIRECT
        self.counts = False  # "the first four": says how many, is none of them
        self.repairs = False  # after "no, sorry"
        self.measured = False  # "250 dollars"
        self.label: Label | None = None

    @property
    def plain(self) -> bool:
        """Its digits are what they are, whatever stands beside it: but for "three ones" and the like."""
        return self._plain and not self.counts

    def __repr__(self) -> str:
        return f"<Mark {self.kind.name} in segment {self.segment}>"
