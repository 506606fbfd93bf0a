"""What an entry of the lists names: a number, a prefix, a range or a source, read once and written in one way. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from compliance.screening.caller import network_of
from gateway.kernel.errors import BadInput

Kind = Literal["number", "prefix", "range", "source"]
KINDS: tuple[Kind, ...] = ("number", "prefix", "range", "source")
LONGEST_VALUE = 64
_SEPARATORS = re.compile(r"[ ().\u00a0]")
_NUMBER = re.compile(r"^\+[0-9]{3,15}$")
_PREFIX = re.compile(r"^\+[0-9]{1,15}$")
_RANGE = re.compile(r"^\+([0-9]{3,15})(?:-|\u2013|\.\.)\+?([0-9]{3,15})$")
_ADDRESS = re.compile(r"^[0-9.]+(/[0-9]+)?$|^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(/[0-9]+)?$")
_HOW = {
    "number": "write it with + and the country code, for example +15105550100",
    "prefix": "write + and the first digits, for example +1900",
    "range": "write two numbers of the same length, for example +15105550100-+15105550199",
    "source": "write an IP address or a CIDR block, for example 203.0.113.0/24",
}


@dataclass(frozen=True)
class Value:
    """`text` is the one way of writing it. Of a range `low` and `high` are its ends and `digits` their length."""

    kind: Kind
    text: str
    low: int | None = None
    high: int | None = None
    digits: int | None = None

    @property
    def magnitude(self) -> int | None:
        """Of a range: how many decimal digits the count of its numbers less one has. 100 numbers: 2."""
        if self.low is None or self.high is None:
            return None
        return len(str(self.high - self.low))


def kind_of(text: str) -> Kind:
    """The kind that a value of no named kind is meant to be: `+1900*` is a prefix, `a-b` a range."""
    bare = text.strip()
    if bare.endswith("*"):
        return "prefix"
    if _ADDRESS.match(bare) and ("." in bare or ":" in bare or "/" in bare):
        return "source"
    match = _RANGE.match(_SEPARATORS.sub("", _two_dots(bare)))
    # a hyphen may also stand within one number, which has no second + and no more than 15 digits
    two = match is not None and (bare.count("+") == 2 or ".." in bare or len(match[1] + match[2]) > 15)
    return "range" if two else "number"


def read_value(text: str, kind: Kind) -> Value:
    """Raises BadInput naming `value`; its words never repeat the value."""
    bare = text.strip()
    if len(bare) > LONGEST_VALUE:
        raise _bad(kind, f"it is longer than {LONGEST_VALUE} characters")
    if kind == "source":
        try:
            return Value("source", str(network_of(bare)))
        except ValueError as error:
            raise _bad(kind, "it is neither an IP address nor a CIDR block") from error
    if kind == "range":
        return _range(_SEPARATORS.sub("", _two_dots(bare)))
    digits = _SEPARATORS.sub("", bare).replace("-", "")
    if kind == "prefix":
        digits = digits.removesuffix("*")
        if not _PREFIX.match(digits):
            raise _bad(kind, "it is not + and 1 to 15 digits")
        return Value("prefix", digits)
    if not _NUMBER.match(digits):
        raise _bad(kind, "it is not + and 3 to 15 digits")
    return Value("number", digits)


def _two_dots(text: str) -> str:
    return text.replace("..", "-")


def _range(text: str) -> Value:
    match = _RANGE.match(text)
    if match is None:
        raise _bad("range", "it is not two numbers with - between them")
    first, last = match.groups()
    if len(first) != len(last):
        raise _bad("range", "its two numbers are not of the same length")
    if int(first) > int(last):
        raise _bad("range", "its first number is above its last")
    return Value("range", f"+{first}-+{last}", int(first), int(last), len(first))


def _bad(kind: Kind, why: str) -> BadInput:
    return BadInput(f"the value is no {kind}: {why}", code="screening.value", field="value", todo=_HOW[kind])
