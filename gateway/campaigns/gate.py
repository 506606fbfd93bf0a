"""The gate asked about one contact, at the instant at which it is to be dialled: in the transaction that dials."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.asked import Asked, OwnLimits, OwnWindow
from compliance.dialling.decide import decide
from compliance.dialling.decision import GateDecision
from compliance.dialling.rows import Hours, read_hours
from compliance.dialling.rulebook import shipped
from compliance.dialling.terms import Line
from compliance.privacy.hash_key import HashKey
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.models import ContactRow
from gateway.campaigns.terms import Terms, Window
from gateway.gate.lookup import Known, facts_for

_LINES: dict[str, Line] = {"fixed": "fixed", "mobile": "mobile", "ported": "ported"}


def own_window(window: Window) -> OwnWindow:
    weekdays = read_hours(window.weekdays)
    saturday = read_hours(window.saturday) if window.saturday else weekdays
    sunday = read_hours(window.sunday) if window.sunday else saturday
    week: tuple[Hours, ...] = (*(weekdays for _ in range(5)), saturday, sunday)
    return OwnWindow(week, window.zone, frozenset(window.days_off))


async def ask_gate(
    session: AsyncSession, key: HashKey, terms: Terms, contact: ContactRow, trunk_id: str | None, now: datetime
) -> GateDecision:
    """As the law, the lists and the dials of all campaigns are now. Raises NotFound for a trunk that is gone."""
    attempts = Attempts(session)
    known = Known(
        on_record=(contact.place,) if contact.place else (),
        line=_LINES.get(contact.phone_line, "unknown"),
        attempts=await attempts.dials_of(contact.number_hash, now),
        in_campaign=await attempts.dials_in(contact.campaign_id, contact.position),
    )
    facts = await facts_for(session, key, contact.pii_number, now, known, trunk_id)
    asked = Asked(
        number=contact.pii_number,
        at=now,
        purpose=terms.purpose,
        ai_voice=terms.ai_voice,
        seller=terms.seller,
        window=own_window(terms.window),
        limits=OwnLimits(terms.limits.per_day, terms.limits.per_week, terms.limits.in_campaign),
        duration_s=terms.max_duration_s,
    )
    return decide(asked, facts, shipped())


def first_refusal(decision: GateDecision) -> str:
    """The check that a refusal is told by."""
    return next((one.check for one in decision.reasons if one.result != "passed"), "")
