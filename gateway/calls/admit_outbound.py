"""The verdict on a call out, and on the target of a transfer: ordered checks over what our database knows. Pure.

    trunk_known → trunk_enabled → attempt → number_class (of each number named) → country → caller_id → capacity
    → call_rate → spend

Denied unless something allows it. Every check that ran is kept with its reason; the first one that refuses
decides. A transfer uses the trunk of its call; it takes no new line and shows no number of its own choice, so neither
the caps nor the caller id bound it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict, Check, LegPolicy
from gateway.calls.number_class import Kind, NumberClass, classes_of
from gateway.calls.participants import CALL_ID
from gateway.calls.slugs import sentence_for
from gateway.calls.spend import minutes_left
from trunks.media import MediaTerms

RETRY_AFTER_S = 5
RATE_RETRY_S = 1
DEFAULT_MAX_DURATION_S = 3600
WITHHELD = ("", "anonymous", "restricted", "unavailable")  # users of From when no number is shown


@dataclass(frozen=True)
class WayOut:
    """A trunk that a call may leave by. `numbers` are its own, `home` their countries, `allowed_countries` those that
    may be called; `minutes_today` counts open calls with all they may last. `calls_this_second`: admitted ones.
    `attempt`: whether that of a campaign may still be dialled, which wants the call for `agent_id`."""

    trunk_id: str
    enabled: bool = True
    numbers: tuple[str, ...] = ()
    any_caller_id: bool = False
    home: tuple[str, ...] = ()
    allowed_countries: tuple[str, ...] = ()
    allow_extensions: bool = False
    max_calls: int | None = None
    open_calls: int = 0
    max_calls_per_s: int | None = None
    calls_this_second: int = 0
    max_duration_s: int | None = None
    price_per_minute: Decimal | None = None
    max_spend_per_day: Decimal | None = None
    currency: str = ""
    minutes_today: int = 0
    media: MediaTerms = field(default_factory=MediaTerms)
    sign_calls: bool = False
    agent_id: str = ""
    attempt: Literal["none", "open", "spent"] = "none"

    @property
    def countries(self) -> tuple[str, ...]:
        return self.allowed_countries or self.home


@dataclass(frozen=True)
class _Refusal:
    sip_code: int
    slug: str
    retry_after_s: int | None = None


_CLASS_REFUSED: dict[Kind, tuple[_Refusal, str]] = {
    "emergency": (_Refusal(403, "emergency_number"), "it reaches emergency services"),
    "short_code": (_Refusal(403, "short_code"), "it is a short code"),
    "premium": (_Refusal(403, "premium_number"), "it is a premium-rate number"),
    "shared_cost": (_Refusal(403, "premium_number"), "it is a shared-cost number"),
    "special": (_Refusal(403, "premium_number"), "it is neither a fixed nor a mobile number"),
    "satellite": (_Refusal(403, "satellite_number"), "it belongs to no country"),
    "unreadable": (_Refusal(484, "unreadable_number"), "it is no number that exists"),
}
_Checked = tuple[Check, _Refusal]


def admit_outbound(asked: AdmissionAsked, way: WayOut | None) -> AdmissionVerdict:
    """Accept with the policy of the leg, or reject with the code, slug and sentence of the first refusal."""
    checks: list[Check] = []
    policy = _policy(asked, way)
    for check, refusal in _checks(asked, way):
        checks.append(check)
        if not check.passed:
            return AdmissionVerdict(
                verdict="reject",
                checks=checks,
                policy=policy,
                sip_code=refusal.sip_code,
                slug=refusal.slug,
                sentence=sentence_for(refusal.slug),
                retry_after_s=refusal.retry_after_s,
            )
    return AdmissionVerdict(verdict="accept", checks=checks, attributes=_attributes(asked, way), policy=policy)


def destination_refused(dialled: str, way: WayOut) -> str | None:
    """Why no call by this trunk would be let through to `dialled`, as its check says it; None when none stands against
    it. For what is to be dialled later."""
    return next((check.reason for check, _ in _destination(dialled, way, "number") if not check.passed), None)


def _policy(asked: AdmissionAsked, way: WayOut | None) -> LegPolicy:
    """The shortest of what was asked for, what the trunk allows, and what its money pays for."""
    limits: list[float] = [DEFAULT_MAX_DURATION_S if way is None or way.max_duration_s is None else way.max_duration_s]
    if asked.max_duration_s:
        limits.append(asked.max_duration_s)
    if way and (left := _minutes_left(way)) is not None:
        limits.append(left * 60)
    return LegPolicy(max_duration_s=max(1, int(min(limits))), media=way.media if way else MediaTerms())


def _checks(asked: AdmissionAsked, way: WayOut | None) -> Iterator[_Checked]:
    """Lazily: what stands behind a refusal needs what stands before it."""
    known = "the trunk is one of ours" if way else "the call names no trunk of this gateway"
    yield Check(name="trunk_known", passed=way is not None, reason=known), _Refusal(403, "outbound_not_allowed")
    assert way is not None
    enabled = "the trunk is enabled" if way.enabled else "the trunk is switched off"
    yield Check(name="trunk_enabled", passed=way.enabled, reason=enabled), _Refusal(403, "outbound_not_allowed")
    if way.attempt != "none":
        words = "has not been dialled before" if way.attempt == "open" else "was dialled before, or is over"
        check = Check(name="attempt", passed=way.attempt == "open", reason=f"the campaign's attempt {words}")
        yield check, _Refusal(403, "already_dialled")
    yield from _destination(asked.pii.dnis, way, "called number")
    if asked.pii.to_user and asked.pii.to_user != asked.pii.dnis:
        yield from _destination(asked.pii.to_user, way, "number in the To header")
    if asked.purpose == "call":
        yield _caller_id(asked.pii.ani, way), _Refusal(403, "caller_id_not_allowed")
        yield _capacity(way)
        if way.max_calls_per_s is not None:
            yield _call_rate(way, way.max_calls_per_s)
        yield _spend(way)


def _caller_id(shown: str, way: WayOut) -> Check:
    """A number that is not the trunk's own would deceive whom it is shown to; a withheld one deceives nobody."""
    if shown.lower() in WITHHELD:
        return Check(name="caller_id", passed=True, reason="the call shows no number")
    if shown.lstrip("+") in {number.lstrip("+") for number in way.numbers}:
        return Check(name="caller_id", passed=True, reason="the call shows a number of the trunk")
    words = "may show any" if way.any_caller_id else "may show its own only"
    reason = f"the call shows a number that is not the trunk's; the trunk {words}"
    return Check(name="caller_id", passed=way.any_caller_id, reason=reason)


