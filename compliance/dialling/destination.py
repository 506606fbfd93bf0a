"""May a machine dial such a number at all, and does the trunk still carry it: against toll fraud. Pure."""

from __future__ import annotations

from datetime import timedelta

from compliance.dialling.asked import Asked, Caps, Destination
from compliance.dialling.decision import Reason, reason
from compliance.dialling.found import Found, NotBefore, Opens
from compliance.dialling.rulebook import Rulebook
from compliance.dialling.terms import NumberKind

FREE_AGAIN = timedelta(seconds=5)  # when to look again for a line that is free
_CLASS: dict[NumberKind, str] = {
    "emergency": "it reaches emergency services",
    "short_code": "it is a short code or a service number",
    "premium": "it is a premium-rate number",
    "shared_cost": "it is a shared-cost number",
    "special": "it is neither a fixed nor a mobile number",
    "satellite": "it belongs to a satellite or another network of no country",
    "extension": "it is an extension, and no telephone number",
    "unreadable": "it is no telephone number that exists",
}


def number_class(asked: Asked, what: Destination, book: Rulebook) -> Found:
    against: list[Reason] = []
    for kind in what.kinds:
        if kind != "ordinary":
            row = book.ours["emergency-number" if kind == "emergency" else "number-class"]
            against.append(reason("destination", row, f"the number is not dialled: {_CLASS[kind]}"))
    for row in book.ranges:
        if asked.number.startswith(row.prefixes):
            says = f"the number is in a range that is not dialled: {row.says[:1].lower()}{row.says[1:].rstrip('.')}"
            against.append(reason("destination", row, says))
    if what.range_of:
        says = f"the number is in a range of the list {what.range_of}, which pays whoever is called"
        against.append(reason("destination", book.ours["number-class"], says))
    if not what.kinds:
        against.append(reason("destination", book.ours["number-class"], "nobody knows what kind of number it is"))
    return Found("destination", "the number is an ordinary one", tuple(against))


def country(what: Destination, book: Rulebook) -> Found:
    foreign = tuple(one for one in what.countries if one not in what.allowed)
    allowed = ", ".join(what.allowed) or "none"
    if not foreign and what.countries:
        return Found("country", f"the number is of {', '.join(what.countries)}, which may be called")
    named = f"the number is of {', '.join(foreign)}" if foreign else "the number is of no country"
    row = book.ours["country-list"]
    return Found("country", "", (reason("country", row, f"{named}; the trunk allows {allowed}", places=foreign),))


def caps(asked: Asked, trunk: Caps, book: Rulebook) -> Found:
    row, against, times = book.ours["own-caps"], list[Reason](), list[Opens]()
    if trunk.minutes_left is not None and trunk.minutes_left <= 0:
        midnight = asked.at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        says = "today's money of the trunk is spent; the day is that of UTC"
        against.append(reason("caps", row, says, "not_now", until=midnight))
        times.append(NotBefore(midnight))
    if trunk.max_calls is not None and trunk.open_calls >= trunk.max_calls:
        again = asked.at + FREE_AGAIN
        says = f"{trunk.open_calls} of {trunk.max_calls} calls are open on the trunk"
        against.append(reason("caps", row, says, "not_now", until=again))
        times.append(NotBefore(again))
    longest = trunk.max_duration_s
    if asked.duration_s is not None and longest is not None and asked.duration_s > longest:
        says = f"the call may last {asked.duration_s} s, and the trunk allows {longest} s"
        against.append(reason("caps", row, says))
    return Found("caps", "the trunk carries the call", tuple(against), tuple(times))
