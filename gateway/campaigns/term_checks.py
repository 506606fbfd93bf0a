"""What a campaign's terms may not say, since nobody would be called by them, or not as they say. No database."""

from __future__ import annotations

from datetime import datetime, timedelta

from compliance.dialling.rows import ConsentRow
from compliance.dialling.rulebook import shipped
from compliance.dialling.week import HORIZON, Clock
from gateway.campaigns.gate import own_window
from gateway.campaigns.terms import Outcome, Terms, Window
from gateway.kernel.errors import BadInput, Conflict

# every clock there is on the hour: where whoever is called may be
_ZONES = tuple(f"Etc/GMT{hours:+d}" for hours in range(-14, 13))
_LONGEST = timedelta(days=420)  # a window has 400 days off at most
_NO_RETRY: tuple[Outcome, ...] = ("refused", "not_now")


def check_terms(terms: Terms, now: datetime) -> None:
    """Raises BadInput with the field."""
    for outcome in _NO_RETRY:
        if outcome in terms.retries:
            raise _wrong(
                f"retries.{outcome}", "the gate itself says when such a contact may be dialled", "leave it out"
            )
    if terms.voicemail.policy == "leave_message":
        if not terms.voicemail.message.strip():
            raise _wrong("voicemail.message", "there is no message to leave", "write it, or choose hang_up")
        if not terms.detects_machine:
            raise _wrong(
                "detects_machine", "a message is left only where a voicemail is told from a person",
                "switch it on, or choose hang_up",
            )  # fmt: skip
    if terms.budget is not None and terms.budget.amount <= 0:
        raise _wrong("budget.amount", "nothing could be spent", "give an amount above 0, or null for no bound")
    _check_time(terms, now)


def _check_time(terms: Terms, now: datetime) -> None:
    begin = max(now, terms.starts_at) if terms.starts_at else now
    if terms.ends_at is not None:
        if terms.ends_at <= now:
            raise _wrong("ends_at", "that is over already", "give a time to come, or null")
        if terms.ends_at <= begin:
            raise _wrong("ends_at", "it ends before it begins", "give an ends_at that is after starts_at")
    if not any(own_window(terms.window).week):
        raise _wrong("window", "it is closed on every day", "give hours for weekdays, saturday or sunday")
    if not opens_within(terms.window, begin, terms.ends_at or begin + _LONGEST):
        raise _wrong("window", "it never opens between starts_at and ends_at", "give other hours, or more time")


def opens_within(window: Window, begin: datetime, end: datetime) -> bool:
    """Whether somebody, somewhere, could be called by it."""
    own = own_window(window)
    clocks = [Clock(zone, own.week, own.days_off) for zone in ([own.zone] if own.zone else _ZONES)]
    at = begin
    while at < end:
        opened = [one for clock in clocks if (one := clock.opens(at)) is not None]
        if opened:
            return min(opened) < end
        at += HORIZON
    return False


def check_seller(terms: Terms) -> None:
    """Raises Conflict where some law asks for a consent, and consents are given to a seller by name."""
    asking = any(row.asks(terms.purpose, terms.ai_voice) for row in shipped().every(ConsentRow))
    if asking and not terms.seller and terms.purpose != "emergency":
        raise Conflict(
            "such calls need consent, and consent is given to a seller: nobody could be called without its name",
            code="campaign.incomplete", field="seller", todo="PATCH the campaign with its seller",
        )  # fmt: skip


def _wrong(field: str, says: str, todo: str) -> BadInput:
    return BadInput(f"{field}: {says}", field=field, todo=todo)