def _destination(dialled: str, way: WayOut, what: str) -> Iterator[_Checked]:
    for reading in classes_of(dialled, way.home):
        yield _class(reading, way, what)
        if reading.kind == "ordinary":
            yield _country(reading, way, what)


def _class(reading: NumberClass, way: WayOut, what: str) -> _Checked:
    if reading.kind == "extension":
        words = "calls extensions" if way.allow_extensions else "does not call extensions"
        check = Check(
            name="number_class", passed=way.allow_extensions, reason=f"the {what} is an extension; the trunk {words}"
        )
        return check, _Refusal(403, "extension_not_allowed")
    if reading.kind in _CLASS_REFUSED:
        refusal, why = _CLASS_REFUSED[reading.kind]
        return Check(name="number_class", passed=False, reason=f"the {what} is refused: {why}"), refusal
    ordinary = Check(name="number_class", passed=True, reason=f"the {what} is an ordinary number")
    return ordinary, _Refusal(484, "unreadable_number")


def _country(reading: NumberClass, way: WayOut, what: str) -> _Checked:
    passed = reading.country in way.countries
    allowed = ", ".join(way.countries) or "none"
    reason = f"the {what} is of {reading.country}; the trunk allows {allowed}"
    return Check(name="country", passed=passed, reason=reason), _Refusal(403, "country_not_allowed")


def _capacity(way: WayOut) -> _Checked:
    full = _Refusal(503, "over_capacity", RETRY_AFTER_S)
    if way.max_calls is None:
        return Check(name="capacity", passed=True, reason="the trunk has no call limit"), full
    reason = f"{way.open_calls} of {way.max_calls} calls are open on the trunk"
    return Check(name="capacity", passed=way.open_calls < way.max_calls, reason=reason), full


def _call_rate(way: WayOut, most: int) -> _Checked:
    reason = f"{way.calls_this_second} of {most} calls have begun on the trunk within this second"
    check = Check(name="call_rate", passed=way.calls_this_second < most, reason=reason)
    return check, _Refusal(503, "call_rate", RATE_RETRY_S)


def _spend(way: WayOut) -> _Checked:
    over = _Refusal(402, "spend_cap")
    left = _minutes_left(way)
    if left is None:
        return Check(name="spend", passed=True, reason="the trunk has no spend limit"), over
    cap = f"{way.max_spend_per_day} {way.currency}"
    return Check(name="spend", passed=left > 0, reason=f"today's {cap} of the trunk pay for {left} more minutes"), over


def _minutes_left(way: WayOut) -> int | None:
    return minutes_left(way.max_spend_per_day, way.price_per_minute, way.minutes_today)


def _attributes(asked: AdmissionAsked, way: WayOut | None) -> dict[str, str]:
    """`gateway.*` for the SIP participant; never a number."""
    return {CALL_ID: asked.call_id, "gateway.trunkID": way.trunk_id if way else ""}
