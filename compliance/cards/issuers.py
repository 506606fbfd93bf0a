"""Which first digits and lengths the card brands use. Dated: see `AS_OF`. Pure.

Ranges overlap, since brands share numbers and old ones are wide: the longest first digits win, then the order of the
table. Sources: the brands' and processors' published ranges as collected for this product; a range that is missing here
is a number that is not seen as a card, one too many costs a false alarm, so in doubt a range is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

AS_OF = date(2026, 11, 20)
SHORTEST, LONGEST = 12, 19
LONGEST_PREFIX = 6


@dataclass(frozen=True)
class Issuer:
    """One range of first digits: those from `low` to `high`, which are of the same length."""

    brand: str
    low: str
    high: str
    lengths: tuple[int, ...]


def _rows(brand: str, prefixes: str, lengths: tuple[int, ...]) -> tuple[Issuer, ...]:
    """`prefixes`: "51-55 2221-2720"."""
    rows: list[Issuer] = []
    for part in prefixes.split():
        low, _, high = part.partition("-")
        rows.append(Issuer(brand, low, high or low, lengths))
    return tuple(rows)


def _to(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


_ELO = (
    "401178-401179 431274 438935 451416 457393 457631-457632 504175 506699-506778 509000-509999 627780 636297 636368 "
    "650031-650033 650035-650051 650405-650439 650485-650538 650541-650598 650700-650718 650720-650727 650901-650978 "
    "651652-651679 655000-655019 655021-655058"
)

TABLE: tuple[Issuer, ...] = (
    *_rows("visa", "4", (13, 16, 19)),
    *_rows("mastercard", "51-55 2221-2720", (16,)),
    *_rows("amex", "34 37", (15,)),
    *_rows("discover", "6011 644-649 65", _to(16, 19)),
    *_rows("diners", "300-305 3095 36 38-39", _to(14, 19)),
    *_rows("jcb", "3528-3589", _to(16, 19)),
    *_rows("unionpay", "62 8100-8171", _to(16, 19)),
    *_rows("mir", "2200-2204", _to(16, 19)),
    *_rows("rupay", "60 81-82 508 353 356", (16,)),
    *_rows("elo", _ELO, (16,)),
    *_rows("hipercard", "606282 384100 384140 384160 637095 637568 637599 637609 637612", _to(13, 19)),
    *_rows("verve", "506099-506198 650002-650027", _to(16, 19)),
    *_rows("troy", "9792", (16,)),
    *_rows("uzcard", "8600", (16,)),
    *_rows("humo", "9860", (16,)),
    *_rows("dankort", "5019", (16,)),
    *_rows("maestro", "50 56-69", _to(12, 19)),
)


def _by_prefix() -> dict[str, tuple[Issuer, ...]]:
    found: dict[str, list[Issuer]] = {}
    for row in TABLE:
        width = len(row.low)
        for prefix in range(int(row.low), int(row.high) + 1):
            found.setdefault(f"{prefix:0{width}d}", []).append(row)
    return {prefix: tuple(rows) for prefix, rows in found.items()}


_PREFIXES = _by_prefix()
_WIDTHS = tuple(sorted({len(prefix) for prefix in _PREFIXES}, reverse=True))
_BEGINNINGS = frozenset(prefix[:width] for prefix in _PREFIXES for width in range(len(prefix) + 1))


@lru_cache(maxsize=4096)
def _issuers(head: str) -> tuple[Issuer, ...]:
    """`head`: at most six digits, as much as a receipt may show."""
    return tuple(row for width in _WIDTHS for row in _PREFIXES.get(head[:width], ()) if len(head) >= width)


def issuers_of(digits: str) -> tuple[Issuer, ...]:
    """The ranges that a number with these first digits may be of, the likeliest first; whatever its length."""
    return _issuers(digits[:LONGEST_PREFIX])


def issuer_of(digits: str) -> Issuer | None:
    """The range of a complete number: first digits and length fit."""
    length = len(digits)
    if not SHORTEST <= length <= LONGEST:
        return None
    return next((row for row in _issuers(digits[:LONGEST_PREFIX]) if length in row.lengths), None)


def brand_of(digits: str) -> str | None:
    """The brand of a complete number; None when first digits and length fit none."""
    row = issuer_of(digits)
    return row.brand if row else None


def may_begin(digits: str) -> bool:
    """Whether some card number begins with these digits: they may still be few."""
    if len(digits) > LONGEST:
        return False
    if len(digits) < LONGEST_PREFIX and digits in _BEGINNINGS:
        return True
    return any(len(digits) <= row.lengths[-1] for row in issuers_of(digits))
