"""Is it the hour for it: hours of every possible place and zone, holidays, the own window, earlier calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from compliance.dialling.asked import Asked, Facts
from compliance.dialling.decision import Reason, reason
from compliance.dialling.found import Found, Opens, Rate
from compliance.dialling.rows import Row
from compliance.dialling.rulebook import HoursAt, Law, Rulebook
from compliance.dialling.week import Clock, zone_of

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def attempts(asked: Asked, facts: Facts, law: Law, book: Rulebook) -> Found:
    ours, limits, against, times = book.ours["own-attempts"], asked.limits, list[Reason](), list[Opens]()
    bounds: list[tuple[Row, int, timedelta]] = [
        (row, bound.most, timedelta(hours=bound.within_hours)) for row, bound in law.attempts
    ]
    bounds += [
        (ours, most, span) for most, span in ((limits.per_day, _DAY), (limits.per_week, _WEEK)) if most is not None
    ]
    for row, most, within in bounds:
        rate = Rate(facts.attempts, most, within)
        times.append(rate)
        if (opens := rate.opens(asked.at)) != asked.at:
            says = f"the number was called {most} times or more within {_span(within)}"
            places = (row.place,) if row.place else ()
            against.append(reason("attempts", row, says, "not_now", places=places, until=opens))
    if limits.in_campaign is not None and facts.in_campaign >= limits.in_campaign:
        says = f"the campaign has called the number {facts.in_campaign} times, and may {limits.in_campaign} times"
        against.append(reason("attempts", ours, says))
    return Found("attempts", "the number was not called too often", tuple(against), tuple(times))


def hours(asked: Asked, facts: Facts, law: Law, book: Rulebook) -> Found:
    """Every place's hours hold in every zone of that place."""
    against: list[Reason] = []
    if law.nowhere:
        says = "nobody knows what time it is where the number may be"
        against.append(reason("hours", book.ours["unknown-place"], says))
    walls = {clock.zone: asked.at.astimezone(zone_of(clock.zone)) for clock in law.clocks}
    for several in law.hours:
        against += _against(asked.at, walls, facts, several)
    return Found("hours", "it is within the hours of every place and zone", tuple(against), _clocks(facts, law))


def own_window(asked: Asked, law: Law, book: Rulebook) -> Found:
    window = asked.window
    if window is None:
        return Found("own_window", "no window was set")
    zones = (window.zone,) if window.zone else tuple(clock.zone for clock in law.clocks)
    clocks = tuple(Clock(zone, window.week, window.days_off) for zone in zones)
    closed = tuple(clock for clock in clocks if not clock.is_open(asked.at))
    row = book.ours["own-window"]
    if not closed:
        return Found("own_window", "it is within the window", times=clocks)
    says, until = f"the window is closed: {_walls(asked.at, [one.zone for one in closed])}", _latest(closed, asked.at)
    against = reason("own_window", row, says, "not_now", zones=tuple(one.zone for one in closed), until=until)
    return Found("own_window", "", (against,), clocks)


def _against(at: datetime, walls: Mapping[str, datetime], facts: Facts, several: tuple[HoursAt, ...]) -> list[Reason]:
    """What one row has against it, in all of its places and zones. `walls`: the instant by each zone's clocks."""
    row, found = several[0].row, list[Reason]()
    unknown = tuple(dict.fromkeys(one.place for one in several if one.holidays_off and one.place not in facts.holidays))
    if unknown:
        says = "nobody has said which days are holidays there, and on holidays nobody is called"
        found.append(reason("hours", row, says, places=unknown))
    closed: list[tuple[HoursAt, Clock]] = []
    for one in several:
        clock = _clock(one, facts)
        if not clock.is_open_by(walls[clock.zone]):
            closed.append((one, clock))
    if closed:
        zones = tuple(dict.fromkeys(clock.zone for _, clock in closed))
        places = tuple(dict.fromkeys(one.place for one, _ in closed))
        says = f"{_walls(at, zones)}; {row.says[:1].lower()}{row.says[1:].rstrip('.')}"
        until = _latest((clock for _, clock in closed), at)
        found.append(reason("hours", row, says, "not_now", places=places, zones=zones, until=until))
    return found


def _clock(one: HoursAt, facts: Facts) -> Clock:
    calendar = facts.holidays.get(one.place) if one.holidays_off else None
    return replace(one.clock, days_off=calendar.days, years=calendar.years) if calendar else one.clock


def _clocks(facts: Facts, law: Law) -> tuple[Clock, ...]:
    """For each zone one, with all that holds there at once."""
    off: dict[str, set[date]] = {}
    years: dict[str, frozenset[int]] = {}
    for one in (one for several in law.hours for one in several):
        if one.holidays_off and (calendar := facts.holidays.get(one.place)):
            zone = one.clock.zone
            off.setdefault(zone, set()).update(calendar.days)
            years[zone] = years.get(zone, calendar.years) & calendar.years
    if not off:
        return law.clocks
    return tuple(
        replace(one, days_off=frozenset(off[one.zone]), years=years[one.zone]) if one.zone in off else one
        for one in law.clocks
    )


def _latest(clocks: Iterable[Clock], at: datetime) -> datetime | None:
    """When the last of them opens; None when one never does."""
    opens = [clock.opens(at) for clock in clocks]
    return max((one for one in opens if one is not None), default=None) if None not in opens else None


def _walls(at: datetime, zones: Iterable[str]) -> str:
    """The clocks that decide: `it is 21:04 on Sunday in America/New_York`, at most three of them."""
    several = list(zones)
    shown = [f"{at.astimezone(zone_of(zone)):%H:%M on %A} in {zone}" for zone in several[:3]]
    more = f" and in {len(several) - 3} more zones" if len(several) > 3 else ""
    return f"it is {', '.join(shown)}{more}" if shown else f"it is {at.astimezone(UTC):%H:%M} in UTC"


def _span(within: timedelta) -> str:
    hours = int(within.total_seconds() // 3600)
    return f"{hours} hours" if hours <= 48 else f"{hours // 24} days"
