"""Finds what screening has to know about a call: one query for the lists, one for the rates, each by its indexes.

Rates are counted in a table and not in memory: the count then belongs to the transaction of the verdict (one that is
rolled back or asked again counts once), outlives a restart, and is one for all control planes of an installation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_network
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.caller import is_anonymous, is_number, networks_of, prefixes_of
from compliance.screening.found import Found, Match, Recent
from compliance.screening.statements import NEVER, NOTE, RECENT, named

MINUTE = timedelta(seconds=60)
LONGEST_TEXT = 256  # of what a caller may call itself


class Screening:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
        self, ani: str, source_address: str, dnis: str, now: datetime, *, besides: str = "", rates: bool = True
    ) -> Found:
        """`ani` and `dnis` as the switchboard stores them. `besides`: the call that is asked about, perhaps not for the
        first time; it does not count itself. `rates`: count calls of the last minute."""
        anonymous = is_anonymous(ani)
        calling = "" if anonymous else ani
        matches, never_calls = await self._listed(calling, source_address, now)
        recent = await self._recent(calling, dnis, now, besides) if rates else {}
        return Found(
            anonymous=anonymous,
            matches=matches,
            never_calls=never_calls,
            of_caller=recent.get("caller", Recent()),
            to_number=recent.get("number", Recent()),
        )

    async def note_admitted(self, call_id: str, ani: str, dnis: str, now: datetime) -> None:
        """One more call of this caller and to this number; the same call twice counts once."""
        calling = "" if is_anonymous(ani) else ani
        rows = [
            {"call_id": call_id, "whose": whose, "pii": who[:LONGEST_TEXT], "at": now}
            for whose, who in (("caller", calling), ("number", dnis))
        ]
        await self._session.execute(NOTE[self._session.get_bind().dialect.name], rows)

    async def _listed(self, calling: str, source_address: str, now: datetime) -> tuple[tuple[Match, ...], str]:
        """The entries that name number or source, and a do-not-originate list that has the number."""
        networks = networks_of(source_address)
        digits = len(calling) - 1 if is_number(calling) else 0
        if not networks and not digits:
            return (), ""
        given: dict[str, object] = {"networks": networks or [""], "now": now}  # no network is written ""
        if digits:
            given |= {"ani": calling, "prefixes": prefixes_of(calling), "number": int(calling)}
        rows = (await self._session.execute(named(digits), given)).all()
        lists = sorted(row.id for row in rows if row.kind == NEVER)
        entries = (row for row in rows if row.kind != NEVER)
        matches = tuple(Match(row.id, row.list, row.kind, _breadth(row.kind, row.value, row.width)) for row in entries)
        return matches, lists[0] if lists else ""

    async def _recent(self, calling: str, dnis: str, now: datetime, besides: str) -> dict[str, Recent]:
        whose = {"caller": calling[:LONGEST_TEXT], "called": dnis[:LONGEST_TEXT]}
        rows = await self._session.execute(RECENT, {**whose, "since": now - MINUTE, "besides": besides})
        return {row.whose: Recent(row.calls, ceil((row.oldest + MINUTE - now).total_seconds())) for row in rows}


def _breadth(kind: str, value: str, width: int) -> int:
    if kind == "source":
        network = ip_network(value)
        return network.max_prefixlen - network.prefixlen
    return 16 - len(value) if kind == "prefix" else width
