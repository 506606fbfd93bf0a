"""Which of our calls is the one that a carrier has recorded? Pure.

By SIP Call-ID where the carrier tells it. Else by direction, both numbers, when it began and how long it lasted, and
only where one record fits one call and neither fits another. Nothing is guessed: of two that fit, none is chosen. What
comes out depends on what is known and never on the order in which it became known: a join by numbers is taken back when
a second record turns up that fits as well.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gateway.kernel.e164 import from_sip_user

Fit = Literal["call_id", "numbers", "several", "none"]

WINDOW = timedelta(seconds=30)  # a carrier's clock and its idea of a beginning are its own
RINGING = timedelta(minutes=5)  # some say when it rang, some when it was answered
ALIKE_S = 5.0  # in length
REACH = RINGING + 2 * WINDOW  # records further apart than this never fit the same call
ONE_ID = timedelta(days=1)  # further apart, the same Call-ID is another call's
_Parties = tuple[str, str, str]  # direction, who called, who was called
_NUMBER = re.compile(r"^\+[0-9]{3,15}$")


@dataclass(frozen=True)
class Ours:
    """A call of ours that is over. Numbers as they were on the wire; "" for one that was emptied."""

    call_id: str
    direction: str
    sip_call_id: str
    calling: str
    called: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True)
class Theirs:
    """A carrier's record, `key` names it."""

    key: str
    direction: str
    sip_call_id: str
    calling: str
    called: str
    began_at: datetime
    seconds: int


@dataclass(frozen=True)
class Found:
    """`call_id`: "" where `fit` is several or none."""

    fit: Fit
    call_id: str = ""


def join(theirs: Sequence[Theirs], ours: Sequence[Ours], taken: Collection[str] = ()) -> dict[str, Found]:
    """For every record of theirs. `taken`: calls of ours that others have already, which fit no numbers any more."""
    by_id = _by_id(theirs, ours)
    claimed = {*taken, *by_id.values()}
    free = _by_numbers([call for call in ours if call.call_id not in claimed])
    reached = {
        one.key: [call.call_id for call in free.get(_parties(one), ()) if fits(one, call)]
        for one in theirs
        if one.key not in by_id
    }
    wanted = Counter(call_id for calls in reached.values() for call_id in calls)
    found = {key: Found("call_id", call_id) for key, call_id in by_id.items()}
    for key, calls in reached.items():
        if not calls:
            found[key] = Found("none")
        elif len(calls) == 1 and wanted[calls[0]] == 1:
            found[key] = Found("numbers", calls[0])
        else:
            found[key] = Found("several")
    return found


def fits(theirs: Theirs, ours: Ours) -> bool:
    """By direction, numbers, beginning and length."""
    parties = _parties(theirs)
    return all(parties) and parties == _parties(ours) and _began_alike(theirs, ours) and _lasted_alike(theirs, ours)


def _by_id(theirs: Sequence[Theirs], ours: Sequence[Ours]) -> dict[str, str]:
    """Call by record, where exactly one call has the record's Call-ID."""
    known: dict[tuple[str, str], list[Ours]] = defaultdict(list)
    for call in ours:
        known[call.direction, call.sip_call_id].append(call)
    found: dict[str, str] = {}
    for one in theirs:
        same = known.get((one.direction, one.sip_call_id), []) if one.sip_call_id else []
        near = [call.call_id for call in same if abs(call.began_at - one.began_at) <= ONE_ID]
        if len(near) == 1:
            found[one.key] = near[0]
    return found


def _by_numbers(ours: Sequence[Ours]) -> dict[_Parties, list[Ours]]:
    found: dict[_Parties, list[Ours]] = defaultdict(list)
    for call in ours:
        found[_parties(call)].append(call)
    return found


def _parties(one: Ours | Theirs) -> _Parties:
    return one.direction, telephone(one.calling), telephone(one.called)


def _began_alike(theirs: Theirs, ours: Ours) -> bool:
    rang_until = min(ours.answered_at or ours.ended_at, ours.began_at + RINGING)
    return ours.began_at - WINDOW <= theirs.began_at <= rang_until + WINDOW


def _lasted_alike(theirs: Theirs, ours: Ours) -> bool:
    """As long as the talk, or as long as all of it: carriers differ in what they count."""
    whole = (ours.ended_at - ours.began_at).total_seconds()
    talk = (ours.ended_at - ours.answered_at).total_seconds() if ours.answered_at else 0.0
    return any(abs(theirs.seconds - length) <= ALIKE_S for length in (talk, whole))


def telephone(text: str) -> str:
    """In E.164, out of a SIP user, a SIP or tel URI; "" for what is no telephone number (anonymous)."""
    user = re.sub(r"^(sips?|tel):", "", text.strip(), flags=re.IGNORECASE).split("@", 1)[0]
    number = from_sip_user(user)
    return number if _NUMBER.match(number) else ""
