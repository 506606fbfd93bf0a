"""A call that nothing stands against, and ways to change one thing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from compliance.dialling.asked import Asked, Calendar, Consent, Destination, Facts, ListCopy
from compliance.dialling.decide import decide
from compliance.dialling.decision import GateDecision
from compliance.dialling.places import spots_of
from compliance.dialling.rulebook import shipped

OHIO, SELLER = "+16145550100", "Acme"
NOON = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # a Wednesday, 12:00 in New York
YEARS = frozenset(range(2020, 2100))
NO_HOLIDAYS = {place: Calendar(YEARS, frozenset()) for place in ("US-AL", "US-LA", "US-MS")}
BOTH: Any = frozenset({"marketing", "informational"})
CONSENT = Consent("dcon_1", "written", BOTH, SELLER, NOON - timedelta(days=30), "s3://forms/17")


def copy(register: str = "us-national", place: str = "US", dated: date | None = None, **fields: Any) -> ListCopy:
    day = dated or NOON.date() - timedelta(days=3)
    return replace(ListCopy(register, register, place, "marketing", day, has_number=False), **fields)


REGISTERS = tuple(
    copy(register, place)
    for register, place in (("us-national", "US"), ("gb-tps", "GB"), ("gb-ctps", "GB"), ("de", "DE"), ("au", "AU"),
                            ("ca", "CA"), ("fr", "FR"))
)  # fmt: skip


def asked(**fields: Any) -> Asked:
    return replace(Asked(OHIO, NOON, seller=SELLER), **fields)


def facts(number: str = OHIO, *, on_record: tuple[str, ...] = (), line: Any = "fixed", **fields: Any) -> Facts:
    destination = Destination(("ordinary",), ("US",), ("US",))
    whole = Facts(
        spots_of(number, on_record, line), destination, (CONSENT,), lists=REGISTERS, holidays=NO_HOLIDAYS
    )  # fmt: skip
    return replace(whole, **fields)


def gate(question: Asked | None = None, known: Facts | None = None) -> GateDecision:
    question = question or asked()
    return decide(question, known or facts(question.number), shipped())


def against(decision: GateDecision) -> set[tuple[str, str]]:
    """Each check with the rule that stands against the call."""
    return {(one.check, one.rule) for one in decision.reasons}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
