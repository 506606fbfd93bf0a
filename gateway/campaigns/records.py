"""The records that 16 CFR 310.5(a)(2) wants kept of each telemarketing call, as CSV (RFC 4180).

One line per dial. What this gateway cannot know is not made up: whether a number is a household's or a business's, the
good that was offered beyond the campaign's own words, and whom a call was transferred to, which the call's own record
tells (`call_id`). Names of callers are not sent, so `caller_id_name` is empty.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from compliance.dialling.week import zone_of
from compliance.screening.turns import Begin, in_turn
from gateway.campaigns.attempt_queries import AttemptQueries, Span
from gateway.campaigns.importing.csv_out import csv_line
from gateway.campaigns.models import AttemptRow, CampaignRow
from gateway.campaigns.repository import terms_of
from gateway.campaigns.terms import Terms
from gateway.kernel.clock import Clock

AT_ONCE = 200
Cell = Callable[[AttemptRow, Terms, ZoneInfo], str]


def _in(zone: ZoneInfo, at: datetime | None, form: str) -> str:
    return at.astimezone(zone).strftime(form) if at else ""


_COLUMNS: dict[str, Cell] = {
    "attempt_id": lambda row, _, __: row.id,
    "call_id": lambda row, _, __: row.call_id,
    "seller": lambda _, terms, __: terms.seller,
    "purpose": lambda row, terms, __: row.gate.get("purpose", terms.purpose),
    "subject": lambda _, terms, __: terms.opening,
    "direction": lambda _, __, ___: "outbound",
    "artificial_voice": lambda row, terms, __: "yes" if row.gate.get("ai_voice", terms.ai_voice) else "no",
    "agent_id": lambda row, _, __: row.agent_id,
    "calling_number": lambda row, _, __: row.pii.get("shows", ""),
    "called_number": lambda row, _, __: row.pii.get("number", ""),
    "date": lambda row, _, zone: _in(zone, row.dialled_at, "%Y-%m-%d"),
    "time": lambda row, _, zone: _in(zone, row.dialled_at, "%H:%M:%S%z"),
    "answered_at": lambda row, _, zone: _in(zone, row.answered_at, "%Y-%m-%dT%H:%M:%S%z"),
    "ended_at": lambda row, _, zone: _in(zone, row.ended_at, "%Y-%m-%dT%H:%M:%S%z"),
    "duration_s": lambda row, _, __: str(row.seconds),
    "outcome": lambda row, _, __: row.outcome,
    "answered_by": lambda row, _, __: row.machine,
    "disposition": lambda row, _, __: row.disposition,
    "sip_code": lambda row, _, __: "" if row.sip_code is None else str(row.sip_code),
    "caller_id_number": lambda row, _, __: row.pii.get("shows", ""),
    "caller_id_name": lambda _, __, ___: "",
    "consent_id": lambda row, _, __: str(row.gate.get("consent", "")),
    "rules": lambda row, _, __: " ".join(row.gate.get("rules", ())),
    "trunk_id": lambda row, _, __: row.trunk_id,
    "cost": lambda row, _, __: row.cost or "",
    "currency": lambda row, _, __: row.currency,
}
COLUMNS: tuple[str, ...] = ("campaign_id", "campaign", *_COLUMNS)


async def record_lines(begin: Begin, clock: Clock, campaign: CampaignRow, span: Span, zone: str) -> AsyncIterator[str]:
    """The header, then every dial in the order of time; dates and times by the clocks of the zone."""
    yield csv_line(COLUMNS)
    terms, clocks, after = terms_of(campaign), zone_of(zone), ""
    while True:
        async with in_turn(begin, clock) as session:
            rows = await AttemptQueries(session, campaign.id).dialled_after(after, AT_ONCE, span)
        for row in rows:
            yield csv_line((campaign.id, campaign.name, *(cell(row, terms, clocks) for cell in _COLUMNS.values())))
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id
