"""What became of one caller, by what the phones noticed and what the record says. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.chaos.plan import Transfer, Victim

# human, agent: the caller talked to one at last; last resort: heard words and was hung up on; hung up: by itself;
# cut: the process that carried the line was killed; stranded: anything else
Fate = Literal["human", "agent", "last resort", "hung up", "cut", "stranded", "not connected"]


@dataclass
class Seen:
    """`again_s`: from the kill until the caller had somebody, or words, again. `alone_s`: how long a human stayed on
    the line after the caller had gone."""

    plan: Transfer
    fate: Fate = "stranded"
    killed: Victim = "nobody"
    why: str = ""
    sip_call_id: str = ""
    call_id: str = ""
    invites: list[list[str]] = field(default_factory=list)  # SIP Call-IDs, desk by desk
    joined_desks: int = 0
    again_s: float = 0.0
    alone_s: float = 0.0
    gave_up: list[str] = field(default_factory=list)  # why humans did
    problems: list[str] = field(default_factory=list)

    @property
    def doubly_dialled(self) -> bool:
        return self.joined_desks > 1 or any(len(set(some)) > 1 for some in self.invites)


def problems_of(seen: Seen, call: dict[str, Any] | None, events: list[dict[str, Any]] | None) -> list[str]:
    """What is wrong with the record of a call that is over."""
    if call is None or events is None:
        return [] if seen.fate in ("cut", "not connected") else ["no record"]
    found: list[str] = []
    if not (call["termination"] or {}).get("sentence"):
        found.append("record open")
    counted = [one for one in events if not one["repeated"]]
    began = [one["body"]["transfer_id"] for one in counted if one["kind"] == "transfer_began"]
    settled = Counter(one["body"]["transfer_id"] for one in events if one["kind"] == "transfer_settled")
    found += [f"settled {settled[name]} times" for name in began if settled[name] != 1]
    joined = [one for one in counted if one["kind"] == "transfer_joined"]
    if len(joined) > max(len(began), 1):
        found.append("joined more than once")
    placed = Counter(one["body"]["attempt_id"] for one in counted if one["kind"] == "attempt_placed")
    found += [f"attempt placed {count} times" for count in placed.values() if count > 1]
    return found
