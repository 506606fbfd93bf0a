"""The supervisors of one call, as its record tells; and what their coming and going means for the room. Pure.

invited ──► in the room ◄──► left        from each of them ──► dismissed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from gateway.calls.decision import Decision
from gateway.calls.effects import RemoveParticipant
from gateway.calls.events import recorded
from gateway.calls.facts import Strict
from gateway.calls.supervisor_facts import (
    Presence,
    SupervisorDismissed,
    SupervisorInvited,
    SupervisorJoined,
    SupervisorLeft,
    SupervisorMode,
)
from gateway.kernel.ids import is_id

MOST = 10  # at a time, of one call
KEPT = 32  # those that are gone may come back by the token that they have


class Watched(Protocol):
    """A `gateway.calls.call.Call`."""

    @property
    def id(self) -> str: ...
    @property
    def supervisors(self) -> tuple[Supervisor, ...]: ...


class Supervisor(Strict):
    """One who was invited and not dismissed. `whom`: identity of who alone hears a whisper."""

    identity: str
    key_id: str
    mode: SupervisorMode
    whom: str = ""
    invited_at: datetime
    joined_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def is_there(self) -> bool:
        return self.joined_at is not None and self.left_at is None


def is_supervisor(identity: str) -> bool:
    return is_id("sup", identity)


def with_presence(known: tuple[Supervisor, ...], fact: Presence) -> tuple[Supervisor, ...]:
    match fact:
        case SupervisorInvited():
            new = Supervisor(
                identity=fact.identity, key_id=fact.key_id, mode=fact.mode, whom=fact.whom, invited_at=fact.at
            )
            return (*known, new)[-KEPT:]
        case SupervisorDismissed():
            return tuple(one for one in known if one.identity != fact.identity)
        case SupervisorJoined():
            changes: dict[str, object] = {"joined_at": fact.at, "left_at": None}
        case SupervisorLeft():
            changes = {"left_at": fact.at}
    return tuple(one.model_copy(update=changes) if one.identity == fact.identity else one for one in known)


def on_presence(known: Sequence[Supervisor], room: str, fact: Presence) -> Decision:
    """Who is in the room by a token that counts no more is taken out: LiveKit itself takes no token back."""
    one = next((one for one in known if one.identity == fact.identity), None)
    out = (RemoveParticipant(room=room, identity=fact.identity),) if room else ()
    match fact:
        case SupervisorDismissed():
            return Decision((recorded(fact, repeated=one is None),), out)
        case SupervisorJoined() if one is None:
            return Decision((recorded(fact),), out)
        case SupervisorJoined():
            return Decision((recorded(fact, repeated=one is not None and one.is_there),))
        case SupervisorLeft():
            return Decision((recorded(fact, repeated=one is None or one.left_at is not None),))
        case SupervisorInvited():
            return Decision((recorded(fact),))


def news_of(
    calls: Sequence[Watched], identity: str, *, joined: bool, envelope: dict[str, object]
) -> SupervisorJoined | SupervisorLeft:
    """That a supervisor came or went, for that call of the room which knows it; a stranger is the first one's."""
    call, one = _known(calls, identity)
    kind = SupervisorJoined if joined else SupervisorLeft
    said = {"identity": identity, "key_id": one.key_id if one else "", "mode": one.mode if one else ""}
    return kind.model_validate(envelope | {"id": f"{call.id}:{envelope['id']}"[:128], "call_id": call.id} | said)


def news_of_room(
    calls: Sequence[Watched], present: Mapping[str, datetime | None], now: datetime
) -> list[SupervisorJoined | SupervisorLeft]:
    """What a look into the calls' room tells beyond their records: `present` is who is there since when, by identity.

    The names of these facts are made of what they tell, so that two who look tell it once.
    """
    found: list[SupervisorJoined | SupervisorLeft] = []
    for call in calls:
        for one in call.supervisors:
            if (there := one.identity in present) != one.is_there:
                since = one.left_at or one.joined_at or one.invited_at
                envelope = {"id": f"{one.identity}:{'in' if there else 'out'}:{since.isoformat()}"}
                found.append(news_of([call], one.identity, joined=there, envelope=_seen(envelope, now)))
    for identity, since in present.items():
        if is_supervisor(identity) and _known(calls, identity)[1] is None:
            envelope = {"id": f"{identity}:stray:{since.isoformat() if since else ''}"}
            found.append(news_of(calls, identity, joined=True, envelope=_seen(envelope, now)))
    return found


def _seen(named: dict[str, str], now: datetime) -> dict[str, object]:
    return {**named, "source": "room-sight", "seq": 0, "at": now}


def _known(calls: Sequence[Watched], identity: str) -> tuple[Watched, Supervisor | None]:
    for call in calls:
        for one in call.supervisors:
            if one.identity == identity:
                return call, one
    return calls[0], None
