"""Which rule takes a call; the same answer as LiveKit's own matching gives. Pure.

LiveKit compares numbers as exact strings. Of the rules that name the trunk and fit, the one with the fewest open
conditions wins: a list of called numbers counts as much as a list of calling numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """What decides which calls a rule takes. Empty lists are open: they fit every number."""

    id: str
    name: str
    trunk_ids: Sequence[str]
    numbers: Sequence[str] = ()
    inbound_numbers: Sequence[str] = ()
    enabled: bool = True

    @property
    def openness(self) -> int:
        """How many conditions are open; the rule with the lowest wins."""
        return (not self.numbers) + (not self.inbound_numbers)


def fits(rule: Terms, trunk_id: str, called: str, calling: str) -> bool:
    return (
        rule.enabled
        and trunk_id in rule.trunk_ids
        and (not rule.numbers or called in rule.numbers)
        and (not rule.inbound_numbers or calling in rule.inbound_numbers)
    )


def match(rules: Iterable[Terms], trunk_id: str, called: str, calling: str) -> Terms | None:
    """The rule that takes the call, or None. Conflicts are refused before, so that two never tie."""
    found = [rule for rule in rules if fits(rule, trunk_id, called, calling)]
    return min(found, key=lambda rule: (rule.openness, rule.id), default=None)


def why(rules: Iterable[Terms], trunk_id: str, called: str, calling: str) -> dict[str, str]:
    """For each rule one sentence: does it fit, and if not, what is in the way."""
    rules = list(rules)
    winner = match(rules, trunk_id, called, calling)
    return {rule.id: _reason(rule, winner, trunk_id, called, calling) for rule in rules}


def _reason(rule: Terms, winner: Terms | None, trunk_id: str, called: str, calling: str) -> str:
    if not rule.enabled:
        return "it is not enabled"
    if trunk_id not in rule.trunk_ids:
        return "it does not name this trunk"
    if rule.numbers and called not in rule.numbers:
        return "the called number is not in its numbers"
    if rule.inbound_numbers and calling not in rule.inbound_numbers:
        return "the calling number is not in its inbound_numbers"
    if winner is rule:
        return "it takes the call"
    return f"it fits too, but {winner.id if winner else 'another'} is more exact"
