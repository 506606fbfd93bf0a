"""The TNAuthList extension (RFC 8226 §9): for which provider or numbers a certificate may speak. Pure.

    TNAuthorizationList ::= SEQUENCE SIZE (1..MAX) OF TNEntry
    TNEntry ::= CHOICE { spc [0] IA5String, range [1] { start E164Number, count INTEGER (2..MAX) }, one [2] E164Number }

The tags are explicit: the list `3008A006160430363345` holds the service provider code "063E".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.stir_shaken import der
from compliance.stir_shaken.faults import unsupported

OID = "1.3.6.1.5.5.7.1.26"
SEQUENCE, INTEGER, IA5_STRING = 0x30, 0x02, 0x16
SPC, RANGE, ONE = 0xA0, 0xA1, 0xA2
MOST_ENTRIES = 10_000
_CODE = re.compile(rb"[A-Za-z0-9-]{1,32}")
_NUMBER = re.compile(rb"[0-9*#]{1,15}")


@dataclass(frozen=True)
class NumberRange:
    """`count` numbers from `start` on; all have as many digits as `start`."""

    start: str
    count: int

    def covers(self, number: str) -> bool:
        if len(number) != len(self.start) or not (number + self.start).isdigit():
            return number == self.start
        return 0 <= int(number) - int(self.start) < self.count


@dataclass(frozen=True)
class TnAuthList:
    """`codes`: service provider codes."""

    codes: tuple[str, ...] = ()
    ranges: tuple[NumberRange, ...] = ()

    def covers(self, number: str) -> bool:
        """A provider code covers every number: which are the provider's, the attestation says."""
        return bool(self.codes) or any(one.covers(number) for one in self.ranges)


def read_tn_auth_list(value: bytes) -> TnAuthList:
    """Raises Fault 437."""
    try:
        entries = list(der.elements(der.only(value, SEQUENCE)))
        if not 1 <= len(entries) <= MOST_ENTRIES:
            raise der.NotDer("no entries, or too many")
        codes = tuple(_code(content) for tag, content in entries if tag == SPC)
        ranges = tuple(_range(tag, content) for tag, content in entries if tag != SPC)
    except der.NotDer as error:
        raise unsupported("tn_auth_list", f"the certificate's TNAuthList cannot be read: {error}") from error
    return TnAuthList(codes, ranges)


def write_tn_auth_list(tn_auth_list: TnAuthList) -> bytes:
    """The extension's value."""
    codes = [der.element(SPC, der.element(IA5_STRING, code.encode("ascii"))) for code in tn_auth_list.codes]
    ranges = [_written(one) for one in tn_auth_list.ranges]
    return der.element(SEQUENCE, b"".join(codes + ranges))


def _code(content: bytes) -> str:
    return _ia5(der.only(content, IA5_STRING), _CODE, "a provider code")


def _range(tag: int, content: bytes) -> NumberRange:
    if tag == ONE:
        return NumberRange(_ia5(der.only(content, IA5_STRING), _NUMBER, "a number"), 1)
    if tag != RANGE:
        raise der.NotDer("an entry of an unknown kind")
    match list(der.elements(der.only(content, SEQUENCE))):
        case [(0x16, start), (0x02, count)]:
            size = int.from_bytes(count, "big", signed=True)
            if not 1 <= len(count) <= 8 or size < 2 or (len(count) > 1 and count[0] == 0 and count[1] < 0x80):
                raise der.NotDer("a range of no numbers")
            return NumberRange(_ia5(start, _NUMBER, "a number"), size)
        case _:
            raise der.NotDer("a range that is not a start and a count")


def _ia5(raw: bytes, allowed: re.Pattern[bytes], what: str) -> str:
    if not allowed.fullmatch(raw):
        raise der.NotDer(f"{what} of other characters")
    return raw.decode("ascii")


def _written(one: NumberRange) -> bytes:
    start = der.element(IA5_STRING, one.start.encode("ascii"))
    if one.count == 1:
        return der.element(ONE, start)
    count = one.count.to_bytes((one.count.bit_length() // 8) + 1, "big")
    return der.element(RANGE, der.element(SEQUENCE, start + der.element(INTEGER, count)))
