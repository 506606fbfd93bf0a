"""May this number be dialled at this instant: every check, every reason, one verdict. Pure.

    destination → country → own_list → revocation → register → ban → consent → attempts → hours → own_window → caps

All checks are made, whatever the first of them finds. What only time can mend makes it not_now, with the next instant;
anything else refuses it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from compliance.dialling import destination, permission, times
from compliance.dialling.asked import Asked, Facts
from compliance.dialling.decision import Checked, GateDecision
from compliance.dialling.found import Found, first_open
from compliance.dialling.rulebook import Law, Rulebook
from compliance.dialling.terms import Verdict
from compliance.dialling.week import HORIZON

FARTHEST_AHEAD = timedelta(hours=14)  # of UTC is some place's clock: a rule of tomorrow may hold there already


def decide(asked: Asked, facts: Facts, rules: Rulebook) -> GateDecision:
    """Raises ValueError for an instant without a time zone."""
    if asked.at.tzinfo is None:
        raise ValueError("an instant without a time zone")
    asked = replace(asked, at=asked.at.astimezone(UTC))
    law = rules.law(facts.spots, asked.purpose, asked.ai_voice, (asked.at + FARTHEST_AHEAD).date())
    found = _checks(asked, facts, law, rules)
    verdict, next_at = _verdict(asked.at, found)
    return GateDecision.model_construct(
        v=1,
        verdict=verdict,
        at=asked.at,
        next_at=next_at,
        purpose=asked.purpose,
        ai_voice=asked.ai_voice,
        places=tuple(dict.fromkeys(spot.place for spot in facts.spots)),
        zones=tuple(dict.fromkeys(zone for spot in facts.spots for zone in spot.zones)),
        evidence=tuple(dict.fromkeys(spot.evidence for spot in facts.spots)),
        consent=next((one.consent for one in found if one.consent), ""),
        reasons=tuple(reason for one in found for reason in one.reasons),
        checks=tuple(_checked(one) for one in found),
        rules=law.names,
    )


def _checks(asked: Asked, facts: Facts, law: Law, rules: Rulebook) -> tuple[Found, ...]:
    return (
        destination.number_class(asked, facts.destination, rules),
        destination.country(facts.destination, rules),
        permission.own_list(asked, facts, rules),
        permission.revocation(asked, facts, rules),
        permission.registers(asked, facts, law, rules),
        permission.bans(facts, law),
        permission.consent(asked, facts, law),
        times.attempts(asked, facts, law, rules),
        times.hours(asked, facts, law, rules),
        times.own_window(asked, law, rules),
        destination.caps(asked, facts.caps, rules),
    )


def _verdict(at: datetime, found: tuple[Found, ...]) -> tuple[Verdict, datetime | None]:
    """What no instant within the horizon opens is refused."""
    results = {one.result for one in found}
    if "refused" in results:
        return "refuse", None
    if "not_now" not in results:
        return "allow", None
    bounds = [time for one in found for time in one.times]
    next_at = first_open(bounds, at, at + HORIZON)
    return ("not_now", next_at) if next_at else ("refuse", None)


def _checked(one: Found) -> Checked:
    says = one.says if not one.reasons else one.reasons[0].says
    return Checked.model_construct(name=one.check, result=one.result, says=says)
