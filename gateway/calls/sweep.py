"""When a call is dead: nobody carries it any more. Pure.

A node of ours tells every two seconds which calls it has. A call that nobody has listed for six
seconds is dead, be it that its node died, or lives and has forgotten it; one that is listed lives,
whatever LiveKit says of its room, unless somebody had to be brought to it there.
A call on a node that never gave signs of life (livekit-sip) is dead when its room is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SILENCE = timedelta(seconds=6)
ROOM_GONE = timedelta(seconds=5)  # the node's own report of a closed room comes first
NEVER_JOINED = timedelta(seconds=120)  # a call of a foreign node that reached no room


@dataclass(frozen=True)
class Carried:
    """What we know of one open call's carriers. Times are of this process's clock."""

    call_id: str
    opened_at: datetime
    listed_at: datetime | None = None
    node_reports: bool = True
    joined: bool = False
    room_gone_since: datetime | None = None
    waits: bool = False  # for a human, hearing music: nobody can be brought to it without LiveKit's list


def verdict_on(carried: Carried, *, now: datetime, judging_since: datetime) -> str | None:
    """The slug of a dead call's termination, None for one that lives or that we cannot judge yet.

    `judging_since`: from when on live nodes have been able to report to us (our start).
    """
    room_is_gone = carried.room_gone_since is not None and now - carried.room_gone_since > ROOM_GONE
    if carried.node_reports:
        heard = max(carried.opened_at, judging_since, carried.listed_at or carried.opened_at)
        if now - heard > SILENCE:
            return "room_lost" if room_is_gone else "node_lost"
        # Whoever carries it sees the room end. LiveKit's list is lost with its Redis, the room is not.
        return "room_lost" if room_is_gone and carried.waits else None
    if room_is_gone:
        return "room_lost"
    waited = now - max(carried.opened_at, judging_since)
    return "node_lost" if not carried.joined and waited > NEVER_JOINED else None
