"""The statements of the look-up, written once: to build them from parts for every call would take longer than to ask.

A range of magnitude m that has a number begins less than 10**m below it, so each branch reads a short piece of the
index. The texts are put together from constants of this file; whatever comes from a call is a parameter.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite

from compliance.screening.models import RecentCallRow
from gateway.db.base import UtcDateTime

MOST_RANGES = 32  # the narrowest ones; the first of them decides
NEVER = "never"  # in place of a kind: `id` is the name of a do-not-originate list
_VALID = "(expires_at IS NULL OR expires_at > :now)"
_ENTRIES = "SELECT id, list, kind, value, CAST(0 AS BIGINT) AS width FROM screening_entries"
_OF_SOURCE = "(kind = 'source' AND value IN :networks)"
_OF_NUMBER = "(kind = 'number' AND value = :ani) OR (kind = 'prefix' AND value IN :prefixes)"


@cache
def named(digits: int) -> TextClause:
    """Rows (id, list, kind, value, width) of what names a caller with so many digits, 0 for one without a number.

    Parameters: networks, now; of a number also ani, prefixes and number (its digits as an integer).
    """
    of_caller = f"{_OF_NUMBER} OR {_OF_SOURCE}" if digits else _OF_SOURCE
    parts = [f"{_ENTRIES} WHERE ({of_caller}) AND {_VALID}"]
    if digits:
        parts += [_ranges(digits), _NEVER_CALLS]
    statement = text(" UNION ALL ".join(parts)).bindparams(
        bindparam("networks", expanding=True), bindparam("now", type_=UtcDateTime())
    )
    return statement.bindparams(bindparam("prefixes", expanding=True)) if digits else statement


_RANGES = "SELECT id, list, kind, high - low AS width FROM screening_entries"
_NARROWEST = f"ORDER BY high - low, list DESC LIMIT {MOST_RANGES}"


def _ranges(digits: int) -> str:
    near = " OR ".join(
        f"(digits = {digits} AND magnitude = {m} AND low BETWEEN :number - {10**m} AND :number)"
        for m in range(1, digits + 1)
    )
    inner = f"{_RANGES} WHERE ({near}) AND high >= :number AND {_VALID} {_NARROWEST}"
    return f"SELECT id, list, kind, '', width FROM ({inner}) AS ranges"  # noqa: S608 - constants, see above


_NEVER_CALLS = (
    "SELECT lists.name, '', 'never', '', 0 FROM do_not_originate_lists AS lists "
    # CROSS: SQLite then begins with the few lists, and not with all their numbers
    "CROSS JOIN do_not_originate_numbers AS numbers "
    "WHERE lists.state = 'current' AND numbers.edition = lists.edition AND numbers.number = :number"
)
# by the dialect's name: each says in its own way that what is there already stays
NOTE = {
    "postgresql": postgresql.insert(RecentCallRow).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(RecentCallRow).on_conflict_do_nothing(),
}
RECENT = (
    text(
        "SELECT whose, count(*) AS calls, min(at) AS oldest FROM screening_recent_calls "
        "WHERE ((whose = 'caller' AND pii = :caller AND at > :since) "
        "OR (whose = 'number' AND pii = :called AND at > :since)) AND call_id <> :besides GROUP BY whose"
    )
    .bindparams(bindparam("since", type_=UtcDateTime()))
    .columns(oldest=UtcDateTime())
)
